"""What a worker writes down while it runs: events, metrics, signs of life. Append-only; no tensors.

A row is one line, written with one call, so a reader meets at most one torn line, the last. Who writes on
after a process that was killed cuts it off first.
"""

import errno
import json
import math
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from training import beside, fence, metrics, runs

_BEAT_SECONDS = 2.0


class Journal:
    """The open books of one run folder.

    Args:
        writes: False in all but the first of several processes, so that everything is written once.
    """

    def __init__(self, run: Path, *, writes: bool = True) -> None:
        self._run = run
        self._writes = writes
        if writes:
            self.mend()

    def mend(self) -> None:
        """Cut off what a killed writer has left of a row; nobody else may be writing."""
        for name in (runs.METRICS, runs.EVENTS):
            metrics.mend(self._run / name)

    def phase(self, message: str, **about: Any) -> None:
        """What the worker is doing now, in words."""
        self.event("phase", message, **about)

    def warning(self, message: str, **about: Any) -> None:
        self.event("warning", message, **about)

    def event(self, kind: str, message: str, **about: Any) -> None:
        """One row of events.jsonl.

        Args:
            kind: phase, checkpoint, evaluation, warning, error, sample or finished.
        """
        self._append(runs.EVENTS, {"time": runs.now(), "kind": kind, "message": message, **about})

    def metrics(self, step: int, kind: str, values: Mapping[str, Any]) -> tuple[str, ...]:
        """One row of metrics.jsonl.

        Args:
            kind: "train", "evaluation", or "answers" of a folder that is an evaluation.

        Returns:
            Names of values that are not finite; JSON cannot hold those, so the row has null for them.
        """
        numbers = {name: value for name, value in values.items() if isinstance(value, int | float)}
        broken = tuple(name for name, value in numbers.items() if not math.isfinite(value))
        row = {name: None if name in broken else value for name, value in numbers.items()}
        self._append(runs.METRICS, {"step": step, "time": runs.now(), "kind": kind, **row})
        return broken

    def beating(self) -> AbstractContextManager[None]:
        """Touch the heartbeat every two seconds from a thread of its own, also while libraries load."""
        if not self._writes:
            return nullcontext()
        return beside.repeating(self._beat, _BEAT_SECONDS, "heartbeat")

    def _beat(self) -> bool:
        if fence.is_over(self._run):
            return False
        (self._run / runs.HEARTBEAT).touch()
        return True

    def _append(self, name: str, row: dict[str, Any]) -> None:
        if not self._writes:
            return
        fence.check(self._run)
        line = (json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n").encode()
        with (self._run / name).open("ab", buffering=0) as file:
            before = file.tell()
            try:
                written = file.write(line)
            except OSError:
                file.truncate(before)
                raise
            if written != len(line):  # the disk is full: half a line would spoil the next one
                file.truncate(before)
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), name)
