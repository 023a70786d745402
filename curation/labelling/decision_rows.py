"""Decisions as rows of the table decision, and back. Reads it; decisions.py writes it."""

import json
from collections.abc import Sequence
from datetime import datetime

import duckdb
import pyarrow as pa

from curation.labelling import diaries
from curation.labelling.committed import Told
from curation.model import Answer, Arm, Decision, Verdict

Row = tuple[
    str, str, str, int, str | None, int | None, str, str, str | None,
    str | None, str | None, str, int, float | None, float | None, datetime | None, datetime, str | None,
    str | None,
]  # fmt: skip

ARRIVED = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "pair_id", "annotator_id", "verdict", "left_answer", "arm")),
        *(
            (name, pa.string())
            for name in ("reasons", "comment", "rewrite", "flag", "supersedes", "text_seen")
        ),
        *((name, pa.int32()) for name in ("position", "round", "strength", "guideline_version")),
        *((name, pa.float64()) for name in ("seconds_shown", "seconds_active")),
        *((name, pa.timestamp("us")) for name in ("client_time", "server_time")),
    ]
)


def find(cursor: duckdb.DuckDBPyConnection, decision_id: str) -> Decision | None:
    """One decision by its id, None where there is none."""
    row = cursor.execute(
        """
        SELECT id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite, flag,
               left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time,
               server_time, supersedes, text_seen
        FROM decision WHERE id = $id
        """,
        {"id": decision_id},
    ).fetchone()
    return None if row is None else from_row(row)


def is_superseded(cursor: duckdb.DuckDBPyConnection, decision_id: str) -> bool:
    """Another row replaces it or takes it back."""
    found = cursor.execute(
        "SELECT 1 FROM decision WHERE supersedes = $id LIMIT 1", {"id": decision_id}
    ).fetchone()
    return found is not None


def of_pair(cursor: duckdb.DuckDBPyConnection, pair_id: str) -> list[Decision]:
    """Everything about a pair, oldest first."""
    rows = cursor.execute(
        """
        SELECT id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite, flag,
               left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time,
               server_time, supersedes, text_seen
        FROM decision WHERE pair_id = $pair_id ORDER BY number
        """,
        {"pair_id": pair_id},
    ).fetchall()
    return [from_row(row) for row in rows]


def log(cursor: duckdb.DuckDBPyConnection, pair_id: str, annotator_id: str) -> list[Decision]:
    """Everything one person recorded on a pair, oldest first."""
    return [each for each in of_pair(cursor, pair_id) if each.annotator_id == annotator_id]


def numbered(cursor: duckdb.DuckDBPyConnection, numbers: Sequence[int]) -> list[Decision]:
    """Decisions by row id, newest first."""
    rows = cursor.execute(
        """
        SELECT id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite, flag,
               left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time,
               server_time, supersedes, text_seen
        FROM decision WHERE rowid IN (SELECT unnest($rows)) ORDER BY rowid DESC
        """,
        {"rows": numbers},
    ).fetchall()
    return [from_row(row) for row in rows]


def parameters(decision: Decision) -> dict[str, object]:
    """The decision by the names of its columns."""
    return {
        "id": decision.id,
        "pair_id": decision.pair_id,
        "annotator_id": decision.annotator_id,
        "round": decision.round,
        "verdict": None if decision.verdict is None else decision.verdict.value,
        "strength": decision.strength,
        "reasons": json.dumps(decision.reasons, ensure_ascii=False),
        "comment": decision.comment,
        "rewrite": decision.rewrite,
        "flag": decision.flag,
        "left_answer": None if decision.left is None else decision.left.value,
        "arm": decision.arm.value,
        "guideline_version": decision.guideline_version,
        "seconds_shown": decision.seconds_shown,
        "seconds_active": decision.seconds_active,
        "client_time": decision.client_time,
        "server_time": decision.server_time,
        "supersedes": decision.supersedes,
        "text_seen": decision.text_seen,
    }


def told(decision: Decision) -> Told:
    """The decision as the journal reads it from its row."""
    return (
        decision.pair_id,
        decision.annotator_id,
        decision.round,
        None if decision.verdict is None else decision.verdict.value,
        diaries.quarter(decision.server_time),
        decision.supersedes,
        decision.arm.value,
    )


def from_row(row: Row) -> Decision:
    """A row of (id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite, flag,
    left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time, server_time,
    supersedes, text_seen) as a value."""
    return Decision(
        id=row[0],
        pair_id=row[1],
        annotator_id=row[2],
        round=row[3],
        verdict=None if row[4] is None else Verdict(row[4]),
        strength=row[5],
        reasons=tuple(json.loads(row[6])),
        comment=row[7],
        rewrite=row[8],
        flag=row[9],
        left=None if row[10] is None else Answer(row[10]),
        arm=Arm(row[11]),
        guideline_version=row[12],
        seconds_shown=row[13],
        seconds_active=row[14],
        client_time=row[15],
        server_time=row[16],
        supersedes=row[17],
        text_seen=row[18],
    )
