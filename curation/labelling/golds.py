"""Pairs whose winner is known, to check annotators by. The only writer of gold; the audit keeps what was.

They look like any other pair: the queue serves them once to everybody, among ordinary ones.
"""

from collections.abc import Mapping
from datetime import datetime

from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo
from curation.labelling import actions, events
from curation.model import Verdict


def mark(database: Database, known: Mapping[str, Verdict], *, by: str, now: datetime) -> None:
    """Let these pairs be gold; one that is gold already gets the winner named here.

    Args:
        known: the winner by pair.

    Raises:
        InvalidInput: no pair was named, or a verdict is no judgement of the answers.
        Unknown: there is no such pair.
    """
    if not known:
        raise InvalidInput("No pair was named, so nothing was marked.")
    for verdict in known.values():
        if not verdict.is_vote:
            raise InvalidInput("Gold needs a known winner: one of the answers, a tie or both bad.")
    with database.writing() as tx:
        actions.require_pairs(tx, list(known))
        tx.execute(
            """
            INSERT INTO gold (pair_id, verdict, added_by, added)
            SELECT unnest($pairs), unnest($verdicts), $by, $now
            ON CONFLICT (pair_id)
            DO UPDATE SET verdict = excluded.verdict, added_by = excluded.added_by, added = excluded.added
            """,
            {
                "pairs": list(known),
                "verdicts": [verdict.value for verdict in known.values()],
                "by": by,
                "now": now,
            },
        )
        verdicts = {"verdict": next(iter(known.values())).value} if len(known) == 1 else {"pairs": len(known)}
        events.record(
            tx, actor=by, action="mark gold", subject=actions.subject(known), detail=verdicts, now=now
        )


def withdraw(database: Database, pair_id: str, *, by: str, now: datetime) -> None:
    """Let a pair be ordinary again; what people said of it stays.

    Raises:
        NothingToUndo: it is not gold.
    """
    with database.writing() as tx:
        row = tx.execute(
            "DELETE FROM gold WHERE pair_id = $pair_id RETURNING verdict", {"pair_id": pair_id}
        ).fetchone()
        if row is None:
            raise NothingToUndo("This pair is not gold.")
        events.record(
            tx, actor=by, action="withdraw gold", subject=pair_id, detail={"verdict": row[0]}, now=now
        )


def of(database: Database, pair_id: str) -> Verdict | None:
    """The known winner of a pair, None where it is not gold."""
    with database.reading() as cursor:
        row = cursor.execute(
            "SELECT verdict FROM gold WHERE pair_id = $pair_id", {"pair_id": pair_id}
        ).fetchone()
    return None if row is None else Verdict(row[0])


def count(database: Database) -> int:
    """How many pairs are gold."""
    with database.reading() as cursor:
        (number,) = cursor.execute("SELECT count(*) FROM gold").fetchone() or (0,)
    return int(number)
