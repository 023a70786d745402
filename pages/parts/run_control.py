"""Choosing a run or an evaluation, stopping it and letting it go on: the same on both pages."""

from collections.abc import Callable, Sequence

import streamlit as st

from curation import text
from curation.labelling import events
from curation.model import Role
from pages.parts import guard, session
from training import supervisor
from training.run_views import RunView


def pick(known: Sequence[RunView], *, label: str, key: str, words: Callable[[RunView], str]) -> RunView:
    """The one in question: the run in the address, else the newest.

    Args:
        words: how one is called in the list.
    """
    by_id = {one.id: one for one in known}
    shown = {one.id: words(one) for one in known}
    wanted = st.query_params.get("run", "")
    # Another address or a new one begins afresh; a choice outlives that the words of a run change.
    occasion = (wanted, len(by_id))
    kept = session.kept(f"{key}-picked")
    picked = kept[1] if isinstance(kept, tuple) and kept[0] == occasion else wanted
    chosen = st.selectbox(
        label,
        list(by_id),
        index=list(by_id).index(picked) if picked in by_id else 0,
        format_func=shown.__getitem__,
        # Of the words too: under an unchanged key the box would go on saying what a run was at before.
        key=f"{key}-{wanted}-{text.digest(shown.values(), size=4)}",
        filter_mode=None,
    )
    session.keep(f"{key}-picked", (occasion, chosen))
    return by_id[chosen]


def buttons(one: RunView) -> None:
    """Stop while it works, resume where it can be."""
    noun, working = _noun(one), not one.state.state.is_final
    with st.container(horizontal=True):
        st.button("Stop and save", key=f"{noun}-stop", icon=":material/stop_circle:", disabled=not working,
                  on_click=stop, args=(one,))  # fmt: skip
        st.button("Resume", key=f"{noun}-resume", icon=":material/resume:", disabled=not one.resumable,
                  on_click=resume, args=(one,))  # fmt: skip


def stop(one: RunView) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        supervisor.stop(one.path)
        events.add(
            session.database(), actor=someone.id, action=f"stop {_noun(one)}", subject=one.id,
            now=session.now(),
        )  # fmt: skip
        is_run = one.request.evaluation is None
        st.toast(f"Asked to stop: {'it saves a checkpoint first' if is_run else 'what is answered is kept'}.")


def resume(one: RunView) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        key = f"resume-{one.id}"
        started = supervisor.resume(one.path, by=someone.id, request_id=session.request_id(key))
        events.add(
            session.database(), actor=someone.id, action=f"resume {_noun(one)}", subject=started,
            detail={"from": one.id}, now=session.now(),
        )  # fmt: skip
        session.renew_request(key)
        if one.request.evaluation is None:
            st.query_params["run"] = started


def _noun(one: RunView) -> str:
    return "run" if one.request.evaluation is None else "evaluation"
