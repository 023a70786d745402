"""From a row of a release back to the votes and the line it came from. Needs no database."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from curation.errors import InvalidInput, Unknown
from curation.release import verify, write

_LEAST = 6  # signs of an id that a person may shorten it to


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One decision or settlement about the pair, as decisions.parquet holds it.

    Attributes:
        pair_id: the traced pair, or a copy of it whose votes count with it; the answers of a copy may stand
            the other way round.
        kind: vote or settlement.
        who: a pseudonym.
        verdict: None where it took an earlier one back.
        guideline_version: None for a settlement.
        at: naive UTC.
    """

    id: str
    pair_id: str
    kind: str
    who: str
    verdict: str | None
    in_effect: bool
    guideline_version: int | None
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """Where a row comes from.

    Attributes:
        file: of the release that holds it: data/train-…, data/test-…, ties.parquet or excluded.parquet.
        source, line: file or set with its version, and the row in it, from 1.
        tier: support of its winner.
        reasons: why it was left out, each with its rule; empty where it was not.
        words: everything people said of it and of its copies, in order.
    """

    pair_id: str
    file: str
    source: str
    line: int
    tier: str
    reasons: tuple[str, ...]
    words: tuple[Word, ...]


def trace(folder: Path, pair_id: str) -> Trace:
    """Trace one row of a release.

    Args:
        pair_id: as the row carries it; its first 6 signs or more do where no other begins so.

    Raises:
        InvalidInput: the folder is no release, or the beginning of an id fits several rows.
        Unknown: no row has that id.
    """
    verify.read_manifest(folder)
    wanted = pair_id.strip().lower()
    if len(wanted) < _LEAST or not wanted.isalnum():
        raise InvalidInput(f"“{pair_id}” is no id of a pair. Give at least its first {_LEAST} signs.")
    with duckdb.connect() as connection:
        rows = connection.execute(_ROW, {**_paths(folder), "wanted": wanted}).fetchall()
        if not rows:
            raise Unknown(f"No row of {folder.name} has an id that begins with {wanted}.")
        if len(rows) > 1:
            raise InvalidInput(f"Several rows of {folder.name} begin with {wanted}. Give more of the id.")
        found, file, source, tier, reasons = rows[0]
        words = connection.execute(
            _WORDS,
            {
                "decisions": str(folder / "decisions.parquet"),
                "excluded": str(folder / "excluded.parquet"),
                "pair_id": found,
            },
        ).fetchall()
    label, _, line = source.rpartition("#")
    return Trace(
        pair_id=found,
        file=file,
        source=label,
        line=int(line),
        tier=tier,
        reasons=tuple(reasons),
        words=tuple(_word(row) for row in words),
    )


def _word(row: tuple[str, str, str, str, str | None, bool, int | None, datetime]) -> Word:
    return Word(
        id=row[0],
        pair_id=row[1],
        kind=row[2],
        who=row[3],
        verdict=row[4],
        in_effect=row[5],
        guideline_version=row[6],
        at=row[7],
    )


def _paths(folder: Path) -> dict[str, str]:
    return {
        "train": str(folder / write.TRAIN),
        "test": str(folder / write.TEST),
        "ties": str(folder / "ties.parquet"),
        "excluded": str(folder / "excluded.parquet"),
    }


# Which pair stands for a copy is only said in words: the reason of V06, whose form a test holds.
COPIES = r"""
    SELECT pair_id AS copy, regexp_extract(reason, '^its texts are those of pair ([0-9a-f]+)', 1) AS kept
    FROM (SELECT pair_id, unnest(rules) AS rule, unnest(reasons) AS reason FROM read_parquet($excluded))
    WHERE rule = 'V06'
"""

_WORDS = f"""
WITH copied AS ({COPIES})
SELECT id, pair_id, kind, annotator, verdict, in_effect, guideline_version, decided_at
FROM read_parquet($decisions)
WHERE pair_id = $pair_id OR pair_id IN (SELECT copy FROM copied WHERE kept = $pair_id)
ORDER BY decided_at, kind DESC, id
"""  # noqa: S608 - a query of ours

_ROW = f"""
WITH found AS (
    SELECT pair_id, '{write.TRAIN}' AS file, source, tier, []::VARCHAR[] AS reasons FROM read_parquet($train)
    UNION ALL SELECT pair_id, '{write.TEST}', source, tier, [] FROM read_parquet($test)
    UNION ALL SELECT pair_id, 'ties.parquet', source, tier, [] FROM read_parquet($ties)
    UNION ALL
    SELECT pair_id, 'excluded.parquet', source, tier,
           list_transform(list_zip(rules, reasons), lambda each: each[1] || ' ' || each[2])
    FROM read_parquet($excluded)
)
SELECT pair_id, file, source, tier, reasons FROM found WHERE starts_with(pair_id, $wanted) LIMIT 2
"""  # noqa: S608 - the two file names are constants
