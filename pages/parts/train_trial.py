"""Two steps measured before a run: asked for, watched, and then in the findings in place of the estimate."""

from pathlib import Path

import streamlit as st

from curation.labelling import events
from curation.model import Role
from curation.workspace import Workspace
from pages.parts import guard, session
from pages.parts.plain import plain
from training import runs, supervisor
from training.runs import RunState
from training.supervisor import StartRequest

_KEY = "trial-run"


def ask(request: StartRequest) -> None:
    """Start the two steps; `follow` shows them from the next drawing on."""
    with st.spinner("Checking, then measuring"):
        session.keep(_KEY, supervisor.try_out(request))
    session.renew_request("trial")


def follow(place: Workspace) -> bool:
    """Show the trial that was asked for while it is under way.

    Returns:
        It has just completed, so that the checks now know more.
    """
    run = session.kept(_KEY)
    if run is None:
        return False
    state = runs.read_state(place.runs / str(run))
    if not state.state.is_final:
        st.fragment(_under_way, run_every=1)(place, str(run))
        return False
    session.forget(_KEY)
    if state.state is RunState.COMPLETED:
        return True
    st.error(plain(f"Two steps could not be measured: {state.message}"), icon=":material/block:")
    return False


def _under_way(place: Workspace, run: str) -> None:
    guard.require(Role.LEAD, in_use=False)  # a fragment runs again without its page
    state = runs.read_state(place.runs / run)
    if state.state.is_final:
        st.rerun()
    said, button = st.columns([4, 1], vertical_alignment="center")
    said.info(plain(f"Measuring two steps: {state.message or state.state}"), icon=":material/hourglass_top:")
    button.button("Do not measure", key="trial-cancel", on_click=_cancel, args=(place.runs / run,))


def _cancel(run: Path) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        session.forget(_KEY)
        supervisor.stop(run)
        events.add(
            session.database(), actor=someone.id, action="stop measuring", subject=run.name, now=session.now()
        )
