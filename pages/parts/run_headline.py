"""How a run or an evaluation stands: its state, progress, time left, and what went wrong."""

import streamlit as st

from pages.parts import run_words
from pages.parts.plain import plain
from training import division, launch_findings, pace, recipe, runs, units
from training.launchers import table
from training.record import Record
from training.run_views import RunView
from training.runs import Reason, RunState

_REASON_WORDS = {
    Reason.OUT_OF_MEMORY: "out of memory",
    Reason.DATA: "the data",
    Reason.CONFIGURATION: "the recipe",
    Reason.MODEL: "the model",
    Reason.DISK: "the disk",
    Reason.KILLED: "killed from outside",
    Reason.UNKNOWN: "an unexpected error",
}


def show(view: RunView) -> None:
    """What is trained on what, and its state, progress, time left and trouble."""
    st.subheader(plain(run_words.subject(view)), anchor=False)
    st.caption(plain(view.id))  # as commands and addresses call it
    _processes(view.request)
    progress(view)


def _processes(request: runs.Request) -> None:
    """Nothing for a single process, which almost every run is."""
    count = launch_findings.processes(request.launcher, request.launch)
    if count > 1:
        words = table.entry(request.launcher).words
        st.caption(plain(f"{words}: {count} train together. {_share(request, count)}"))


def _share(request: runs.Request, count: int) -> str:
    return division.of(recipe.from_dict(request.recipe), count).sentence


def progress(view: RunView) -> None:
    """State, progress, time left, and what went wrong in one sentence; of a run or an evaluation."""
    words, colour = run_words.STATE_WORDS[view.state.state]
    if view.state.state is RunState.RUNNING:
        words, _ = _work(view)
    cause = f": {_REASON_WORDS[view.state.reason]}" if view.state.reason else ""
    st.badge(words + cause, color=colour)  # type: ignore[arg-type]
    if view.state.state is RunState.COMPLETED and view.request.trains:
        st.caption(" · ".join(filter(None, [_steps(view), _speed(run_words.record(view))])))
        return
    if view.state.max_steps:
        seen = run_words.record(view)
        left = pace.seconds_left(seen.ends, view.state.max_steps)
        done = min(1.0, view.state.step / view.state.max_steps)
        at_it = view.state.state is RunState.RUNNING
        rest = f", about {units.duration(left)} left" if left and at_it else ""
        _, unit = _work(view)
        st.progress(done, text=f"{unit} {view.state.step:,} of {view.state.max_steps:,}{rest}")
        if view.request.trains:
            st.caption(_speed(seen))
    if view.state.state in (RunState.STARTING, RunState.RUNNING):
        st.caption(plain(_doing(view)))
    elif view.state.message:
        (st.error if view.state.state is RunState.FAILED else st.info)(plain(view.state.message))
    if view.silent_seconds is not None and view.silent_seconds > runs.SILENT_SECONDS:
        st.warning(f"No sign of life for {units.duration(view.silent_seconds)}. It may be swapping or hung.")


def _steps(view: RunView) -> str:
    state = view.state
    took = run_words.minutes(view)
    early = f" of {state.max_steps:,}" if state.step < state.max_steps else ""
    # Loading and evaluating are in it, which the pace beside it leaves out.
    whole = "" if took is None else f" · {units.duration(60 * took)} from start to end"
    return f"{state.step:,} steps{early}{whole}"


def _work(view: RunView) -> tuple[str, str]:
    """What a folder of this kind is at while it runs, and what its steps are."""
    if view.request.evaluation is not None:
        return "Answering", "Answer or likelihood"
    return ("Merging", "Text") if view.request.merge is not None else ("Training", "Step")


def _doing(view: RunView) -> str:
    """What the worker says it is at, where the badge does not."""
    events = run_words.told(view)
    phases = [str(event["message"]) for event in events if event.get("kind") == "phase"]
    if phases and view.state.state is RunState.RUNNING and phases[-1] == _work(view)[0].lower():
        return "It goes on when this page or the app is closed."
    if phases:
        return f"Now: {phases[-1]}."
    return "Now: starting a process."


def _speed(record: Record) -> str:
    """Pace of the steps, tokens a second and memory, as far as they are known."""
    step, tokens = pace.step_seconds(record.ends), pace.tokens_per_second(record.ends)
    largest = record.peak_memory_of_one
    known = (
        "" if step is None else units.pace(step),
        "" if tokens is None else f"{tokens:,.0f} tokens a second",
        "" if record.peak_memory is None else f"at most {units.size(record.peak_memory)} of memory",
        "" if largest is None else f"{units.size(largest)} in the largest process",
    )
    return " · ".join(filter(None, known))
