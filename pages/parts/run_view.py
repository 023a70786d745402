"""One run on the screen: how it stands, its curves, its answers before and after, its log."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import streamlit as st

from pages.parts import routes_download, run_curves, session
from pages.parts.plain import plain
from training import first_loss, metrics, recipe, runs
from training.runs import Reason, RunState, RunView

STATE_WORDS = {
    RunState.QUEUED: ("Waiting for the device", "gray"),
    RunState.STARTING: ("Starting", "blue"),
    RunState.RUNNING: ("Training", "blue"),
    RunState.STOPPING: ("Stopping", "orange"),
    RunState.COMPLETED: ("Completed", "green"),
    RunState.STOPPED: ("Stopped, can be resumed", "orange"),
    RunState.CANCELLED: ("Cancelled", "gray"),
    RunState.FAILED: ("Failed", "red"),
    RunState.LOST: ("Lost: nobody saw how it ended", "red"),
}
_REASON_WORDS = {
    Reason.OUT_OF_MEMORY: "out of memory",
    Reason.DATA: "the data",
    Reason.CONFIGURATION: "the recipe",
    Reason.MODEL: "the model",
    Reason.DISK: "the disk",
    Reason.KILLED: "killed from outside",
    Reason.UNKNOWN: "an unexpected error",
}


def headline(view: RunView) -> None:
    """What is trained on what, and its state, progress, time left and trouble."""
    request = view.request
    st.subheader(
        plain(f"{request.model.name} on {request.release_name or request.release.name}"), anchor=False
    )
    progress(view)


def progress(view: RunView) -> None:
    """State, progress, time left, and what went wrong in one sentence; of a run or an evaluation."""
    words, colour = STATE_WORDS[view.state.state]
    if view.request.evaluation is not None and view.state.state is RunState.RUNNING:
        words = "Answering"
    st.badge(words, color=colour)  # type: ignore[arg-type]
    rows = _metrics(view)
    if view.state.max_steps:
        left = _seconds_left(rows, view.state.max_steps)
        done = min(1.0, view.state.step / view.state.max_steps)
        rest = f", about {_duration(left)} left" if left and not view.state.state.is_final else ""
        unit = "Step" if view.request.evaluation is None else "Answer or likelihood"
        st.progress(done, text=f"{unit} {view.state.step} of {view.state.max_steps}{rest}")
    if view.state.message:
        what = f" ({_REASON_WORDS[view.state.reason]})" if view.state.reason else ""
        (st.error if view.state.state is RunState.FAILED else st.info)(plain(view.state.message + what))
    elif not view.state.state.is_final:
        st.caption(_doing(view))
    if view.silent_seconds is not None and view.silent_seconds > runs.SILENT_SECONDS:
        st.warning(f"No sign of life for {_duration(view.silent_seconds)}. It may be swapping or hung.")


def curves(view: RunView) -> None:
    """All curves of the run so far, under what the checks and the guards have to say of them."""
    for sentence in _warnings(view):
        st.caption(f":material/warning: {plain(sentence)}")
    if not _metrics(view):
        st.caption("The curves begin with the first step.")
        return
    settings = recipe.from_dict(view.request.recipe)
    run_curves.show(
        _metrics(view),
        max_steps=view.state.max_steps,
        first_loss=first_loss.of(settings),
        method=settings.method,
    )


def outcome(view: RunView) -> None:
    """Held-out figures, sampled answers before and after, and the download."""
    held_out = _json(view.path / "evaluation" / "held_out.json")
    if held_out:
        _held_out(held_out)
    samples = _json(view.path / "evaluation" / "samples.json")
    for number, sample in enumerate(samples or [], start=1):
        with st.container(border=True):
            st.text(str(sample["prompt"][-1]["content"]))
            for column, when in zip(st.columns(2), ("before", "after"), strict=True):
                column.caption(f"{when.capitalize()} training")
                column.text(str(sample[when]) or "(no words)")
        if number == 5:
            break
    if view.state.state.is_final:
        st.link_button(
            "Download adapter, metrics and card", routes_download.link(view.path), icon=":material/download:"
        )


def log(view: RunView) -> None:
    """The last lines the worker has printed."""
    with st.expander("Log", icon=":material/terminal:", expanded=view.state.state is RunState.FAILED):
        lines = runs.log_tail(view.path, 200)
        st.code("\n".join(lines) or "Nothing printed yet.", language=None, height=280)


def _warnings(view: RunView) -> list[str]:
    seen = _json(view.path / runs.PREFLIGHT).get("findings", [])
    said = [str(finding["message"]) for finding in seen if finding["severity"] == "W"]
    events, _ = metrics.tail(view.path / runs.EVENTS, 0)
    said += [str(event["message"]) for event in events if event.get("kind") == "warning"]
    return list(dict.fromkeys(said))


def _held_out(values: dict[str, Any]) -> None:
    before, after = values["before"], values["after"]
    columns = st.columns(4)
    columns[0].metric(
        "Held-out accuracy", _share(after["accuracy"]), delta=_points(after["accuracy"], before["accuracy"]),
        help=f"Share of {values['n']} held-out pairs whose chosen answer has the higher reward.",
    )  # fmt: skip
    for column, (name, value) in zip(columns[1:], values.get("baselines", {}).items(), strict=False):
        column.metric(f"Baseline: {name.replace('_', ' ')}", _share(value))
    if after["interval"]:
        low, high = after["interval"]
        st.caption(
            f"On {values['n']} held-out pairs the accuracy lies between {_share(low)} and {_share(high)} "
            "(95 % interval); a tuned model should beat both baselines."
        )


def _doing(view: RunView) -> str:
    """What the worker says it is at."""
    events, _ = metrics.tail(view.path / runs.EVENTS, 0)
    phases = [str(event["message"]) for event in events if event.get("kind") == "phase"]
    return f"Now: {phases[-1]}." if phases else "Now: waiting for its turn."


def _metrics(view: RunView) -> list[metrics.Row]:
    """The rows so far; each look reads only what was appended since the last."""
    key = f"metrics-{view.id}"
    seen = session.kept(key)
    offset, rows = seen if isinstance(seen, tuple) else (0, [])
    fresh, offset = metrics.tail(view.path / runs.METRICS, offset)
    together: list[metrics.Row] = [*rows, *fresh]
    session.keep(key, (offset, together))
    return together


def _seconds_left(rows: list[metrics.Row], max_steps: int) -> float | None:
    """From the pace of the last 20 logged steps; None before there are two."""
    timed = [row for row in rows if row.get("kind") in ("train", "answers") and row.get("time")][-20:]
    if len(timed) < 2 or timed[-1]["step"] <= timed[0]["step"]:
        return None
    first, last = (datetime.fromisoformat(str(timed[end]["time"])) for end in (0, -1))
    pace = (last - first).total_seconds() / (timed[-1]["step"] - timed[0]["step"])
    return float(pace * (max_steps - timed[-1]["step"]))


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def _share(value: float | None) -> str:
    return "not defined" if value is None else f"{100 * value:.0f} %"


def _points(after: float | None, before: float | None) -> str | None:
    return None if after is None or before is None else f"{100 * (after - before):+.0f} points"


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} seconds" if seconds < 90 else f"{seconds / 60:.0f} minutes"
