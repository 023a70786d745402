"""Runs that wait for the device, in their order; a lead may let one go next."""

from pathlib import Path

import streamlit as st

from curation import workspace
from curation.labelling import events
from curation.model import Role
from pages.parts import guard, run_words, session
from pages.parts.plain import plain
from training import run_views, supervisor
from training.run_views import RunView

_SHOWN = 5


def waits(place: workspace.Workspace) -> bool:
    """Some run of this machine waits for the device."""
    return bool(supervisor.waiting(place))


def show() -> None:
    """The queue, drawn anew every few seconds; the whole page once more when nothing waits."""
    guard.require(Role.LEAD, in_use=False)  # a fragment runs again without its page
    queue = supervisor.waiting(session.home())
    if not queue:
        st.rerun()
    with st.container(border=True):
        st.markdown(f"**Waiting for the device: {len(queue)}**")
        for place, folder in enumerate(queue[:_SHOWN], start=1):
            _row(place, run_views.view(folder))
        if len(queue) > _SHOWN:
            st.caption(f"And {len(queue) - _SHOWN} more behind them.")


def _row(place: int, run: RunView) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        what = f"{_kind(run)}{run_words.subject(run)}, asked for by {run.request.by}"
        st.markdown(f"**{place}** · {plain(f'{run_words.name(run.id)} · {what}')}")
        if place > 1:
            st.button("Run next", key=f"run-next-{run.id}", icon=":material/vertical_align_top:",
                      on_click=_next, args=(run.path,))  # fmt: skip


def _kind(run: RunView) -> str:
    if run.request.merge is not None:
        return "merge of "
    if run.request.trial:
        return "two measured steps of "
    return "answers of " if run.request.evaluation is not None else ""


def _next(run: Path) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        supervisor.move_to_front(run)
        events.add(
            session.database(), actor=someone.id, action="move run up", subject=run.name, now=session.now()
        )
