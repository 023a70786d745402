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


def is_paused(cursor: duckdb.DuckDBPyConnection, annotator_id: str) -> bool:
    """The person rests now."""
    row = cursor.execute(
        "SELECT arg_max(paused, number) FROM pause WHERE annotator_id = $annotator_id",
        {"annotator_id": annotator_id},
    ).fetchone()
    return bool(row and row[0])
