"""What one person has done, counted so that today's count needs no look at what they did before."""

from array import array
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

_QUARTER = timedelta(minutes=15)  # every time zone's midnight is a multiple of it
_EPOCH = datetime(1970, 1, 1)


@dataclass(slots=True, kw_only=True)
class Diary:
    """One person's work.

    Attributes:
        mine: pairs decided.
        quarters: of those, how many in each quarter of an hour since 1970.
        skipped: pairs skipped and not decided, each with the entry of the journal that says so.
        entries: everything they recorded, in order.
    """

    mine: int = 0
    quarters: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    skipped: dict[int, int] = field(default_factory=dict)
    entries: "array[int]" = field(default_factory=lambda: array("i"))

    def since(self, moment: datetime) -> int:
        """Pairs decided since then, to the quarter of an hour in which it lies."""
        first, last = quarter(moment), max(self.quarters, default=-1)
        if last - first > len(self.quarters):
            return sum(count for when, count in self.quarters.items() if when >= first)
        return sum(self.quarters.get(when, 0) for when in range(first, last + 1))


def quarter(when: datetime) -> int:
    """Quarters of an hour since 1970, rounded down."""
    return (when - _EPOCH) // _QUARTER
