"""Gets a run its worker: finds the one that lives, or waits for the devices and submits one.

Only the supervisor of the run calls this (training.watch): it writes state.json, and has one writer.
"""

import dataclasses
import errno
import socket
import time
from pathlib import Path

from training import errors, runs, turns
from training.launchers import table
from training.outcome import Ending
from training.runs import Reason, RunState, State

_TURN_SECONDS = 0.5
_CANCELLED = "Cancelled before it had started."


def found(run: Path, launcher: table.Launcher, state: State) -> table.Worker | None:
    """The living worker; waits for as long as nobody can say whether there is one."""
    while True:
        try:
            return launcher.status(run)
        except errors.Unreachable as error:
            state = _say(run, state, str(error))
            time.sleep(_TURN_SECONDS)


def was_launched(run: Path) -> bool:
    """A supervisor has submitted a worker, whatever became of it."""
    # The log is opened just before the worker is started.
    return (run / runs.PROCESS).exists() or (run / runs.WORKER_LOG).exists()


def in_turn(run: Path, launcher: table.Launcher, state: State) -> table.Worker | Ending:
    """Submit the worker once the run has its devices; how the run has ended where it cannot be."""
    try:
        places = launcher.places(run)
    except errors.LaunchRefused as error:
        return failure(str(error))
    turn = _turn(run, places, state)
    if turn is None:
        return _cancelled()
    starting = dataclasses.replace(state, state=RunState.STARTING, message="", started_at=runs.now())
    runs.write_state(run, starting)
    try:
        worker = launcher.submit(run, turn)
    except errors.StopAsked:
        turn.give_up()
        return _cancelled()
    except (OSError, errors.LaunchRefused) as error:
        turn.give_up()  # before the end is told: whoever reads it may count on a free device
        full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        return failure(_why_not(error), Reason.DISK if full else Reason.CONFIGURATION)
    # From here on the worker alone holds its devices; it may outlive us.
    turn.give_up()
    return worker


def failure(message: str, reason: Reason = Reason.CONFIGURATION) -> Ending:
    """The end of a run that got no worker."""
    return Ending(state=RunState.FAILED, reason=reason, message=message)


def _cancelled() -> Ending:
    return Ending(state=RunState.CANCELLED, reason=None, message=_CANCELLED)


def _why_not(error: Exception) -> str:
    named = f"The worker process could not be started: {error}. Mend that, then start again."
    return named if isinstance(error, OSError) else str(error)


def _turn(run: Path, places: turns.Places, state: State) -> turns.Turn | None:
    """Wait for the devices; None where somebody wanted the run to stop before it had them."""
    host, ended = socket.gethostname(), set[str]()
    while not runs.stop_asked(run):
        queue = turns.waiting(run.parent, host, ended)
        ahead = turns.ahead(run, queue) if places.count else []
        turn = None if ahead else turns.take(run, places, host)
        if turn is not None:
            return turn
        state = _say_waiting(run, state, ahead)
        time.sleep(_TURN_SECONDS)
    return None


def _say_waiting(run: Path, state: State, ahead: list[Path]) -> State:
    whom = f"run {ahead[-1].name}" if ahead else "the run that computes now"
    return _say(run, state, f"Waiting for {whom} to end.")


def _say(run: Path, state: State, message: str) -> State:
    saying = dataclasses.replace(state, message=message)
    if saying != state:
        runs.write_state(run, saying)
    return saying
