"""Compares two release folders: which rows came, went or changed, and why. Needs no database."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import duckdb

from curation.release import trace, verify, write


class Kind(StrEnum):
    """What happened to a row from one release to the other."""

    ADDED = "added"
    REMOVED = "removed"
    WINNER = "winner changed"
    PART = "moved between train and test"
    SUPPORT = "support changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One row that is not the same in both.

    Attributes:
        why: what it was and is, or which rule left it out.
        since: what people said of it, or of a copy whose votes count with it, in between, in order, each
            with its id; at most 5.
    """

    kind: Kind
    pair_id: str
    why: str
    since: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What lies between two releases.

    Attributes:
        counts: rows by kind of change; kinds that did not happen are left out.
        changes: the first of them, the heaviest kind first, then by pair id.
        same: rows that are equal in winner, part and support.
        settings: thresholds that differ, such as "minimum_tier: prior → single".
    """

    counts: Mapping[Kind, int]
    changes: tuple[Change, ...]
    same: int
    settings: tuple[str, ...] = ()


def compare(before: Path, after: Path, *, limit: int = 100) -> Comparison:
    """What changed from one release folder to another.

    Raises:
        InvalidInput: one of them is no release.
    """
    for folder in (before, after):
        verify.read_manifest(folder)
    with duckdb.connect() as connection:
        connection.execute(_TABLES)
        _read(connection, "before", before)
        _read(connection, "after", after)
        connection.execute(_CHANGE)
        counts = connection.execute("SELECT kind, count(*) FROM change GROUP BY kind").fetchall()
        rows = connection.execute(_SHOWN, {"limit": limit}).fetchall()
        (same,) = connection.execute(_SAME).fetchone() or (0,)
    found = {Kind(kind): count for kind, count in counts}
    return Comparison(
        counts={kind: found[kind] for kind in Kind if kind in found},
        changes=tuple(
            Change(kind=Kind(kind), pair_id=pair_id, why=why, since=tuple(since))
            for kind, pair_id, why, since in rows
        ),
        same=same,
        settings=_settings(before, after),
    )


def _settings(before: Path, after: Path) -> tuple[str, ...]:
    old, new = (
        json.loads((folder / "validation.json").read_text(encoding="utf-8"))["policy"]
        for folder in (before, after)
    )
    return tuple(
        f"{name}: {old.get(name)} → {new.get(name)}"
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def _read(connection: duckdb.DuckDBPyConnection, side: str, folder: Path) -> None:
    """Add the rows of one release, and why its other pairs were left out."""
    for part, file in (("train", write.TRAIN), ("test", write.TEST)):
        connection.execute(
            "INSERT INTO released SELECT $side, pair_id, $part, md5(chosen[1].content), tier, n_votes"
            " FROM read_parquet($path)",
            {"side": side, "part": part, "path": str(folder / file)},
        )
    connection.execute(
        "INSERT INTO left_out SELECT $side, pair_id, 'decided as ' || replace(verdict, '_', ' ')"
        " FROM read_parquet($path)",
        {"side": side, "path": str(folder / "ties.parquet")},
    )
    connection.execute(
        "INSERT INTO left_out SELECT $side, pair_id, array_to_string("
        "list_transform(list_zip(rules, reasons), lambda found: found[1] || ' ' || found[2]), '; ')"
        " FROM read_parquet($path)",
        {"side": side, "path": str(folder / "excluded.parquet")},
    )
    connection.execute(
        f"INSERT INTO copied SELECT copy, kept FROM ({trace.COPIES})",  # noqa: S608 - a query of ours
        {"excluded": str(folder / "excluded.parquet")},
    )
    connection.execute(
        "INSERT INTO said SELECT $side, id, kind, pair_id, annotator, verdict, decided_at"
        " FROM read_parquet($path)",
        {"side": side, "path": str(folder / "decisions.parquet")},
    )


_TABLES = """
CREATE TABLE released
    (side VARCHAR, pair_id VARCHAR, part VARCHAR, winner VARCHAR, tier VARCHAR, n_votes BIGINT);
CREATE TABLE left_out (side VARCHAR, pair_id VARCHAR, why VARCHAR);
CREATE TABLE said (side VARCHAR, id VARCHAR, kind VARCHAR, pair_id VARCHAR, annotator VARCHAR,
                   verdict VARCHAR, decided_at TIMESTAMP);
CREATE TABLE copied (copy VARCHAR, kept VARCHAR);
-- The heaviest changes first: a limit must not hide them.
CREATE MACRO weight(kind) AS list_position(
    ['winner changed', 'removed', 'added', 'moved between train and test', 'support changed'], kind);
CREATE VIEW before_row AS SELECT pair_id, part, winner, tier, n_votes FROM released WHERE side = 'before';
CREATE VIEW after_row AS SELECT pair_id, part, winner, tier, n_votes FROM released WHERE side = 'after';
CREATE VIEW before_left_out AS SELECT pair_id, why FROM left_out WHERE side = 'before';
CREATE VIEW after_left_out AS SELECT pair_id, why FROM left_out WHERE side = 'after';
"""

_CHANGE = """
CREATE TABLE change AS
SELECT CASE WHEN b.pair_id IS NULL THEN 'added'
            WHEN a.pair_id IS NULL THEN 'removed'
            WHEN a.winner <> b.winner THEN 'winner changed'
            WHEN a.part <> b.part THEN 'moved between train and test'
            ELSE 'support changed' END AS kind,
       coalesce(a.pair_id, b.pair_id) AS pair_id,
       CASE WHEN b.pair_id IS NULL THEN coalesce('was left out: ' || bl.why, 'is new in the workspace')
            WHEN a.pair_id IS NULL THEN coalesce('now left out: ' || al.why, 'is no longer in the workspace')
            ELSE b.tier || ' with ' || b.n_votes || if(b.n_votes = 1, ' vote', ' votes') || ' in ' || b.part
                 || ', now ' || a.tier || ' with ' || a.n_votes || ' in ' || a.part END AS why
FROM before_row AS b
FULL JOIN after_row AS a ON a.pair_id = b.pair_id
LEFT JOIN before_left_out AS bl ON bl.pair_id = a.pair_id
LEFT JOIN after_left_out AS al ON al.pair_id = b.pair_id
WHERE b.pair_id IS NULL OR a.pair_id IS NULL
   OR (a.winner, a.part, a.tier, a.n_votes) <> (b.winner, b.part, b.tier, b.n_votes)
"""

_SHOWN = """
WITH shown AS (SELECT kind, pair_id, why FROM change ORDER BY weight(kind), pair_id LIMIT $limit),
only_one AS (SELECT id FROM said GROUP BY id HAVING count(*) = 1),
told_to AS (
    SELECT pair_id AS told, pair_id, false AS is_copy FROM shown
    UNION SELECT kept, copy, true FROM copied
),
sentence AS (
    SELECT o.told AS pair_id, s.decided_at, s.id,
           CASE WHEN s.side = 'before' THEN 'no longer: ' ELSE '' END || s.annotator
           || CASE WHEN s.verdict IS NULL AND s.kind = 'vote' THEN ' took a vote back'
                   WHEN s.verdict IS NULL THEN ' opened it again'
                   WHEN s.kind = 'vote' THEN ' voted ' || replace(s.verdict, '_', ' ')
                   ELSE ' settled it as ' || replace(s.verdict, '_', ' ') END
           || ' on ' || strftime(s.decided_at, '%Y-%m-%d %H:%M')
           || ' (' || s.kind || ' ' || s.id
           -- The answers of a copy may stand the other way round.
           || CASE WHEN o.is_copy THEN ', about the answers of its copy ' || s.pair_id ELSE '' END
           || ')' AS told
    FROM said AS s SEMI JOIN only_one USING (id) JOIN told_to AS o ON o.pair_id = s.pair_id
)
SELECT c.kind, c.pair_id, c.why,
       coalesce(list(t.told ORDER BY t.decided_at, t.id) FILTER (WHERE t.told IS NOT NULL), [])[:5]
FROM shown AS c LEFT JOIN sentence AS t ON t.pair_id = c.pair_id
GROUP BY c.kind, c.pair_id, c.why
ORDER BY weight(c.kind), c.pair_id
"""

_SAME = """
SELECT count(*) FROM before_row AS b JOIN after_row AS a ON a.pair_id = b.pair_id
WHERE (a.winner, a.part, a.tier, a.n_votes) = (b.winner, b.part, b.tier, b.n_votes)
"""
