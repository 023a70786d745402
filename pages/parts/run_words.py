"""How runs are named and summed up wherever a page lists several of them."""

import functools
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pages.parts import session
from training import launch_findings, metrics, pace, runs, units
from training.record import Record
from training.run_views import RunView
from training.runs import RunState

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


def merge_state(merge: RunView) -> str:
    """Where a merge is."""
    return "Merging" if merge.state.state is RunState.RUNNING else STATE_WORDS[merge.state.state][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a run reached on its held-out pairs; None where it does not say.

    Attributes:
        interval: Wilson's 95 % interval of the accuracy.
        best: the highest accuracy at any evaluation.
        length: what "the longer answer wins" reaches.
    """

    accuracy: float | None = None
    interval: tuple[float, float] | None = None
    best: float | None = None
    length: float | None = None


def name(run_id: str) -> str:
    """Short enough for a legend: when it was asked for, in UTC, and the end of its id.

    Of the id alone, so that a run that is gone keeps its name; an id of another shape is shown as it is.
    """
    try:
        asked = datetime.strptime(run_id.partition("-")[0], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return run_id
    return f"{asked:%d %b %H:%M} {run_id[-4:]}"


def title(run: RunView) -> str:
    """A run where people choose one: its name, its model and its release."""
    return f"{name(run.id)} · {subject(run)}"


def subject(run: RunView) -> str:
    """What was trained on what."""
    return f"{run.request.model.name} on {run.request.release_name or run.request.release.name}"


def result(run: RunView) -> Result:
    """Held-out figures of a run; of one that has ended they are read once."""
    if not run.state.state.is_final:
        return Result()
    return _result(run.path, run.state.ended_at)


def minutes(run: RunView) -> float | None:
    """From its start on the device to its end, by the clock; None before both."""
    if run.state.started_at is None or run.state.ended_at is None:
        return None
    took = datetime.fromisoformat(run.state.ended_at) - datetime.fromisoformat(run.state.started_at)
    return max(0.0, took.total_seconds() / 60)  # the clock may have been set back


def figures(run: RunView) -> dict[str, str]:
    """What a comparison lists of one run, as text; "–" where it is not known."""
    found, seen, state = result(run), record(run), run.state
    memory, tokens = seen.peak_memory, pace.tokens_per_second(seen.ends)
    took = minutes(run)
    interval = found.interval and f"{100 * found.interval[0]:.0f} to {100 * found.interval[1]:.0f} %"
    return {
        "State": STATE_WORDS[state.state][0],
        "Release": run.request.release_name,
        "Model": run.request.model.label,
        "Steps": f"{state.step:,} of {state.max_steps:,}",
        "Processes": str(launch_findings.processes(run.request.launcher, run.request.launch)),
        "Held-out accuracy": share(found.accuracy),
        "95 % interval": interval or "–",
        "Best on the way": share(found.best),
        "Length alone": share(found.length),
        "Last loss": "–" if "loss" not in state.metrics else f"{state.metrics['loss']:.4g}",
        "Minutes": "–" if took is None else f"{took:.1f}",
        "Tokens a second": "–" if tokens is None else f"{tokens:,.0f}",
        "Most memory": "–" if memory is None else units.size(memory),
        "Asked for by": run.request.by,
    }


def record(run: RunView) -> Record:
    """What metrics.jsonl says so far; each look reads only what was appended since the last of anybody."""
    seen = session.record(run.path / runs.METRICS)
    seen.catch_up()
    return seen


def told(run: RunView) -> list[metrics.Row]:
    """The events of the run so far."""
    key = f"events-{run.id}"
    seen = session.kept(key)
    offset, rows = seen if isinstance(seen, tuple) else (0, [])
    fresh, offset = metrics.tail(run.path / runs.EVENTS, offset)
    together: list[metrics.Row] = [*rows, *fresh] if fresh else rows
    session.keep(key, (offset, together))
    return together


def document(path: Path) -> Any:
    """A JSON file of the run; {} where there is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def share(value: float | None) -> str:
    """A share in [0, 1] as a percentage."""
    return "–" if value is None else f"{100 * value:.0f} %"


@functools.lru_cache(maxsize=5000)
def _result(path: Path, _ended_at: str | None) -> Result:
    held_out, told = document(path / "evaluation" / "held_out.json"), document(path / runs.RESULT)
    after, baselines = held_out.get("after") or {}, held_out.get("baselines") or {}
    interval = after.get("interval")
    return Result(
        accuracy=after.get("accuracy"),
        interval=(interval[0], interval[1]) if interval else None,
        best=(told.get("best") or {}).get("accuracy"),
        length=baselines.get("length"),
    )
