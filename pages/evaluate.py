"""Did it help: let a tuned model and its base answer, let people judge blind, read the verdict."""

import streamlit as st

from curation.comparison import comparisons
from curation.comparison.offered import Origin
from curation.labelling import events
from curation.model import Role
from pages.parts import (
    evaluate_ask,
    evaluate_doubts,
    evaluate_pick,
    evaluate_results,
    guard,
    run_view,
    session,
)
from training import runs, supervisor
from training.evaluating import offers, start
from training.runs import RunState, RunView

person = guard.require(Role.LEAD)
place = session.home()


def record(actor: str, action: str, subject: str) -> None:
    """A line of the audit."""
    events.add(session.database(), actor=actor, action=action, subject=subject, now=session.now())


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


def stop(one: RunView) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        supervisor.stop(one.path)
        _write_down("stop evaluation", one, by=someone.id)
        st.toast("Asked to stop: what has been answered is kept.")


def resume(one: RunView) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        key = f"resume-{one.id}"
        made = supervisor.resume(one.path, by=someone.id, request_id=session.request_id(key))
        record(someone.id, "resume evaluation", made)
        _write_down("resume evaluation", one, by=someone.id)
        session.renew_request(key)


def _write_down(action: str, one: RunView, *, by: str) -> None:
    events.add(session.database(), actor=by, action=action, subject=one.id, now=session.now())


def live(folder_name: str) -> None:
    """An evaluation at work, drawn anew every two seconds."""
    guard.require(Role.LEAD, in_use=False)  # a fragment runs again without its page
    one = runs.view(place.runs / folder_name)
    if one.state.state.is_final:
        st.rerun()
    run_view.progress(one)
    st.button("Stop", key="evaluation-stop", icon=":material/stop_circle:", on_click=stop, args=(one,))


def ended(run: RunView, one: RunView) -> None:
    """What came of it; answers that nobody has been asked about yet can be sent to the annotators."""
    if one.state.state is not RunState.COMPLETED:
        run_view.progress(one)
        st.button("Resume", key="evaluation-resume", icon=":material/resume:", disabled=not one.resumable,
                  on_click=resume, args=(one,))  # fmt: skip
        return
    database = session.database()
    made = next((each for each in comparisons.everything(database) if each.origin.evaluation == one.id), None)
    evaluate_results.show(database, run, one, made)
    if made is None and evaluate_ask.has_answers(one) and evaluate_ask.wants_judges(one):
        origin = Origin(evaluation=one.id, run=run.id, release=run.request.fingerprint)
        made = comparisons.take(database, origin, offers.of(one.path), by=person.id, now=session.now())
        evaluate_ask.send(database, made, by=person.id, now=session.now())
        st.rerun()
    evaluate_doubts.show(database, one, by=person.id)


st.title("Evaluate", anchor=False)
with guard.on_action():
    supervisor.adopt_all(place)
    completed = [run for run in runs.list_runs(place) if run.state.state is RunState.COMPLETED]
    if not completed:
        st.info("No run has completed yet, so there is nothing to compare.", icon=":material/inbox:")
        st.page_link("train.py", label="Train a model", icon=":material/model_training:")
        st.stop()
    shown = evaluate_pick.run(completed)
    evaluations = evaluate_results.of_run(runs.list_evaluations(place), shown.id)
    with st.expander("Let the models answer", icon=":material/forum:", expanded=not evaluations):
        ask(shown)
    if evaluations:
        evaluation = evaluate_pick.evaluation(evaluations)
        if evaluation.state.state.is_final:
            ended(shown, evaluation)
        else:
            st.fragment(live, run_every=2)(evaluation.id)
    evaluate_results.leaderboard(session.database())
