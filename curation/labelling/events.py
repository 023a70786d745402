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


def newest(db: Database, limit: int = 50) -> tuple[Event, ...]:
    """The last lines of the audit, newest first."""
    with db.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT number, happened, actor, action, subject, detail
            FROM event ORDER BY number DESC LIMIT $limit
            """,
            {"limit": limit},
        ).fetchall()
    return tuple(
        Event(
            number=row[0],
            happened=row[1],
            actor=row[2],
            action=row[3],
            subject=row[4],
            detail=json.loads(row[5]),
        )
        for row in rows
    )
