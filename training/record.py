"""What metrics.jsonl says so far, in columns: a run of 100,000 steps in 10 MB, each line parsed once.

As rows it would take 400 MB for every browser tab, and a second of work at every look.
"""

from array import array
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock

import numpy as np
import numpy.typing as npt

from training import metrics
from training.metrics import Row

DRAWN = (
    "loss", "learning_rate", "kl", "rewards/accuracies", "rewards/margins", "rewards/chosen",
    "rewards/rejected", "logps/chosen", "logps/rejected",
)  # fmt: skip
_CHUNK_BYTES = 4 << 20  # of a file read at once: what is parsed and thrown away again stays small
_FIRST, _LAST = 20, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """One line of a picture.

    Attributes:
        steps: (n,) whole numbers, in file order.
        values: (n,) finite.
    """

    steps: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.steps)


@dataclass(slots=True)
class _Column:
    steps: "array[int]" = field(default_factory=lambda: array("q"))
    values: "array[float]" = field(default_factory=lambda: array("d"))

    def points(self) -> Points:
        # Copies: an array that numpy looks into cannot grow.
        return Points(steps=np.array(self.steps, np.int64), values=np.array(self.values, np.float64))


class Record:
    """One per run and process; sessions share it, so it takes turns.

    Args:
        path: metrics.jsonl; it may not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = Lock()
        self._offset = 0
        self._columns: dict[tuple[str, str], _Column] = {}
        self._step = 0
        self._kind = ""
        self._first: list[Row] = []
        self._last: deque[Row] = deque(maxlen=_LAST)
        self._peak: float | None = None
        self._peak_of_one: float | None = None

    def catch_up(self) -> None:
        """Read what was appended since the last time.

        Raises:
            DamagedFile: a whole line is not a JSON object.
        """
        with self._turn:
            while True:
                rows, offset = metrics.tail(self._path, self._offset, most_bytes=_CHUNK_BYTES)
                for row in rows:
                    self._take(row)
                if offset == self._offset:
                    return
                self._offset = offset

    def points(self, metric: str, kind: str) -> Points:
        """Every value of one of the DRAWN metrics in rows of that kind; null ones are left out."""
        with self._turn:
            return self._columns.get((kind, metric), _Column()).points()

    @property
    def ends(self) -> list[Row]:
        """The first 20 rows and the last 100, none twice: enough for the pace, and to see what is misread."""
        with self._turn:
            return [*self._first, *self._last]

    @property
    def peak_memory(self) -> float | None:
        """The most memory that any row tells, of all processes together, in bytes; None where none does."""
        return self._peak

    @property
    def peak_memory_of_one(self) -> float | None:
        """As peak_memory, of the process of a group that took the most; None where there is no group."""
        return self._peak_of_one

    def _take(self, row: Row) -> None:
        step, kind = row.get("step"), str(row.get("kind"))
        if isinstance(step, int):
            if step < self._step or (step == self._step and kind == self._kind == "train"):
                self._take_back(step)
            self._step, self._kind = step, kind
            for name in DRAWN:
                value = row.get(name)
                if isinstance(value, int | float):
                    column = self._columns.get((kind, name)) or self._begin(kind, name)
                    column.steps.append(step)
                    column.values.append(value)
        self._remember(row)

    def _begin(self, kind: str, name: str) -> _Column:
        return self._columns.setdefault((kind, name), _Column())

    def _take_back(self, step: int) -> None:
        """Forget everything from that step on: it is taken again (metrics.forward)."""
        for column in self._columns.values():
            while column.steps and column.steps[-1] >= step:
                column.steps.pop()
                column.values.pop()
        self._first = [row for row in self._first if row["step"] < step]
        self._last = deque((row for row in self._last if row["step"] < step), maxlen=_LAST)

    def _remember(self, row: Row) -> None:
        if len(self._first) < _FIRST:
            self._first.append(row)
        else:
            self._last.append(row)
        peak, of_one = row.get("peak_memory_bytes"), row.get("peak_memory_of_one_bytes")
        if peak and peak > (self._peak or 0):
            self._peak = peak
        if of_one and of_one > (self._peak_of_one or 0):
            self._peak_of_one = of_one
