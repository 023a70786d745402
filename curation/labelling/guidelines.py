"""What annotators are asked to do, in versions. The only writer of the table guideline.

Every decision carries the version its annotator saw, so a change of mind in the team stays visible.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput

# Version 0: in effect until a lead writes the first version.
DEFAULT = """\
Choose the answer that you would rather have received.

- Read the prompt first, then both answers to the end.
- What counts, in this order: it is true, it does what was asked, it is clear and no longer than needed.
- Length, politeness and formatting are no merit by themselves.
- Tie: you would accept either. Both bad: you would accept neither.
- Skip what you cannot judge; a skip is not counted as a decision.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guideline:
    """One version. `changed` is None for version 0, the text that ships with the product."""

    version: int
    markdown: str
    changed_by: str
    changed: datetime | None


def current(database: Database) -> Guideline:
    """The version in effect."""
    return history(database)[0]


def version(database: Database) -> int:
    """The number of the version in effect, from memory where nothing has changed."""
    return database.remembered(_newest)


def history(database: Database) -> tuple[Guideline, ...]:
    """All versions, newest first; version 0 is always the last."""
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT version, markdown, changed_by, changed FROM guideline ORDER BY version DESC"
        ).fetchall()
    shipped = Guideline(version=0, markdown=DEFAULT, changed_by="", changed=None)
    written = (Guideline(version=row[0], markdown=row[1], changed_by=row[2], changed=row[3]) for row in rows)
    return (*written, shipped)


def add(database: Database, markdown: str, *, changed_by: str, now: datetime) -> int:
    """Put a new version into effect.

    Returns:
        Its number, from 1.

    Raises:
        InvalidInput: the text is empty.
    """
    if not markdown.strip():
        raise InvalidInput("The guidelines are empty. Write at least one sentence.")
    with database.writing() as tx:
        row = tx.execute(
            """
            INSERT INTO guideline (version, markdown, changed_by, changed)
            SELECT coalesce(max(version), 0) + 1, $markdown, $changed_by, $changed FROM guideline
            RETURNING version
            """,
            {"markdown": markdown, "changed_by": changed_by, "changed": now},
        ).fetchone()
    if row is None:
        raise RuntimeError("INSERT … RETURNING gave no row")
    return int(row[0])


def _newest(cursor: duckdb.DuckDBPyConnection) -> int:
    (number,) = cursor.execute("SELECT coalesce(max(version), 0) FROM guideline").fetchone() or (0,)
    return int(number)
