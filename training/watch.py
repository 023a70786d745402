"""The supervisor process of one run: `python -m training.watch RUN_DIR`.

It waits its turn for the device, starts the worker, follows it, stops it when asked, and says truthfully how
it ended. It holds supervisor.lock for as long as it lives, so there is one writer of state.json; when it
dies, whoever finds the lock free starts another, which adopts the living worker. It imports nothing heavy.
"""

import dataclasses
import errno
import logging
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from training import artefacts, devices, errors, identity, locks, metrics, outcome, runs, turns
from training.launchers import local
from training.runs import Reason, RunState, State

ASK_VARIABLE = "PAIRLOOM_STOP_ASK_SECONDS"  # from the wish to SIGTERM: a step and a checkpoint must fit in
TERM_VARIABLE = "PAIRLOOM_STOP_TERM_SECONDS"  # from SIGTERM to SIGKILL
_ASK_SECONDS = 120.0
_TERM_SECONDS = 20.0
_POLL_SECONDS = 0.1
_TELL_SECONDS = 0.5  # a replaced and synced state.json costs a few milliseconds
_TURN_SECONDS = 0.5
_WRITE_ATTEMPTS = 60

_logger = logging.getLogger(__name__)


@dataclass(slots=True, kw_only=True)
class _Following:
    """What the supervisor knows of the run so far."""

    state: State
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
    worker = local.status(run)
    if worker is None and not _was_launched(run):
        worker = _launch_in_turn(run, state)
        if worker is None:
            return
        state = runs.read_state(run)
    if worker is None:
        _close_unseen(run, state)
        return
    _logger.info("watching process %s", worker.identity.pid)
    _follow(run, worker, state)


def _was_launched(run: Path) -> bool:
    # The log is opened just before the worker is started.
    return (run / runs.PROCESS).exists() or (run / runs.WORKER_LOG).exists()


def _launch_in_turn(run: Path, state: State) -> local.Worker | None:
    turn = _turn(run, state)
    if turn is None:
        message = "Cancelled before it had started."
        _end(run, dataclasses.replace(state, state=RunState.CANCELLED, message=message))
        return None
    starting = dataclasses.replace(state, state=RunState.STARTING, message="", started_at=runs.now())
    runs.write_state(run, starting)
    try:
        worker = local.submit(run, turn)
    except OSError as error:
        os.close(turn.lock)  # before the end is told: whoever reads it may count on a free device
        _end(run, _not_launched(starting, error))
        return None
    # From here on the worker alone holds the device; it may outlive us.
    os.close(turn.lock)
    return worker


def _turn(run: Path, state: State) -> turns.Turn | None:
    """Wait for a device; None where somebody wanted the run to stop before it had one."""
    host, slots, ended = socket.gethostname(), devices.slots(), set[str]()
    while not runs.stop_asked(run):
        queue = turns.waiting(run.parent, host, ended)
        ahead = queue[: queue.index(run)] if run in queue else []
        turn = None if ahead else turns.take(run, slots, host)
        if turn is not None:
            return turn
        state = _say_waiting(run, state, ahead)
        time.sleep(_TURN_SECONDS)
    return None


def _not_launched(state: State, error: OSError) -> State:
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return dataclasses.replace(
        state,
        state=RunState.FAILED,
        reason=Reason.DISK if full else Reason.CONFIGURATION,
        message=f"The worker process could not be started: {error}. Mend that, then start again.",
    )


def _say_waiting(run: Path, state: State, ahead: list[Path]) -> State:
    whom = f"run {ahead[-1].name}" if ahead else "the run that computes now"
    waiting = dataclasses.replace(state, message=f"Waiting for {whom} to end.")
    if waiting != state:
        runs.write_state(run, waiting)
    return waiting


def _follow(run: Path, worker: local.Worker, state: State) -> None:
    following = _Following(state=state)
    kills = _memory_kills()
    while not worker.has_ended():
        _catch_up(run, following)
        _hurry(worker, following)
        _tell(run, following)
        time.sleep(_POLL_SECONDS)
    adopted = worker.process is None
    end = outcome.Exit(
        code=worker.close(),
        forced=following.forced or (adopted and runs.stop_asked(run)),
        memory_killer=_memory_kills() > kills,
    )
    _catch_up(run, following)
    _close(run, following.state, outcome.judge(run, end))


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


def _hurry(worker: local.Worker, following: _Following) -> None:
    """Asked to stop: first wait for the worker to do it, then TERM, then KILL its group."""
    if not runs.stop_asked(worker.run):
        return
    # Not by the file's time: a clock that is set forward would have the worker killed at once.
    following.stop_seen_at = following.stop_seen_at or time.monotonic()
    waited = time.monotonic() - following.stop_seen_at
    ask, term = _seconds(ASK_VARIABLE, _ASK_SECONDS), _seconds(TERM_VARIABLE, _TERM_SECONDS)
    message = "Saving a checkpoint, then stopping."
    if waited >= ask:
        message = "The worker did not stop when asked; it is being ended."
        number = signal.SIGTERM if waited < ask + term else signal.SIGKILL
        following.forced = local.stop(worker, number) or following.forced
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


def _close_unseen(run: Path, state: State) -> None:
    """The worker went while no supervisor was there."""
    known = local.recorded(run)
    if known is not None:
        identity.end_remains(known, run)
    following = _Following(state=state)
    _catch_up(run, following)
    _close(run, following.state, _unseen_ending(run, known))


def _unseen_ending(run: Path, known: identity.Identity | None) -> outcome.Ending:
    told = (run / runs.RESULT).exists() or runs.stop_asked(run)
    if known is None and not told:
        return outcome.vanished(run, "The worker left no trace; nobody saw how the run ended.")
    if known is not None and known.host != socket.gethostname() and not told:
        return outcome.vanished(run, f"The run was at work on {known.host}, which gives no sign of life.")
    if known is not None and known.boot_id != identity.boot_id() and not told:
        return outcome.vanished(run, "The machine was restarted while the run was at work.")
    return outcome.judge(run, outcome.Exit(code=None, forced=runs.stop_asked(run)))


def _close(run: Path, state: State, ending: outcome.Ending) -> None:
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
