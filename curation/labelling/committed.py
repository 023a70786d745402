"""What was committed since somebody last looked, by row id: it only grows in tables nothing is deleted from.

Only reads; journal.py folds what it finds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.labelling import projects, rewrites

_FEW = 200  # rows up to which a look-up each is cheaper than reading a column

# pair, person, round, verdict, quarter of an hour since 1970, superseded decision, arm
Told = tuple[str, str, int, str | None, int, str | None, str]
Row = tuple[int, str, str, int, str | None, int, str | None, str]  # the same after a row id


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The first row id of each table that has not been read, and when the prompts known were grouped."""

    pair: int = 0
    placement: int = 0
    grouped: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Rows since then, in order, each with its row id first; and what has been seen with them.

    Attributes:
        clusters: pair id and a number that pairs with nearly the same prompt share, 0 or more; None where the
            prompts have not been grouped anew.
    """

    pairs: list[tuple[int, str, str, int]]
    placements: list[tuple[int, str, str | None, int]]
    project: projects.Project
    clusters: list[tuple[str, int]] | None
    seen: Seen


def decisions(cursor: duckdb.DuckDBPyConnection, first: int) -> list[Row]:
    """The log from this row id on."""
    return cursor.execute(
        """
        SELECT rowid, pair_id, annotator_id, round, verdict, epoch_us(server_time) // 900000000,
               supersedes, arm
        FROM decision WHERE rowid >= $first ORDER BY rowid
        """,
        {"first": first},
    ).fetchall()


def replaced(cursor: duckdb.DuckDBPyConnection, rows: list[Row]) -> dict[str, int]:
    """Row id by id of the decisions that these replace."""
    ids = [row[6] for row in rows if row[6] is not None]
    if len(ids) > _FEW:
        found = cursor.execute(
            "SELECT id, rowid FROM decision WHERE id IN (SELECT supersedes FROM decision)"
        ).fetchall()
        return dict(found)
    look_up = "SELECT id, rowid FROM decision WHERE id = $id"
    return dict(row for name in ids for row in cursor.execute(look_up, {"id": name}).fetchall())


def read(cursor: duckdb.DuckDBPyConnection, seen: Seen) -> News:
    """Pairs, placements and the project; to be read after them, so that whatever pair they speak of is there.

    Pairs made by rewriting are left out: nobody is asked about them, their author has said what is better.
    """
    placements = cursor.execute(
        "SELECT rowid, pair_id, place, votes FROM placement WHERE rowid >= $first ORDER BY rowid",
        {"first": seen.placement},
    ).fetchall()
    project = projects.read(cursor)
    pairs = cursor.execute(
        "SELECT rowid, id, source_id, shuffle FROM pair"
        " WHERE rowid >= $first AND source_id <> $written ORDER BY rowid",
        {"first": seen.pair, "written": rewrites.SOURCE},
    ).fetchall()
    (grouped,) = cursor.execute("SELECT measured FROM prompt_group LIMIT 1").fetchone() or (None,)
    return News(
        pairs=pairs,
        placements=placements,
        project=project,
        clusters=_clusters(cursor) if grouped != seen.grouped else None,
        seen=Seen(
            pair=_after(pairs, seen.pair),
            placement=_after(placements, seen.placement),
            grouped=grouped,
        ),
    )


def _clusters(cursor: duckdb.DuckDBPyConnection) -> list[tuple[str, int]]:
    return cursor.execute("SELECT pair_id, (hash(cluster) >> 1)::BIGINT FROM prompt_group").fetchall()


def _after(rows: Sequence[tuple[int, *tuple[object, ...]]], first: int) -> int:
    return rows[-1][0] + 1 if rows else first
