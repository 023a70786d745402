"""How much one person is given, and why they are given nothing more. The only writer of quota."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import annotators, events, pauses

MOST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Bounds on the pairs one person decides; None is no bound."""

    per_day: int | None = None
    in_total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What a person may still be given.

    Attributes:
        left: pairs, those on their screen included; None is no bound.
        words: why nothing more, for the person; empty where there is more.
    """

    left: int | None
    words: str = ""


def give(database: Database, annotator_id: str, quota: Quota, *, by: str, now: datetime) -> None:
    """Bound what the person is given from now on. What is on their screen stays theirs.

    Raises:
        InvalidInput: a bound is not between 1 and a million.
        Unknown: there is no such annotator.
    """
    for bound in (quota.per_day, quota.in_total):
        if bound is not None and not 1 <= bound <= MOST:
            raise InvalidInput(f"A quota is 1 to {MOST:,} pairs, or none. To give nothing, pause the person.")
    annotators.get(database, annotator_id)
    bounds = {"per_day": quota.per_day, "in_total": quota.in_total}
    with database.writing() as tx:
        tx.execute(
            """
            INSERT INTO quota (annotator_id, per_day, in_total, changed_by, changed)
            VALUES ($annotator_id, $per_day, $in_total, $by, $now)
            """,
            {"annotator_id": annotator_id, **bounds, "by": by, "now": now},
        )
        events.record(tx, actor=by, action="give quota", subject=annotator_id, detail=bounds, now=now)


def everyone(database: Database) -> Mapping[str, Quota]:
    """The quotas in effect by annotator; from memory where nothing has changed."""
    return database.remembered(_in_effect)


def allowance(database: Database, annotator_id: str, *, today: int, ever: int) -> Allowance:
    """What the person may still be given.

    Args:
        today, ever: pairs they have decided since their day began, and in all.
    """
    if annotator_id in pauses.resting(database):
        return Allowance(
            left=0, words="A lead has paused your labelling. Nothing is lost; it goes on when they say so."
        )
    quota = everyone(database).get(annotator_id, Quota())
    if quota.in_total is not None and ever >= quota.in_total:
        return Allowance(
            left=0, words=f"You have decided all {quota.in_total:,} pairs asked of you. Thank you."
        )
    if quota.per_day is not None and today >= quota.per_day:
        return Allowance(
            left=0, words=f"You have decided {today:,} pairs today, which is your day's share. Thank you."
        )
    bounds = [
        bound - done for bound, done in ((quota.in_total, ever), (quota.per_day, today)) if bound is not None
    ]
    return Allowance(left=min(bounds, default=None))


def _in_effect(cursor: duckdb.DuckDBPyConnection) -> Mapping[str, Quota]:
    rows = cursor.execute(
        """
        SELECT annotator_id, per_day, in_total FROM quota
        QUALIFY row_number() OVER (PARTITION BY annotator_id ORDER BY number DESC) = 1
        """
    ).fetchall()
    return {row[0]: Quota(per_day=row[1], in_total=row[2]) for row in rows}
