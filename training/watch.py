"""The supervisor process of one run: `python -m training.watch RUN_DIR`.

It waits its turn for the device, starts the worker, follows it, stops it when asked, and says truthfully how
it ended. It holds supervisor.lock for as long as it lives, so there is one writer of state.json; when it
dies, whoever finds the lock free starts another, which adopts the living worker. It imports nothing heavy.
"""

import dataclasses
import logging
import os
import shutil
import signal
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from training import artefacts, errors, launching, locks, metrics, outcome, runs
from training.launchers import table
from training.outcome import Ending
from training.runs import RunState, State

ASK_VARIABLE = "PAIRLOOM_STOP_ASK_SECONDS"  # from the wish to SIGTERM: a step and a checkpoint must fit in
TERM_VARIABLE = "PAIRLOOM_STOP_TERM_SECONDS"  # from SIGTERM to SIGKILL
_ASK_SECONDS = 120.0
_TERM_SECONDS = 20.0
_POLL_SECONDS = 0.1
_TELL_SECONDS = 0.5  # a replaced and synced state.json costs a few milliseconds
_WRITE_ATTEMPTS = 60
_UNHEARD = " A stop had been asked for; nobody knows whether it was heard."

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Following:
    """What the supervisor knows of the run so far."""

    state: State
    launcher: table.Launcher
    metrics_offset: int = 0
    events_offset: int = 0
    told: State | None = None
    told_at: float = 0.0
    stop_seen_at: float | None = None
    forced: bool = False


def main(run: Path) -> None:
    """Watch the run until it has ended, unless somebody else does already.

    Returns in the calling process as soon as the lock is held: a detached copy goes on, so that whoever
    started this knows that the run is watched and has no child to reap.
    """
    if locks.try_take(run / runs.SUPERVISOR_LOCK) is None or os.fork() != 0:
        return
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        supervise(run)
    except Exception:
        _logger.exception("the supervisor of %s failed", run.name)
        raise
    finally:
        logging.shutdown()
        os._exit(0)


def supervise(run: Path) -> None:
    """Take the run from the state it is in to its end."""
    state = runs.read_state(run)
    if state.state.is_final:
        return
    try:
        launcher = table.of_run(run)
    except errors.LaunchRefused as error:
        _close(run, state, launching.failure(str(error)))
        return
    worker = launching.found(run, launcher, state)
    if worker is None and not launching.was_launched(run):
        launched = launching.in_turn(run, launcher, state)
        state = runs.read_state(run)
        if isinstance(launched, Ending):
            _close(run, state, launched)
            return
        worker = launched
    following = _Following(state=state, launcher=launcher)
    if worker is None:
        _close_unseen(run, following)
        return
    _logger.info("watching %s", worker.name)
    _follow(run, worker, following)


def _follow(run: Path, worker: table.Worker, following: _Following) -> None:
    kills = _memory_kills()
    while not _has_ended(worker, following):
        _catch_up(run, following)
        _hurry(run, following)
        _tell(run, following)
        time.sleep(_POLL_SECONDS)
    code = worker.close()
    if code is None:
        _close_unseen(run, following)
        return
    end = outcome.Exit(
        code=code,
        forced=following.forced or (worker.adopted and runs.stop_asked(run)),
        memory_killer=_memory_kills() > kills,
    )
    _catch_up(run, following)
    _close(run, following.state, outcome.judge(run, end))


def _has_ended(worker: table.Worker, following: _Following) -> bool:
    try:
        return worker.has_ended()
    except errors.Unreachable as error:
        following.state = dataclasses.replace(following.state, message=str(error))
        return False


def _catch_up(run: Path, following: _Following) -> None:
    try:
        rows, following.metrics_offset = metrics.tail(run / runs.METRICS, following.metrics_offset)
        told, following.events_offset = metrics.tail(run / runs.EVENTS, following.events_offset)
    except errors.DamagedFile:
        # A damaged curve must not end the supervision; the page that shows it says so.
        _logger.warning("the metrics or events of %s are damaged", run.name)
        return
    if rows or told:
        following.state = _advanced(following.state, rows, told)


def _advanced(state: State, rows: list[metrics.Row], told: list[metrics.Row]) -> State:
    phases = [event for event in told if event.get("kind") == "phase"]
    known = [event["max_steps"] for event in phases if "max_steps" in event]
    max_steps = known[-1] if known else state.max_steps
    under_way = state.state if state.state is RunState.STOPPING else RunState.RUNNING
    return dataclasses.replace(
        state,
        state=under_way if max_steps else state.state,
        message=_sentence(str(phases[-1]["message"])) if phases else state.message,
        step=max([state.step, *(int(row.get("step") or 0) for row in rows)]),
        max_steps=max_steps,
        metrics={**state.metrics, **metrics.latest(rows)},
    )


def _sentence(phrase: str) -> str:
    # Not str.capitalize, which would write the names of models in small letters.
    return f"{phrase[:1].upper()}{phrase[1:].rstrip('.')}."


def _hurry(run: Path, following: _Following) -> None:
    """Asked to stop: first wait for the worker to do it, then TERM, then KILL its group."""
    if not runs.stop_asked(run):
        return
    # Not by the file's time: a clock that is set forward would have the worker killed at once.
    following.stop_seen_at = following.stop_seen_at or time.monotonic()
    waited = time.monotonic() - following.stop_seen_at
    ask, term = _seconds(ASK_VARIABLE, _ASK_SECONDS), _seconds(TERM_VARIABLE, _TERM_SECONDS)
    message = "Saving a checkpoint, then stopping."
    if waited >= ask:
        message = "The worker did not stop when asked; it is being ended."
        number = signal.SIGTERM if waited < ask + term else signal.SIGKILL
        following.forced = following.launcher.stop(run, number) or following.forced
    following.state = dataclasses.replace(following.state, state=RunState.STOPPING, message=message)


def _tell(run: Path, following: _Following) -> None:
    if following.state == following.told or time.monotonic() - following.told_at < _TELL_SECONDS:
        return
    following.told_at = time.monotonic()
    try:
        runs.write_state(run, following.state)
        following.told = following.state
    except OSError:
        # A full disk must not end the supervision: the worker may be about to free it, or to fail.
        _logger.exception("the state of %s could not be written", run.name)


def _close_unseen(run: Path, following: _Following) -> None:
    """The worker went while no supervisor was there."""
    why = following.launcher.clear_up(run)
    _catch_up(run, following)
    if why is not None and not (run / runs.RESULT).exists():
        ending = outcome.vanished(run, f"{why}{_UNHEARD if runs.stop_asked(run) else ''}")
    else:
        ending = outcome.judge(run, outcome.Exit(code=None, forced=runs.stop_asked(run)))
    _close(run, following.state, ending)


def _close(run: Path, state: State, ending: outcome.Ending) -> None:
    shutil.rmtree(run / runs.ROWS, ignore_errors=True)  # here, because a killed worker clears nothing up
    if ending.state is RunState.COMPLETED:
        artefacts.write_inventory(run)
    _logger.info("ended: %s %s", ending.state, ending.reason or "")
    _end(run, dataclasses.replace(state, state=ending.state, reason=ending.reason, message=ending.message))


def _end(run: Path, state: State) -> None:
    final = dataclasses.replace(state, ended_at=runs.now())
    for attempt in range(_WRITE_ATTEMPTS):
        try:
            runs.write_state(run, final)
            return
        except OSError:
            _logger.exception("the end of %s could not be written, attempt %d", run.name, attempt + 1)
            time.sleep(1)


def _memory_kills() -> int:
    """Processes that the kernel has killed for memory since the machine started; 0 where it does not tell."""
    try:
        lines = Path("/proc/vmstat").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))


def _seconds(variable: str, default: float) -> float:
    return float(os.environ.get(variable) or default)


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
