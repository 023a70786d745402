"""What was imported, and what was refused. The only writer of the tables source and refusal."""

import json
from collections.abc import Iterator, Sequence
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
        accepted, duplicate: pairs that were new, and pairs that were there. 0 until it is finished.
        refused, aside: rows that could not be understood, and rows that were and make no pair.
        votes: what people had decided elsewhere.
        finished: False where an older version was interrupted; importing it again goes on.
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
    aside: int = 0
    votes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A row that was not taken: where (from 1), why, its first 200 characters, and as it stands in the file.

    `aside` says that it was understood and makes no pair, such as a list of level answers.
    """

    line: int
    reason: str
    excerpt: str
    original: str = ""
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What became of one source's rows.

    Attributes:
        accepted: pairs that were new; `duplicate`: pairs that repeated one that was there.
        refused: rows that could not be understood.
        aside: rows that were understood and make no pair: kept, and counted.
        votes: what people had decided elsewhere.
    """

    accepted: int = 0
    refused: int = 0
    duplicate: int = 0
    aside: int = 0
    votes: int = 0


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
            " duplicate, finished, imported_by, imported, aside, votes FROM source WHERE id = $id",
            {"id": source_id},
        ).fetchone()
    return None if row is None else _from_row(row)


def newest(database: Database, limit: int = 50) -> tuple[Source, ...]:
    """The last imports, newest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT id, kind, location, revision, sha256, layout, mapping, licence, accepted, refused,"
            " duplicate, finished, imported_by, imported, aside, votes FROM source"
            " ORDER BY imported DESC, id LIMIT $limit",
            {"limit": limit},
        ).fetchall()
    return tuple(_from_row(row) for row in rows)


def refusals(
    database: Database, source_id: str, *, after_line: int = 0, limit: int = 100
) -> tuple[Refusal, ...]:
    """Rows of one source that make no pair, in file order, a page at a time; without their whole text.

    Args:
        after_line: the last line of the page before; 0 for the first page.
    """
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT line, reason, excerpt, coalesce(aside, false) FROM refusal"
            " WHERE source_id = $source_id AND line > $after ORDER BY line LIMIT $limit",
            {"source_id": source_id, "after": after_line, "limit": limit},
        ).fetchall()
    return tuple(
        Refusal(line=line, reason=reason, excerpt=excerpt, aside=aside)
        for line, reason, excerpt, aside in rows
    )


def report(database: Database, source_id: str) -> Iterator[str]:
    """Every row that makes no pair as a line of JSON: line, reason, kept aside or refused, original text.

    The text is whole up to 1,000,000 characters, as it stands in the file: mended, it can be imported alone.
    """
    with database.reading() as cursor:
        cursor.execute(
            "SELECT line, reason, coalesce(aside, false), coalesce(original, excerpt) FROM refusal"
            " WHERE source_id = $source_id ORDER BY line",
            {"source_id": source_id},
        )
        while rows := cursor.fetchmany(1000):
            for line, reason, aside, original in rows:
                told = {"line": line, "reason": reason, "aside": aside, "original": original}
                yield json.dumps(told, ensure_ascii=False) + "\n"


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
            "original": [refusal.original for refusal in batch],
            "aside": [refusal.aside for refusal in batch],
        }
    )
    tx.execute(
        "INSERT INTO refusal (source_id, line, reason, excerpt, original, aside)"
        " SELECT $source_id, line, reason, excerpt, original, aside FROM arrived WHERE NOT EXISTS ("
        "SELECT 1 FROM refusal AS old WHERE old.source_id = $source_id AND old.line = arrived.line)",
        {"source_id": source_id},
    )


def counts(tx: duckdb.DuckDBPyConnection, source_id: str) -> Counts:
    """Rows taken so far, from what is stored: the same after any number of interruptions."""
    row = tx.execute(
        "SELECT (SELECT count(*) FROM pair WHERE source_id = $source_id),"
        " (SELECT count(*) FROM refusal WHERE source_id = $source_id AND NOT coalesce(aside, false)),"
        " (SELECT count(*) FROM appearance WHERE source_id = $source_id),"
        " (SELECT count(*) FROM refusal WHERE source_id = $source_id AND aside)"
        " + (SELECT count(*) FROM unpaired WHERE source_id = $source_id)",
        {"source_id": source_id},
    ).fetchone()
    accepted, refused, seen, aside = row or (0, 0, 0, 0)
    return Counts(accepted=accepted, refused=refused, duplicate=seen - accepted, aside=aside)


def finish(tx: duckdb.DuckDBPyConnection, source_id: str, total: Counts) -> bool:
    """Close an import with its counts; False where another import of the same source already did."""
    row = tx.execute(
        "UPDATE source SET accepted = $accepted, refused = $refused, duplicate = $duplicate, aside = $aside,"
        " votes = $votes, finished = true WHERE id = $id AND NOT finished",
        {
            "id": source_id,
            "accepted": total.accepted,
            "refused": total.refused,
            "duplicate": total.duplicate,
            "aside": total.aside,
            "votes": total.votes,
        },
    ).fetchone()
    return row is not None and row[0] == 1


def _from_row(row: Sequence[object]) -> Source:
    """A row of the columns of Source, in its order."""
    names = [each.name for each in fields(Source)]
    return Source(**dict(zip(names, row, strict=True)))  # type: ignore[arg-type]
