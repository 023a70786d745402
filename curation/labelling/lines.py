"""A line of pairs that many people walk along, each at their own pace and each entry once.

What one walk costs does not depend on how long the line is: entries that are of no use to a person are passed
once, entries that are merely taken by others for the moment are put aside and looked at again.
"""

from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from enum import Enum, auto


class Fit(Enum):
    """Whether a person may be given an entry."""

    FREE = auto()
    LATER = auto()  # others hold it now
    NEVER = auto()  # it has left the line, or this person has met it


class Line:
    """Pairs by place, in order of arrival; the same one may stand in it twice."""

    def __init__(self) -> None:
        self.replace(())

    def replace(self, entries: Iterable[int]) -> None:
        """Begin again with these entries, for everybody."""
        self._entries = array("i", entries)
        self._start = 0
        self._passed: dict[int, int] = {}
        self._aside: dict[int, dict[int, None]] = defaultdict(dict)

    def append(self, entry: int) -> None:
        self._entries.append(entry)

    def bring_back(self, entry: int, person: int) -> None:
        """Let this person meet the entry although they passed it."""
        self._aside[person][entry] = None

    def walk(
        self, person: int, fit: Callable[[int], Fit], gone: Callable[[int], bool] | None = None
    ) -> Iterator[int]:
        """The entries that are free for this person, those put aside first.

        What is given out is put aside too: when it is not answered it comes again.

        Args:
            gone: the entry is of no use to anybody any more.
        """
        aside = self._aside[person]
        for entry in list(aside):
            found = fit(entry)
            if found is Fit.NEVER:
                del aside[entry]
            elif found is Fit.FREE:
                yield entry
        self._trim(gone)
        while (at := max(self._passed.get(person, 0), self._start)) < len(self._entries):
            entry = self._entries[at]
            self._passed[person] = at + 1
            found = fit(entry)
            if found is Fit.NEVER or entry in aside:
                continue
            aside[entry] = None
            if found is Fit.FREE:
                yield entry

    def _trim(self, gone: Callable[[int], bool] | None) -> None:
        if gone is None:
            return
        while self._start < len(self._entries) and gone(self._entries[self._start]):
            self._start += 1
