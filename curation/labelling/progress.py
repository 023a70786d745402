"""How far a person and the project are. Only reads."""

from dataclasses import dataclass
from datetime import datetime

from curation.database import Database
from curation.labelling import journal, quotas


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Counts of pairs; a skip is no decision.

    Attributes:
        today, mine: pairs this person has decided since the start of their day, and ever.
        skipped: pairs this person has skipped and not decided.
        decided: pairs that have all the votes the project asks for.
        pairs: all pairs of the project but those that a reviewer has set aside.
        votes_per_pair: how many votes the project asks for.
        enough: why this person is given nothing more, in words for them; empty where they are.
    """

    today: int
    mine: int
    skipped: int
    decided: int
    pairs: int
    votes_per_pair: int
    enough: str


def of(database: Database, annotator_id: str, *, day_start: datetime) -> Progress:
    """This person's counts and the project's.

    Args:
        day_start: naive UTC; when the person's day began, which is theirs to say. Taken to the quarter of an
            hour, which every time zone's midnight is.
    """
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        diary = book.entries.diaries[book.person(annotator_id)]
        today = diary.since(day_start)
        allowed = quotas.allowance(database, annotator_id, today=today, ever=diary.mine)
        return Progress(
            today=today,
            mine=diary.mine,
            skipped=len(diary.skipped),
            decided=book.complete,
            pairs=len(book.ids) - len(book.aside),
            votes_per_pair=book.project.votes_per_pair,
            enough=allowed.words,
        )
