"""Workers on this machine: submit, status, stop, logs.

Never a pipe (a full one would stop the worker) and never PR_SET_PDEATHSIG (it fires when the starting thread
ends): the worker leads its own session and prints into a file.
"""

import hashlib
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from curation import workspace
from training import devices, documents, identity, runs
from training.identity import Identity
from training.turns import Places, Turn

WORKER_VARIABLE = (
    "PAIRLOOM_WORKER"  # another command line to train with, such as `nice python -m training.worker`
)
_SOURCE = Path(__file__).resolve().parents[2]


@dataclass(slots=True, kw_only=True)
class Worker:
    """A worker of this machine: our own child, or one adopted from a supervisor that died."""

    run: Path
    identity: Identity
    process: "subprocess.Popen[bytes] | None"

    @property
    def name(self) -> str:
        return f"process {self.identity.pid}"

    @property
    def adopted(self) -> bool:
        return self.process is None

    def has_ended(self) -> bool:
        if self.process is None:
            return not identity.is_alive(self.identity)
        # The child is left unreaped until `close`, so that its pid cannot be reused in between.
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, flags) is not None

    def close(self) -> int | None:
        """After the end: kill what it left running, reap it.

        Returns:
            The exit code, negative for a signal; None where another process was the parent.
        """
        identity.end_remains(self.identity, self.run)
        return None if self.process is None else self.process.wait()


def command(run: Path) -> list[str]:
    """The argument list of a worker; the one place where it is made."""
    chosen = os.environ.get(WORKER_VARIABLE)
    worker = shlex.split(chosen) if chosen else [sys.executable, "-P", "-m", "training.worker"]
    return [*worker, str(run)]


def places(run: Path) -> Places:  # noqa: ARG001 - every launcher is told the run
    """One device of this machine, whichever is free first."""
    return Places(slots=devices.slots(), count=1)


def submit(run: Path, turn: Turn) -> Worker:
    """Start the worker of a run and write down who it is.

    Args:
        turn: the devices it computes on. The worker inherits their locks, so they stay taken for as
            long as either of them lives.
    """
    return start(run, turn, command(run))


def start(
    run: Path, turn: Turn, arguments: list[str], more: Mapping[str, str] = MappingProxyType({})
) -> Worker:
    """As submit, with another command line, and more in its environment."""
    with (run / runs.WORKER_LOG).open("ab") as log:
        process = subprocess.Popen(
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=os.environ | environment(run) | devices.only(turn.devices) | dict(more),
            start_new_session=True,
            pass_fds=turn.locks,
        )
    # Not yet reaped, so /proc still knows it, even where it has ended already.
    found = identity.of(process.pid) or Identity(
        pid=process.pid, started=0, boot_id=identity.boot_id(), host=os.uname().nodename
    )
    _write_down(run, found, arguments)
    return Worker(run=run, identity=found, process=process)


def status(run: Path) -> Worker | None:
    """The living worker of a run, whoever started it; None where there is none on this machine."""
    known = recorded(run)
    found = known if known and identity.is_alive(known) else None
    if known is None:
        found = identity.marked(run)
        if found:
            _write_down(run, found, command(run))
    return Worker(run=run, identity=found, process=None) if found else None


def stop(run: Path, number: signal.Signals) -> bool:
    """Signal the worker's process group, if it is still the very process."""
    known = recorded(run)
    return known is not None and identity.signal_group(known, number)


def logs(run: Path, lines: int) -> list[str]:
    """The last lines the worker has printed."""
    return runs.log_tail(run, lines)


def clear_up(run: Path) -> str | None:
    """Kill what a dead worker left running here.

    Returns:
        Why nobody can know how it ended, a sentence; None where its folder tells.
    """
    known = recorded(run)
    if known is None:
        return "The worker left no trace; nobody saw how the run ended."
    identity.end_remains(known, run)
    if known.host != socket.gethostname():
        return f"The run was at work on {known.host}, which gives no sign of life."
    if known.boot_id != identity.boot_id():
        return "The machine was restarted while the run was at work."
    return None


def recorded(run: Path) -> Identity | None:
    """The identity in process.json; None where nothing was written down."""
    content = documents.read_or_none(run / runs.PROCESS)
    if content is None:
        return None
    return Identity(
        pid=content["pid"],
        started=content["start_time"],
        boot_id=content["boot_id"],
        host=content["host"],
    )


def environment(run: Path) -> dict[str, str]:
    """What the worker's environment has beyond ours."""
    return {
        identity.MARK: str(run),
        workspace.HOME_VARIABLE: str(run.parent.parent),
        **source_path(),
        "PYTHONUNBUFFERED": "1",
        # Beside a busy process a step took 0.76 s with the defaults and 0.14 s with these two.
        "OMP_WAIT_POLICY": "PASSIVE",
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 2) - 1))),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "TOKENIZERS_PARALLELISM": "false",
    }


def source_path() -> dict[str, str]:
    """What lets a process of this machine import our own code, whatever its working directory is."""
    paths = [str(_SOURCE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {"PYTHONPATH": os.pathsep.join(paths)}


def _write_down(run: Path, found: Identity, arguments: list[str]) -> None:
    content = {
        "pid": found.pid,
        "process_group": found.pid,
        "start_time": found.started,
        "boot_id": found.boot_id,
        "argv_hash": hashlib.sha256("\0".join(arguments).encode()).hexdigest(),
        "host": found.host,
    }
    documents.write(run / runs.PROCESS, content)
