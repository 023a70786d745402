"""What a run computes on, found out without importing torch."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

_QUERY = ("--query-gpu=name,memory.free,memory.total,compute_cap", "--format=csv,noheader,nounits")
_UUIDS = ("--query-gpu=uuid", "--format=csv,noheader")
_GPU = "GPU-"  # how a UUID begins
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
        return processor()
    name, free, total, capability = rows[0]
    return Device(
        kind="cuda",
        name=name,
        cores=_cores(),
        free_bytes=int(free) << 20,
        total_bytes=int(total) << 20,
        capability=float(capability),
    )


def slots() -> tuple[str, ...]:
    """What runs may compute on beside each other: visible GPUs by their UUIDs, else the processor."""
    return tuple(_visible(_uuids())) or (current().kind,)


def are_gpus(slots: tuple[str, ...]) -> bool:
    """These slots are GPUs, not the processor."""
    return any(slot.startswith(_GPU) for slot in slots)


def only(slots: tuple[str, ...]) -> dict[str, str]:
    """What a worker's environment must have, so that it sees these devices alone."""
    gpus = [slot for slot in slots if slot.startswith(_GPU)]
    return {"CUDA_VISIBLE_DEVICES": ",".join(gpus)} if gpus else {}


def _visible(uuids: list[str]) -> list[str]:
    """CUDA_VISIBLE_DEVICES names GPUs by index or by the beginning of a UUID, and hides all others."""
    named = os.environ.get("CUDA_VISIBLE_DEVICES")
    if named is None:
        return uuids
    by_name = {str(index): uuid for index, uuid in enumerate(uuids)}
    found = []
    for name in named.split(","):
        begins = [uuid for uuid in uuids if name and uuid.startswith(name)]
        uuid = by_name.get(name) or (begins[0] if len(begins) == 1 else None)
        if uuid is None:  # CUDA ignores what follows an unknown name, too
            break
        found.append(uuid)
    return found


def processor() -> Device:
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
    # A driver without a GPU prints a sentence instead of four columns.
    return [row for row in _asked(_QUERY) if len(row) == 4 and row[1].isdigit()]


def _uuids() -> list[str]:
    return [row[0] for row in _asked(_UUIDS) if len(row) == 1 and row[0].startswith(_GPU)]


def _asked(query: tuple[str, str]) -> list[list[str]]:
    if shutil.which("nvidia-smi") is None:
        return []
    asked = subprocess.run(["nvidia-smi", *query], capture_output=True, text=True, timeout=30, check=False)
    rows = [[part.strip() for part in line.split(",")] for line in asked.stdout.splitlines()]
    return rows if asked.returncode == 0 else []
