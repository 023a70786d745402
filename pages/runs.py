"""Watch training runs live; stop, resume, move up and compare them."""

import streamlit as st

from curation.model import Role
from pages.parts import (
    guard,
    run_compare,
    run_control,
    run_headline,
    run_log_view,
    run_models,
    run_result,
    run_view,
    run_words,
    runs_queue,
    runs_table,
    session,
)
from pages.parts.plain import plain
from training import adoption, run_views
from training.run_views import RunView
from training.runs import RunState

ONE, COMPARE, ALL, MODELS = "One run", "Compare", "All runs", "Models"
guard.require(Role.LEAD)
place = session.home()


def live(run_id: str, named: RunState) -> None:
    """A run at work, drawn anew every two seconds; the whole page when the list names its state wrongly."""
    guard.require(Role.LEAD, in_use=False)  # a fragment runs again without its page
    with guard.on_action():
        run = run_views.view(place.runs / run_id)
        if run.state.state is not named:
            st.rerun()
        draw(run)


def draw(run: RunView) -> None:
    """How it stands, what came of it, how it got there."""
    for part in PARTS:
        # In a place of its own: a new row above would fold up what lies open below.
        with st.container():
            part(run)


def files(run: RunView) -> None:
    if run.state.state.is_final:
        run_result.show(run)


PARTS = (
    run_headline.show, run_view.outcome, run_view.warnings, files, run_view.curves, run_view.samples,
)  # fmt: skip


def log(run_id: str) -> None:
    """In a fragment that stays: Streamlit drops what is entered in one as it goes, as the live one does."""
    guard.require(Role.LEAD, in_use=False)
    with guard.on_action():
        run_log_view.show(run_views.view(place.runs / run_id))


def one(known: list[RunView]) -> None:
    shown = run_control.pick(
        known, label="Run", key="run",
        words=lambda run: f"{run_words.title(run)} · {run_words.STATE_WORDS[run.state.state][0]}",
    )  # fmt: skip
    run_control.buttons(shown)
    if shown.state.state.is_final:
        # As deep as a fragment is, so that what was open stays open when the run ends.
        with st.container():
            draw(shown)
    else:
        st.fragment(live, run_every=2)(shown.id, shown.state.state)
    st.fragment(log, run_every=None if shown.state.state.is_final else 2)(shown.id)


def everything(known: list[RunView]) -> None:
    # The key names the open run: after one was opened, no row is chosen any more.
    runs_table.show(known, key=table_key(), opened=open_row)


def table_key() -> str:
    return f"runs-table-{st.query_params.get('run', '')}"


def open_row(ids: list[str]) -> None:
    rows = session.chosen_rows(table_key())
    if rows:
        st.query_params["run"] = ids[rows[0]]
        session.keep("runs-view", ONE)


def models(known: list[RunView]) -> None:
    run_models.show(seen.merges, known)


def compare(known: list[RunView]) -> None:
    run_compare.show(run_compare.choose(known, st.query_params.get("run", "")))


st.title("Runs", anchor=False)
with guard.on_action():
    adoption.adopt_all(place)
    seen = run_views.survey(place)
    known = seen.training
    above = st.container()  # what comes and goes there moves nothing below out of its place
    for sentence in seen.damaged:
        above.warning(plain(sentence), icon=":material/broken_image:")
    if not known and not seen.merges:
        st.info("Nothing has been trained yet.", icon=":material/inbox:")
        st.page_link("train.py", label="Train a model", icon=":material/model_training:")
        st.stop()
    with above:
        if runs_queue.waits(place):
            st.fragment(runs_queue.show, run_every=3)()
    views = {ONE: one, COMPARE: compare, ALL: everything, MODELS: models} if known else {MODELS: models}
    if session.kept("runs-view") not in views:
        asked = st.query_params.get("view", ONE)
        session.keep("runs-view", asked if asked in views else next(iter(views)))
    shown = st.segmented_control("Show", list(views), required=True, key="runs-view",
                                 label_visibility="collapsed")  # fmt: skip
    views[str(shown)](known)
