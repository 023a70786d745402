"""A time limit for work that cannot be interrupted from outside: it looks at the clock itself."""

import time
from collections.abc import Iterable, Iterator
from typing import TypeVar

Item = TypeVar("Item")
_EVERY = 16  # looks at the clock cost as much as the steps between them


class TooSlow(Exception):
    """The time is up; the caller shows the text without formatting."""


class Deadline:
    """So much CPU time of this thread: a busy machine must not change how a text is shown."""

    def __init__(self, seconds: float) -> None:
        self._end = time.thread_time() + seconds
        self._steps = 0

    def check(self) -> None:
        """Go on, or raise TooSlow; the clock is read at every sixteenth step."""
        self._steps += 1
        if self._steps % _EVERY == 0 and time.thread_time() > self._end:
            raise TooSlow

    def watched(self, items: Iterable[Item]) -> Iterator[Item]:
        """The same items, with a look at the clock before each."""
        for item in items:
            self.check()
            yield item
