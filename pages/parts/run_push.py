"""A run's adapter or merged model on its way to the Hugging Face Hub: what would go, then the push."""

from collections.abc import Sequence

import streamlit as st

from curation.labelling import events
from curation.model import Role
from pages.parts import guard, hub_token, session
from pages.parts.plain import plain
from training import result_push
from training.result_push import Plan
from training.run_views import RunView

_MIB = 2**20


def show(pushable: Sequence[RunView]) -> None:
    """Choose what goes, name a repository, see the files, push."""
    with st.expander("Push to the Hugging Face Hub", icon=":material/cloud_upload:"):
        hub_token.notice()
        which, field, choice = st.columns([2, 2, 1], vertical_alignment="bottom")
        by_id = {one.id: one for one in pushable}
        chosen = which.selectbox(
            "What", list(by_id), key="push-what", filter_mode=None,
            format_func=lambda name: "Merged model" if by_id[name].request.merge else "As trained",
        )  # fmt: skip
        repository = field.text_input(
            "Model on the Hub", placeholder="owner/name", key="push-repository"
        ).strip()
        public = choice.toggle(
            "Public", key="push-public", help="Everybody can read it. Off: only its owners."
        )
        if repository:
            _plan(by_id[chosen], repository, private=not public)


def _plan(run: RunView, repository: str, *, private: bool) -> None:
    planned = _planned(run, repository, private=private)
    st.dataframe(
        [{"file": name, "bytes": path.stat().st_size} for name, path in planned.files.items()],
        hide_index=True, height="content", width=560,
    )  # fmt: skip
    st.caption(
        f"{planned.size / _MIB:,.1f} MiB. Neither prompts nor sampled answers go along. Whatever else lies "
        "in the repository is removed from its newest version and stays in its history."
    )
    if hub_token.button(repository, private=private, key="run-push"):
        _push(run, planned)


def _planned(run: RunView, repository: str, *, private: bool) -> Plan:
    """What would go; every file is hashed once, not at each rerun."""
    kept = session.kept("run-push-plan")
    wanted = (run.id, repository, private)
    if isinstance(kept, tuple) and kept[0] == wanted and isinstance(kept[1], Plan):
        return kept[1]
    with st.spinner("Checking every file"):
        planned = result_push.plan(run.path, repository, private=private)
    session.keep("run-push-plan", (wanted, planned))
    return planned


def _push(run: RunView, planned: Plan) -> None:
    someone = guard.permitted(Role.LEAD)
    with st.spinner("Pushing"):
        url, commit = result_push.push(planned)
    events.add(
        session.database(), actor=someone.id, action="push run", subject=run.id,
        detail={"repository": planned.repository, "private": planned.private, "commit": commit},
        now=session.now(),
    )  # fmt: skip
    st.success(plain(f"It is at {url}, revision {commit[:12]}."), icon=":material/check_circle:")
