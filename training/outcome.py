"""How a run has ended, told by what it left behind and not by its exit code alone."""

import re
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

from training import artefacts, documents, failures, run_views, runs
from training.evaluating import contents
from training.runs import Reason, RunState

_READ_LINES = 60
_ROOM_BYTES = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """How the worker's process ended.

    Attributes:
        code: of the process, negative for a signal; None where nobody was there to see it.
        forced: somebody wanted the run to stop, and the supervisor signalled it.
        memory_killer: the kernel has killed some process for memory while this one ran.
    """

    code: int | None
    forced: bool
    memory_killer: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A final state with its one sentence."""

    state: RunState
    reason: Reason | None
    message: str


_FORCED = "Stopped by force, because the worker did not stop when asked."
_UNSEEN_STOP = "A stop was asked for, and the worker is gone; nobody saw how it ended."
# What the log says when the worker could not say it itself; the first that matches counts.
_LOG_SIGNS: tuple[tuple[re.Pattern[str], Reason, str], ...] = (
    (
        re.compile(r"out of memory|OutOfMemoryError|MemoryError|std::bad_alloc|can't allocate memory", re.I),
        Reason.OUT_OF_MEMORY,
        "The worker ran out of memory. Lower the micro-batch or max_length, or take a smaller model.",
    ),
    (
        re.compile(r"No space left on device|Disk quota exceeded|File too large"),
        Reason.DISK,
        "The disk is full. Free some space and resume or start again.",
    ),
    (
        re.compile(
            r"GatedRepo|RepositoryNotFound|LocalEntryNotFound|gated repo|does not appear to have a file"
        ),
        Reason.MODEL,
        "The base model could not be loaded. Check its name, your access to it and the network.",
    ),
    (
        re.compile(r"is not there on the machines of the cluster"),
        Reason.CONFIGURATION,
        "The machines of the cluster do not see the run folder. Let them share the workspace at one path.",
    ),
    (
        re.compile(r"The storage \S+ (refuses|lacks|does not hold)|could not be brought to the storage"),
        Reason.CONFIGURATION,
        "The machines of the cluster cannot use the storage; the log says why. Mend that, then resume.",
    ),
    (
        re.compile(r"ModuleNotFoundError|ImportError|No module named"),
        Reason.CONFIGURATION,
        "A Python package that the recipe needs is missing. Run `make` again, or change the recipe.",
    ),
)


def judge(run: Path, end: Exit) -> Ending:
    """The truthful end of a run whose worker is gone.

    Completed means: the worker says so, its last step is max_steps, and the adapter or model opens.
    """
    result = documents.read_or_none(run / runs.RESULT)
    if result is None:
        return _without_result(run, end)
    if result.get("outcome") == "completed":
        return _completed(run, result)
    if result.get("outcome") == "stopped":
        return _stopped(run, str(result.get("message") or f"Stopped after step {result.get('step', 0)}."))
    return Ending(
        state=RunState.FAILED,
        reason=_reason(result.get("reason")),
        message=str(result.get("message") or "The worker failed without a message; see its log."),
    )


def vanished(run: Path, why: str) -> Ending:
    """The end of a run that nobody saw."""
    return Ending(state=RunState.LOST, reason=None, message=f"{why} {_way_on(run)}")


def _completed(run: Path, result: dict[str, object]) -> Ending:
    step, steps = result.get("step"), result.get("max_steps")
    request = runs.read_request(run)
    if request.trial:
        problems = [] if (run / runs.TRIAL).exists() else [f"{runs.TRIAL} is missing"]
    else:
        check = artefacts.problems if request.evaluation is None else contents.problems
        problems = list(check(run))
    if not step or step != steps:
        problems.insert(0, f"it ended at step {step} of {steps}")
    if problems:
        told = "; ".join(problems)
        message = f"The worker said it had completed, but {told}. Do not use its files."
        return Ending(state=RunState.FAILED, reason=Reason.UNKNOWN, message=message)
    return Ending(state=RunState.COMPLETED, reason=None, message=f"Completed all {steps} steps.")


def _stopped(run: Path, told: str) -> Ending:
    kept = run_views.kept_steps(run, runs.read_request(run))
    if kept is None:
        message = f"{told} Nothing had been saved, so it cannot be resumed."
        return Ending(state=RunState.CANCELLED, reason=None, message=message)
    message = f"{told} It can be resumed from step {kept}."
    return Ending(state=RunState.STOPPED, reason=None, message=message)


def _without_result(run: Path, end: Exit) -> Ending:
    killed = end.code is not None and end.code in (-signal.SIGKILL, -signal.SIGTERM)
    if end.forced:
        return _stopped(run, _FORCED if end.code is not None else _UNSEEN_STOP)
    if killed and end.memory_killer:
        message = "The system killed the worker for lack of memory. Lower the micro-batch or max_length."
        return Ending(state=RunState.FAILED, reason=Reason.OUT_OF_MEMORY, message=message)
    if end.code is not None and end.code < 0:
        return _killed(run, f"was ended by {signal.Signals(-end.code).name}")
    if shutil.disk_usage(run).free < _ROOM_BYTES:  # then its log is cut too, and says nothing
        return Ending(state=RunState.FAILED, reason=Reason.DISK, message=failures.DISK_FULL)
    log = "\n".join(runs.log_tail(run, _READ_LINES))
    for sign, reason, sentence in _LOG_SIGNS:
        if sign.search(log):
            return Ending(state=RunState.FAILED, reason=reason, message=sentence)
    if end.code is None:
        return _killed(run, "disappeared")
    message = f"The worker ended with exit code {end.code} before it had finished; its log says more."
    return Ending(state=RunState.FAILED, reason=Reason.UNKNOWN, message=message)


def _killed(run: Path, how: str) -> Ending:
    message = f"The worker process {how}. {_way_on(run)}"
    return Ending(state=RunState.FAILED, reason=Reason.KILLED, message=message)


def _way_on(run: Path) -> str:
    kept = run_views.kept_steps(run, runs.read_request(run))
    return "Nothing had been saved; start again." if kept is None else f"Resume it from step {kept}."


def _reason(text: object) -> Reason:
    try:
        return Reason(str(text))
    except ValueError:
        return Reason.UNKNOWN
