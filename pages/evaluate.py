"""Did it help: let a tuned model and its base answer, let people judge blind, read the verdict."""

import streamlit as st

from curation.comparison import comparisons
from curation.comparison.offered import Origin
from curation.labelling import events
from curation.model import Role
from pages.parts import (
    evaluate_ask,
    evaluate_board,
    evaluate_budget,
    evaluate_raw,
    evaluate_results,
    guard,
    run_control,
    run_headline,
    run_words,
    session,
)
from training import adoption, run_views
from training.evaluating import offers, start
from training.run_views import RunView
from training.runs import RunState

person = guard.require(Role.LEAD)
place = session.home()


def ask(run: RunView) -> None:
    """The form, and the start."""
    wanted = evaluate_ask.form(place, run)
    if wanted is None:
        return
    with st.spinner("Starting"):
        made = start.start(
            run.path,
            wanted.prompts,
            by=person.id,
            contestants=wanted.contestants,
            sampling=wanted.sampling,
            scored=wanted.scored,
            request_id=session.request_id("evaluate"),
        )
    events.add(
        session.database(), actor=person.id, action="evaluate run", subject=run.id,
        detail={"evaluation": made, "prompts": len(wanted.prompts)}, now=session.now(),
    )  # fmt: skip
    session.renew_request("evaluate")
    st.rerun()


def live(folder_name: str) -> None:
    """An evaluation at work, drawn anew every two seconds."""
    guard.require(Role.LEAD, in_use=False)  # a fragment runs again without its page
    one = run_views.view(place.runs / folder_name)
    if one.state.state.is_final:
        st.rerun()
    run_headline.progress(one)


def ended(run: RunView, one: RunView) -> None:
    """What came of it; answers that nobody has been asked about yet can be sent to the annotators."""
    database = session.database()
    made = next((each for each in comparisons.everything(database) if each.origin.evaluation == one.id), None)
    seen = evaluate_results.known(database, run, one, made)
    evaluate_results.conclusion(seen)
    judges = evaluate_ask.wants_judges(one) if made is None and evaluate_ask.has_answers(one) else 0
    if judges:
        origin = Origin(evaluation=one.id, run=run.id, release=run.request.fingerprint)
        made = comparisons.take(database, origin, offers.of(one.path), by=person.id, now=session.now())
        evaluate_ask.send(database, made, judges=judges, by=person.id, now=session.now())
        st.rerun()
    evaluate_results.details(database, one, seen, by=person.id)


st.title("Evaluate", anchor=False)
with guard.on_action():
    adoption.adopt_all(place)
    known = run_views.list_runs(place)
    completed = [run for run in known if run.state.state is RunState.COMPLETED]
    if not completed:
        st.info("No run has completed yet, so there is nothing to compare.", icon=":material/inbox:")
        st.page_link("train.py", label="Train a model", icon=":material/model_training:")
        st.stop()
    shown = run_control.pick(completed, label="Run", key="evaluate-run", words=run_words.title)
    evaluations = run_views.evaluations_of(place, shown.id)
    with st.expander("Let the models answer", icon=":material/forum:", expanded=not evaluations):
        ask(shown)
    if evaluations:
        evaluation = run_control.pick(
            evaluations, label="Evaluation", key=f"evaluation-{shown.id}", words=evaluate_results.in_words
        )
        if not evaluation.state.state.is_final:
            run_control.buttons(evaluation)
            st.fragment(live, run_every=2)(evaluation.id)
        elif evaluation.state.state is RunState.COMPLETED:
            ended(shown, evaluation)
        else:
            run_control.buttons(evaluation)
            run_headline.progress(evaluation)
    evaluate_budget.show(known, shown, by=person.id)
    evaluate_raw.show(known, shown, by=person.id)
    evaluate_board.show(session.database())
