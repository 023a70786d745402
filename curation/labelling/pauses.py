"""Rests that a lead gives a person. The only writer of the table pause, whose newest row is in effect."""

from datetime import datetime

import duckdb

from curation.database import Database
from curation.labelling import events


def pause(database: Database, annotator_id: str, *, paused: bool, actor: str, now: datetime) -> None:
    """Let the person rest, or go on. While they rest the queue gives them nothing; what they had is taken."""
    with database.writing() as tx:
        tx.execute(
            """
            INSERT INTO pause (annotator_id, paused, changed_by, changed)
            VALUES ($annotator_id, $paused, $actor, $now)
            """,
            {"annotator_id": annotator_id, "paused": paused, "actor": actor, "now": now},
        )
        action = "pause annotator" if paused else "resume annotator"
        events.record(tx, actor=actor, action=action, now=now, subject=annotator_id)


def resting(database: Database) -> frozenset[str]:
    """Everybody who rests now, by pseudonym; from memory where nothing has changed."""
    return database.remembered(_resting)


def _resting(cursor: duckdb.DuckDBPyConnection) -> frozenset[str]:
    rows = cursor.execute(
        "SELECT annotator_id FROM pause GROUP BY annotator_id HAVING arg_max(paused, number)"
    ).fetchall()
    return frozenset(row[0] for row in rows)
