"""Locks that the kernel frees when their holders die, however they die.

A lock belongs to the open file, not to the process: a worker that inherits the descriptor keeps it
locked even after its supervisor was killed.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def device(runs: Path, name: str) -> Path:
    """The lock that is held while a run computes on that device; names tell machines apart."""
    runs.mkdir(parents=True, exist_ok=True)
    return runs / f"device-{name}.lock"


def try_take(path: Path) -> int | None:
    """Take the lock without waiting.

    Returns:
        The descriptor that holds it until it is closed everywhere; None where somebody else holds it.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


def is_held(path: Path) -> bool:
    """Somebody holds the lock now."""
    descriptor = try_take(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the lock for a few lines, waiting for it first."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
