"""What a run computes on, found out without importing torch."""

import os
import shutil
import subprocess
from dataclasses import dataclass

import psutil

_QUERY = ("--query-gpu=name,memory.free,compute_cap", "--format=csv,noheader,nounits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The processor or the first visible GPU of this machine.

    Attributes:
        kind: "cpu" or "cuda"; runs of one kind wait for each other.
        cores: of the processor.
        free_bytes: memory that a new process may take now.
        capability: of a GPU, such as 8.0; 0.0 for the processor.
    """

    kind: str
    name: str
    cores: int
    free_bytes: int
    capability: float


def current() -> Device:
    """The GPU where there is one that a worker would see, else the processor."""
    cores = os.cpu_count() or 1
    hidden = os.environ.get("CUDA_VISIBLE_DEVICES") in ("", "-1")
    rows = [] if hidden else _gpus()
    if not rows:
        free = psutil.virtual_memory().available
        return Device(kind="cpu", name="the processor", cores=cores, free_bytes=free, capability=0.0)
    name, free_mib, capability = rows[0]
    free = int(free_mib) << 20
    return Device(kind="cuda", name=name, cores=cores, free_bytes=free, capability=float(capability))


def _gpus() -> list[list[str]]:
    if shutil.which("nvidia-smi") is None:
        return []
    asked = subprocess.run(["nvidia-smi", *_QUERY], capture_output=True, text=True, timeout=30, check=False)
    rows = [[part.strip() for part in line.split(",")] for line in asked.stdout.splitlines()]
    # A driver without a GPU prints a sentence instead of three columns.
    return [row for row in rows if asked.returncode == 0 and len(row) == 3 and row[1].isdigit()]
