"""Decisions that arrive at about the same time, written in one transaction: ten cost as much as one.

Nobody is told that a decision is saved before the transaction is on disk, and what one decision runs into
is that one's alone. While a person works alone nothing waits for anything.
"""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from curation.database import Database
from curation.errors import PairloomError
from curation.labelling import decisions
from curation.labelling.decisions import Outcome
from curation.model import Decision

# Seconds that the first one waits for others. The screen waits for no acknowledgement, so nobody notices; a
# commit costs about the same for one decision as for five, and fifty people make one in 60 ms.
_GATHER = 0.08
_BUSY = 0.25  # it waits only when the last ones came so shortly before


@dataclass(slots=True, kw_only=True)
class _Waiting:
    decision: Decision
    seen: int | None
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Outcome = Outcome.RECORDED
    error: BaseException | None = None


class Together:
    """Whoever comes first gathers the others and writes for all of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Waiting] = []
        self._gathering = False
        self._written = float("-inf")

    def record(self, database: Database, decision: Decision, seen: int | None) -> Outcome:
        mine = _Waiting(decision=decision, seen=seen)
        with self._lock:
            self._waiting.append(mine)
            first, self._gathering = not self._gathering, True
        if first:
            self._write(database, self._gathered())
        mine.done.wait()
        if mine.error is not None:
            raise mine.error
        return mine.outcome

    def _gathered(self) -> list[_Waiting]:
        if time.monotonic() - self._written < _BUSY:
            time.sleep(_GATHER)
        with self._lock:
            batch, self._waiting, self._gathering = self._waiting, [], False
            self._written = time.monotonic()
        return batch

    def _write(self, database: Database, batch: Sequence[_Waiting]) -> None:
        try:
            plain = [each for each in batch if decisions.is_plain(database, each.decision, each.seen)]
            if not decisions.record_plain(database, [each.decision for each in plain]):
                plain = []  # one of them was sent before
            for each in batch:
                if each not in plain:
                    _record_alone(database, each)
        except BaseException as error:
            for each in batch:
                each.error = each.error or error
            raise
        finally:
            for each in batch:
                each.done.set()


def record(database: Database, decision: Decision, *, seen: int | None = None) -> Outcome:
    """Record one decision, perhaps with others; otherwise as `decisions.record`."""
    return database.attached(Together).record(database, decision, seen)


def _record_alone(database: Database, waiting: _Waiting) -> None:
    try:
        waiting.outcome = decisions.record(database, waiting.decision, seen=waiting.seen)
    except PairloomError as error:
        waiting.error = error
