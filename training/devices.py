"""What a run computes on, found out without importing torch."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

_QUERY = ("--query-gpu=name,memory.free,memory.total,compute_cap", "--format=csv,noheader,nounits")
# Limit and use of a container: control groups version 2, then version 1.
_CONTAINER = (
    ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"),
    ("/sys/fs/cgroup/memory/memory.limit_in_bytes", "/sys/fs/cgroup/memory/memory.usage_in_bytes"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The processor or the first visible GPU of this machine.

    Attributes:
        kind: "cpu" or "cuda"; runs of one kind wait for each other.
        cores: of the processor that this process may use.
        free_bytes: memory that a new process may take now.
        total_bytes: memory of the device, of the container where there is one.
        capability: of a GPU, such as 8.0; 0.0 for the processor.
    """

    kind: str
    name: str
    cores: int
    free_bytes: int
    total_bytes: int
    capability: float


def current() -> Device:
    """The GPU where there is one that a worker would see, else the processor."""
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    rows = [] if hidden else _gpus()
    if not rows:
        return _processor()
    name, free, total, capability = rows[0]
    return Device(
        kind="cuda",
        name=name,
        cores=_cores(),
        free_bytes=int(free) << 20,
        total_bytes=int(total) << 20,
        capability=float(capability),
    )


def _processor() -> Device:
    memory = psutil.virtual_memory()
    free, total = memory.available, memory.total
    for limit, used in _CONTAINER:
        allowed, taken = _number(limit), _number(used)
        if allowed is not None and taken is not None:
            free, total = min(free, max(0, allowed - taken)), min(total, allowed)
    return Device(
        kind="cpu",
        name="the processor",
        cores=_cores(),
        free_bytes=free,
        total_bytes=total,
        capability=0.0,
    )


def _cores() -> int:
    # The processors of this process, not of the machine: a container or taskset may give it fewer.
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity else os.cpu_count() or 1


def _number(path: str) -> int | None:
    try:
        return int(Path(path).read_text(encoding="ascii"))
    except (OSError, ValueError):  # ValueError: "max", no limit
        return None


def _gpus() -> list[list[str]]:
    if shutil.which("nvidia-smi") is None:
        return []
    asked = subprocess.run(["nvidia-smi", *_QUERY], capture_output=True, text=True, timeout=30, check=False)
    rows = [[part.strip() for part in line.split(",")] for line in asked.stdout.splitlines()]
    # A driver without a GPU prints a sentence instead of four columns.
    return [row for row in rows if asked.returncode == 0 and len(row) == 4 and row[1].isdigit()]
