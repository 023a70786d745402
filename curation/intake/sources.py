"""What was imported, and what was refused. The only writer of the tables source and refusal."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import duckdb
import pyarrow as pa

from curation.database import Database
from curation.errors import Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One import.

    Attributes:
        kind: file, hub, sample, votes or comparison.
        location: file name or Hub name.
        mapping: JSON, field of ours to column of theirs.
        accepted, refused, duplicate: rows; their sum is what the source holds. 0 until it is finished.
        finished: False while it runs and after an interruption; importing it again goes on.
    """

    id: str
    kind: str
    location: str
    revision: str
    sha256: str
    layout: str
    mapping: str
    licence: str
    accepted: int
    refused: int
    duplicate: int
    finished: bool
    imported_by: str
    imported: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that was not taken: where (from 1), why, and its first 200 characters."""

    line: int
    reason: str
    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Rows of one source. `accepted` made a new pair; `duplicate` repeated one that was there."""

    accepted: int
    refused: int
    duplicate: int


def get(database: Database, source_id: str) -> Source:
    """One import by its id.

    Raises:
        Unknown: there is no such source.
    """
    found = find(database, source_id)
    if found is None:
        raise Unknown(f"There is no source {source_id} in this workspace.")
    return found


def find(database: Database, source_id: str) -> Source | None:
    """One import by its id, None where it never began."""
    with database.reading() as cursor:
        row = cursor.execute(
            "SELECT id, kind, location, revision, sha256, layout, mapping, licence, accepted, refused,"
            " duplicate, finished, imported_by, imported FROM source WHERE id = $id",
            {"id": source_id},
        ).fetchone()
    return None if row is None else _from_row(row)


def newest(database: Database, limit: int = 50) -> tuple[Source, ...]:
    """The last imports, newest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT id, kind, location, revision, sha256, layout, mapping, licence, accepted, refused,"
            " duplicate, finished, imported_by, imported FROM source ORDER BY imported DESC, id LIMIT $limit",
            {"limit": limit},
        ).fetchall()
    return tuple(_from_row(row) for row in rows)


def refusals(
    database: Database, source_id: str, *, after_line: int = 0, limit: int = 100
) -> tuple[Refusal, ...]:
    """Refused rows of one source in file order, a page at a time.

    Args:
        after_line: the last line of the page before; 0 for the first page.
    """
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT line, reason, excerpt FROM refusal WHERE source_id = $source_id AND line > $after"
            " ORDER BY line LIMIT $limit",
            {"source_id": source_id, "after": after_line, "limit": limit},
        ).fetchall()
    return tuple(Refusal(line=line, reason=reason, excerpt=excerpt) for line, reason, excerpt in rows)


def begin(tx: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Note that an import has begun; one that began before goes on."""
    tx.execute(
        "INSERT INTO source (id, kind, location, revision, sha256, layout, mapping, licence, imported_by,"
        " imported) VALUES ($id, $kind, $location, $revision, $sha256, $layout, $mapping, $licence,"
        " $imported_by, $imported) ON CONFLICT DO NOTHING",
        {
            "id": source.id,
            "kind": source.kind,
            "location": source.location,
            "revision": source.revision,
            "sha256": source.sha256,
            "layout": source.layout,
            "mapping": source.mapping,
            "licence": source.licence,
            "imported_by": source.imported_by,
            "imported": source.imported,
        },
    )


def refuse(tx: duckdb.DuckDBPyConnection, source_id: str, batch: Sequence[Refusal]) -> None:
    """Record refused rows; those already recorded are left alone."""
    arrived = pa.table(  # noqa: F841 - DuckDB finds it by name
        {
            "line": pa.array([refusal.line for refusal in batch], pa.int64()),
            "reason": [refusal.reason for refusal in batch],
            "excerpt": [refusal.excerpt for refusal in batch],
        }
    )
    tx.execute(
        "INSERT INTO refusal (source_id, line, reason, excerpt)"
        " SELECT $source_id, line, reason, excerpt FROM arrived WHERE NOT EXISTS ("
        "SELECT 1 FROM refusal AS old WHERE old.source_id = $source_id AND old.line = arrived.line)",
        {"source_id": source_id},
    )


def counts(tx: duckdb.DuckDBPyConnection, source_id: str) -> Counts:
    """Rows taken so far, from what is stored: the same after any number of interruptions."""
    row = tx.execute(
        "SELECT (SELECT count(*) FROM pair WHERE source_id = $source_id),"
        " (SELECT count(*) FROM refusal WHERE source_id = $source_id),"
        " (SELECT count(*) FROM appearance WHERE source_id = $source_id)",
        {"source_id": source_id},
    ).fetchone()
    accepted, refused, seen = row or (0, 0, 0)
    return Counts(accepted=accepted, refused=refused, duplicate=seen - accepted)


def finish(tx: duckdb.DuckDBPyConnection, source_id: str, total: Counts) -> bool:
    """Close an import with its counts; False where another import of the same source already did."""
    row = tx.execute(
        "UPDATE source SET accepted = $accepted, refused = $refused, duplicate = $duplicate, finished = true"
        " WHERE id = $id AND NOT finished",
        {
            "id": source_id,
            "accepted": total.accepted,
            "refused": total.refused,
            "duplicate": total.duplicate,
        },
    ).fetchone()
    return row is not None and row[0] == 1


def _from_row(row: Sequence[object]) -> Source:
    """A row of the columns of Source, in its order."""
    names = [each.name for each in fields(Source)]
    return Source(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]
