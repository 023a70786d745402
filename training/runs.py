"""The run folder: its files, its states, and how the pages and the command line read it.

One folder is one attempt, never reused. Who writes what is drawn in docs/architecture.md; state.json has one
writer, the supervisor of the run. Imports no screen, no tensors and no database.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from training import base_model, documents, errors
from training.evaluating import asked
from training.evaluating.asked import Asked
from training.merging import asked as merge_asked
from training.merging.asked import Merge

REQUEST = "request.json"
PREFLIGHT = "preflight.json"
TRIAL = "trial.json"
STATE = "state.json"
PROCESS = "process.json"
RESULT = "result.json"
METRICS = "metrics.jsonl"
EVENTS = "events.jsonl"
HEARTBEAT = "heartbeat"
WORKER_LOG = "worker.log"
SUPERVISOR_LOG = "supervisor.log"
SUPERVISOR_LOCK = "supervisor.lock"
STOP = "control/stop"
ROWS = ".rows"  # rendered pairs that the processes of a group share; of use only while they live

SILENT_SECONDS = 60.0  # the worker gives a sign of life every 5 seconds; after this long it is worrying
_LOG_BYTES = 256 * 1024  # a page shows a few hundred lines; a progress bar can make a log of many megabytes


class RunState(StrEnum):
    """Where a run is in its life."""

    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    STOPPING = "stopping"
    COMPLETED = "completed"
    STOPPED = "stopped"  # can be resumed
    CANCELLED = "cancelled"  # stopped before anything was saved
    FAILED = "failed"
    LOST = "lost"  # nobody saw how it ended

    @property
    def is_final(self) -> bool:
        return self not in (RunState.QUEUED, RunState.STARTING, RunState.RUNNING, RunState.STOPPING)


class Reason(StrEnum):
    """Why a run failed."""

    OUT_OF_MEMORY = "out_of_memory"
    DATA = "data"
    CONFIGURATION = "configuration"
    MODEL = "model"
    DISK = "disk"
    KILLED = "killed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """state.json.

    Attributes:
        message: one sentence for the screen, "" where there is nothing to say.
        step, max_steps: optimiser steps; max_steps is 0 until the worker has told it.
        metrics: the last known value under each name (see metrics.latest).
    """

    run: str
    state: RunState = RunState.QUEUED
    reason: Reason | None = None
    message: str = ""
    step: int = 0
    max_steps: int = 0
    started_at: str | None = None
    ended_at: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumption:
    """What a run goes on from: an earlier run's checkpoint after `step` steps."""

    run: str
    checkpoint: Path
    step: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """request.json: what was asked for; never changed after the folder was made.

    Attributes:
        request_id: made by whoever asks; asking twice with one id starts one run.
        created_at: UTC.
        recipe: every setting by name, as training.recipe writes it.
        versions: library → version.
        host: machine that made the folder.
        launch: every setting of the launcher, as launchers.table.checked gives them.
        evaluation: what is to be evaluated; None where the folder is no evaluation.
        merge: what is to be merged; None where the folder is no merge. Release, model and recipe of an
            evaluation or a merge are those of the run it rests on.
    """

    run: str
    request_id: str
    created_at: datetime
    by: str
    release: Path
    release_name: str
    fingerprint: str
    model: base_model.BaseModel
    recipe: Mapping[str, Any]
    launcher: str
    versions: Mapping[str, str]
    host: str
    resumes: Resumption | None = None
    evaluation: Asked | None = None
    trial: bool = False  # two steps, measured (training.trial); no run that anybody wants to see
    merge: Merge | None = None
    launch: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def trains(self) -> bool:
        """A training run that somebody wants to see: no evaluation, merge or trial."""
        return self.evaluation is None and self.merge is None and not self.trial


def read_request(run: Path) -> Request:
    """request.json.

    Raises:
        DamagedFile: it cannot be read, or is no request.
    """
    content = documents.read(run / REQUEST)
    try:
        return _to_request(content)
    except (KeyError, TypeError, ValueError) as error:
        raise _unlike(run / REQUEST, error) from error


def _to_request(content: dict[str, Any]) -> Request:
    resumes = content["resumes"]
    if resumes is not None:
        resumes = Resumption(run=resumes["run"], checkpoint=Path(resumes["checkpoint"]), step=resumes["step"])
    content |= {
        "created_at": datetime.fromisoformat(content["created_at"]),
        "release": Path(content["release"]),
        "model": base_model.from_dict(content["model"]),
        "resumes": resumes,
        "evaluation": asked.from_dict(content.get("evaluation")),
        "merge": merge_asked.from_dict(content.get("merge")),
    }
    return Request(**content)


def write_request(run: Path, request: Request) -> None:
    """Write request.json, once."""
    content = {name: getattr(request, name) for name in request.__slots__}
    resumes = request.resumes
    content |= {
        "created_at": request.created_at.isoformat(timespec="seconds"),
        "release": str(request.release),
        "model": request.model.to_dict(),
        "recipe": dict(request.recipe),
        "versions": dict(request.versions),
        "launch": dict(request.launch),
        "resumes": resumes
        and {"run": resumes.run, "checkpoint": str(resumes.checkpoint), "step": resumes.step},
        "evaluation": request.evaluation and request.evaluation.to_dict(),
        "merge": request.merge and request.merge.to_dict(),
    }
    documents.write(run / REQUEST, content)


def read_state(run: Path) -> State:
    """state.json.

    Raises:
        DamagedFile: it cannot be read, or is no state.
    """
    content = documents.read(run / STATE)
    try:
        reason = content["reason"]
        content |= {"state": RunState(content["state"]), "reason": None if reason is None else Reason(reason)}
        return State(**content)
    except (KeyError, TypeError, ValueError) as error:
        raise _unlike(run / STATE, error) from error


def _unlike(path: Path, error: Exception) -> errors.DamagedFile:
    return errors.DamagedFile(
        f"{path} does not hold what this version writes ({error}). Restore it from a backup."
    )


def write_state(run: Path, state: State) -> None:
    """Replace state.json. Only the supervisor of the run calls this, and whoever makes the folder, once."""
    documents.write(run / STATE, asdict(state))


def ask_to_stop(run: Path) -> None:
    """Leave the wish to stop in the folder: it holds across restarts and machines."""
    (run / STOP).parent.mkdir(exist_ok=True)
    (run / STOP).touch(exist_ok=True)


def stop_asked(run: Path) -> bool:
    """Somebody wants the run to stop."""
    return (run / STOP).exists()


def silent_seconds(run: Path) -> float | None:
    """Seconds since the worker's last sign of life; None before its first.

    A sign that lies in the future is old too: it was given before the clock was set back, and a worker that
    lives gives another one within seconds.
    """
    try:
        return abs(time.time() - (run / HEARTBEAT).stat().st_mtime)
    except FileNotFoundError:
        return None


def log_tail(run: Path, lines: int) -> list[str]:
    """The last lines that the worker has printed, oldest first; of a progress bar only its last drawing."""
    try:
        with (run / WORKER_LOG).open("rb") as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LOG_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    printed = [line.rstrip("\r").rpartition("\r")[2] for line in text.split("\n")]
    return [line for line in printed if line.strip()][-lines:]


def now() -> str:
    """The time as the files of a run carry it: UTC, ISO 8601, milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")
