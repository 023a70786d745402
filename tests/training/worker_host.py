"""Real workers without waiting for torch each time: one process loads the libraries and forks a worker a run.

A forked worker is a process of its own: it leads a session, prints into worker.log, can be killed, and may be
given limits on its memory and on the size of its files. `python -m tests.training.worker_host` reads orders
from stdin and answers with the pid, then with the exit code.
"""

import ctypes
import json
import os
import resource
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

import psutil

from training import documents, outcome, runs

_NEW_MOUNTS, _NEW_USER = 0x20000, 0x10000000  # linux/sched.h


class Host:
    """The loading process, seen from a test. Leave it with `close`."""

    def __init__(self) -> None:
        environment = {
            "OMP_NUM_THREADS": "1",
            "OMP_WAIT_POLICY": "PASSIVE",
            "TOKENIZERS_PARALLELISM": "false",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.training.worker_host"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ | environment,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def begin(self, run: Path, *, file_bytes: int = 0, memory_bytes: int = 0, disk_bytes: int = 0) -> int:
        """Start a worker for the run; returns its pid.

        Args:
            file_bytes: no file may grow beyond this, as on a full disk (EFBIG where the disk says ENOSPC).
            memory_bytes: what it may allocate beyond what it begins with.
            disk_bytes: size of the file system that the run folder is put on. Nobody else sees that, so the
                worker judges its own end and leaves it beside the folder, as NAME.ending.
        """
        limits = {"file_bytes": file_bytes, "memory_bytes": memory_bytes, "disk_bytes": disk_bytes}
        self._write({"run": str(run), **limits})
        return self._read()

    def end(self) -> int:
        """Wait for the worker that was begun; its exit code, negative for a signal."""
        return self._read()

    def work(self, run: Path, **limits: int) -> int:
        """Begin and end."""
        self.begin(run, **limits)
        return self.end()

    def _write(self, order: dict[str, Any]) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()

    def _read(self) -> int:
        assert self._process.stdout is not None
        return int(self._process.stdout.readline())


def main() -> None:
    from training import job  # noqa: F401 - what every worker would load first

    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            _become_worker(json.loads(line))
        _say(pid)
        _say(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


def _become_worker(order: dict[str, Any]) -> None:
    from training import worker

    run = Path(order["run"])
    os.setsid()
    if order["disk_bytes"]:
        _put_on_small_disk(run, order["disk_bytes"])
    log = os.open(run / runs.WORKER_LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(log, 1)
    os.dup2(log, 2)
    if order["file_bytes"]:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order["file_bytes"],) * 2)
    if order["memory_bytes"]:
        most = psutil.Process().memory_info().vms + order["memory_bytes"]
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    code = worker.main(run)
    if order["disk_bytes"]:
        _leave_ending(run, code)
    os._exit(code)


def _put_on_small_disk(run: Path, size: int) -> None:
    """An own view of the mounts, as `unshare -Urm` gives it, and in it a tmpfs over the run folder."""
    libc = ctypes.CDLL(None, use_errno=True)
    request, user, group = (run / runs.REQUEST).read_bytes(), os.getuid(), os.getgid()
    if libc.unshare(_NEW_USER | _NEW_MOUNTS):
        raise OSError(ctypes.get_errno(), "unshare")
    Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
    Path("/proc/self/uid_map").write_text(f"0 {user} 1", encoding="ascii")
    Path("/proc/self/gid_map").write_text(f"0 {group} 1", encoding="ascii")
    if libc.mount(b"none", os.fsencode(run), b"tmpfs", 0, f"size={size}".encode()):
        raise OSError(ctypes.get_errno(), "mount")
    (run / "control").mkdir()
    (run / runs.REQUEST).write_bytes(request)


def _leave_ending(run: Path, code: int) -> None:
    end = outcome.judge(run, outcome.Exit(code=code, forced=False))
    documents.write(run.with_suffix(".ending"), asdict(end))


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
