"""Votes on plain pairs; each test names only what matters to it."""

from datetime import datetime
from itertools import count
from typing import Protocol

import pytest

from curation import text
from curation.database import Database
from curation.labelling import decisions, pairs
from curation.model import Answer, Arm, Decision, Pair, Provenance, Verdict

NOW = datetime(2026, 11, 22, 9, 0)


class Votes(Protocol):
    def __call__(
        self,
        *verdicts: str,
        by: str = ...,
        start: int = ...,
        left: Answer | None = ...,
        arm: Arm = ...,
        turn: int = ...,
        seconds: float | None = ...,
        strength: int | None = ...,
        guidelines: int = ...,
        now: datetime = ...,
    ) -> None: ...


def a_pair(number: int) -> Pair:
    """Answers of 40 and 20 characters, the long one first in canonical order where the number is even."""
    long, short = f"long {number}".ljust(40, "."), f"short {number}".ljust(20, ".")
    pair_id, place = text.canonical((), "q", long, short, str(number))
    # The canonical order is a hash's; for a test the order that it needs is found by trying items.
    tried = count()
    while (place is Answer.ONE) != (number % 2 == 0):
        pair_id, place = text.canonical((), "q", long, short, f"{number}-{next(tried)}")
    return Pair(
        id=pair_id,
        source_id="s",
        source_row=number + 1,
        context=(),
        prompt="q",
        answer_1=long if place is Answer.ONE else short,
        answer_2=short if place is Answer.ONE else long,
        origin_1="",
        origin_2="",
        prior_winner=None,
        prior_provenance=Provenance.NONE,
    )


@pytest.fixture
def votes(db: Database) -> Votes:
    """Record one person's verdicts on pairs start, start + 1, …; "-" passes a pair over."""
    known: dict[int, str] = {}
    numbers = count()

    def record(
        *verdicts: str,
        by: str = "ann",
        start: int = 0,
        left: Answer | None = None,
        arm: Arm = Arm.RANDOM,
        turn: int = 0,
        seconds: float | None = None,
        strength: int | None = None,
        guidelines: int = 0,
        now: datetime = NOW,
    ) -> None:
        places = range(start, start + len(verdicts))
        missing = [a_pair(number) for number in places if number not in known]
        known.update(
            zip((number for number in places if number not in known), (p.id for p in missing), strict=True)
        )
        batch = [
            Decision(
                id=f"d{next(numbers)}",
                pair_id=known[number],
                annotator_id=by,
                verdict=Verdict(verdict),
                left=left,
                arm=arm,
                round=turn,
                seconds_active=seconds,
                strength=strength if Verdict(verdict).is_preference else None,
                guideline_version=guidelines,
                server_time=now,
            )
            for number, verdict in zip(places, verdicts, strict=True)
            if verdict != "-"
        ]
        with db.writing() as tx:
            if missing:
                pairs.add(tx, missing, NOW)
            decisions.record_many(tx, batch)

    return record
