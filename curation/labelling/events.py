"""The audit: who did what, when. Append-only; written inside the transaction of the action it records."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One line of the audit. `detail` is small and never holds the text of a pair."""

    number: int
    happened: datetime
    actor: str
    action: str
    subject: str
    detail: Mapping[str, object]

    @property
    def in_words(self) -> str:
        """The detail on one line, without what was left empty."""
        told = [(name, value) for name, value in self.detail.items() if value != ""]
        return ", ".join(f"{name} {_plain(value)}" for name, value in told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which lines are asked for; None asks for all.

    Attributes:
        since, until: naive UTC, from and before.
    """

    actor: str | None = None
    action: str | None = None
    since: datetime | None = None
    until: datetime | None = None


def record(
    tx: duckdb.DuckDBPyConnection,
    *,
    actor: str,
    action: str,
    now: datetime,
    subject: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add a line to the audit inside the caller's transaction.

    Args:
        actor: pseudonym of the person, or "system".
        action: a verb and a noun, such as "import source".
        subject: id of what was acted on.
    """
    tx.execute(
        """
        INSERT INTO event (happened, actor, action, subject, detail)
        VALUES ($happened, $actor, $action, $subject, $detail)
        """,
        {
            "happened": now,
            "actor": actor,
            "action": action,
            "subject": subject,
            "detail": json.dumps(dict(detail or {}), ensure_ascii=False, sort_keys=True),
        },
    )


def add(
    db: Database,
    *,
    actor: str,
    action: str,
    now: datetime,
    subject: str = "",
    detail: Mapping[str, object] | None = None,
) -> None:
    """Add a line for something that is not in the database, such as a run that was started."""
    with db.writing() as tx:
        record(tx, actor=actor, action=action, now=now, subject=subject, detail=detail)


def newest(db: Database, limit: int = 50) -> tuple[Event, ...]:
    """The last lines of the audit, newest first."""
    return page(db, Wanted(), limit=limit)


def page(db: Database, wanted: Wanted, *, limit: int, before: int | None = None) -> tuple[Event, ...]:
    """Lines of the audit, newest first.

    Args:
        before: the number of the last line of the page above this one; None for the first page.
    """
    with db.reading() as cursor:
        rows = cursor.execute(
            f"""
            SELECT number, happened, actor, action, subject, detail FROM event
            WHERE {_WANTED} AND ($before IS NULL OR number < $before)
            ORDER BY number DESC LIMIT $limit
            """,  # noqa: S608
            {**_parameters(wanted), "before": before, "limit": limit},
        ).fetchall()
    return tuple(_from_row(row) for row in rows)


def count(db: Database, wanted: Wanted) -> int:
    """How many lines there are."""
    with db.reading() as cursor:
        query = f"SELECT count(*) FROM event WHERE {_WANTED}"  # noqa: S608
        (number,) = cursor.execute(query, _parameters(wanted)).fetchone() or (0,)
    return int(number)


def actions(db: Database) -> tuple[str, ...]:
    """Every action that has happened, in alphabetical order."""
    with db.reading() as cursor:
        rows = cursor.execute("SELECT DISTINCT action FROM event ORDER BY action").fetchall()
    return tuple(row[0] for row in rows)


def _plain(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


_WANTED = """
    ($actor IS NULL OR actor = $actor) AND ($action IS NULL OR action = $action)
    AND ($since IS NULL OR happened >= $since) AND ($until IS NULL OR happened < $until)
"""


def _parameters(wanted: Wanted) -> dict[str, object]:
    return {
        "actor": wanted.actor,
        "action": wanted.action,
        "since": wanted.since,
        "until": wanted.until,
    }


def _from_row(row: tuple[int, datetime, str, str, str, str]) -> Event:
    return Event(
        number=row[0],
        happened=row[1],
        actor=row[2],
        action=row[3],
        subject=row[4],
        detail=json.loads(row[5]),
    )
