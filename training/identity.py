"""Which process is meant: pid, start time, boot and host together. A bare pid lies, because pids are reused.

Signals go out only after the identity matches.
"""

import contextlib
import functools
import os
import signal
import socket
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

MARK = "PAIRLOOM_RUN"  # environment variable that names the run folder a process works for


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """One process, unmistakably.

    Attributes:
        started: clock ticks after boot on Linux, microseconds since the epoch elsewhere.
        boot_id: changes with every start of the machine.
        host: name of the machine; a run folder may lie on shared storage.
    """

    pid: int
    started: int
    boot_id: str
    host: str

    def to_dict(self) -> dict[str, int | str]:
        return asdict(self)


def of(pid: int) -> Identity | None:
    """The identity of a running process; None where there is none, or only its unreaped remains."""
    started = _started(pid)
    if started is None:
        return None
    return Identity(pid=pid, started=started, boot_id=boot_id(), host=socket.gethostname())


def is_alive(identity: Identity) -> bool:
    """The very process is running here."""
    return of(identity.pid) == identity


def marked(run: Path) -> Identity | None:
    """The process that leads a session and carries the mark of this run, if there is one.

    It finds a worker whose supervisor was killed before it could write down whom it had started. Of several
    processes it is the one that has started the others, which lead sessions of their own.
    """
    for process in psutil.process_iter():
        if _carries(process.pid, run) and _leads_session(process.pid) and not _carries(_parent(process), run):
            return of(process.pid)
    return None


def signal_group(identity: Identity, number: signal.Signals) -> bool:
    """Signal the process and its group, which it leads.

    Returns:
        False where the process is gone, or its pid belongs to another one by now: nothing was signalled.
    """
    try:
        if not is_alive(identity) or os.getpgid(identity.pid) != identity.pid:
            return False
        os.killpg(identity.pid, number)
    except ProcessLookupError:
        return False
    return True


def end_remains(leader: Identity, run: Path) -> None:
    """Kill what a dead leader left behind: the processes of this machine that carry the mark of its run.

    Not by its group: the processes of a group of trainers, and helpers of trackers, lead groups of their own.
    """
    if leader.boot_id != boot_id() or leader.host != socket.gethostname():
        return
    for pid in all_marked(run):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def all_marked(run: Path) -> list[int]:
    """Processes of this machine that work for this run: leaders, followers and helpers, but not ourselves."""
    pids = [process.pid for process in psutil.process_iter()]
    return [pid for pid in pids if pid != os.getpid() and _carries(pid, run)]


@functools.cache
def boot_id() -> str:
    """What tells this start of the machine from any other."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return str(uuid.uuid5(uuid.NAMESPACE_OID, str(int(psutil.boot_time()))))


def _started(pid: int) -> int | None:
    if not Path("/proc/self/stat").exists():
        return _started_elsewhere(pid)
    try:
        line = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    # The second field is the command in brackets and may hold blanks and brackets itself.
    fields = line.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else int(fields[19])


def _started_elsewhere(pid: int) -> int | None:
    try:
        process = psutil.Process(pid)
        zombie = process.status() == psutil.STATUS_ZOMBIE
        return None if zombie else round(process.create_time() * 1_000_000)
    except psutil.NoSuchProcess:
        return None


def _leads_session(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:  # it ended between two looks
        return False


def _parent(process: psutil.Process) -> int:
    try:
        return process.ppid()
    except psutil.NoSuchProcess:
        return 0


def _carries(pid: int, run: Path) -> bool:
    try:
        return psutil.Process(pid).environ().get(MARK) == str(run)
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return False
