"""What annotators are asked to do, in versions. The only writer of the table guideline.

Every decision carries the version its annotator saw, so a change of mind in the team stays visible.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import events

# Version 0: in effect until a lead writes the first version.
DEFAULT = """\
Choose the answer that you would rather have received.

- Read the prompt first, then both answers to the end.
- What counts, in this order: it is true, it does what was asked, it is clear and no longer than needed.
- Length, politeness and formatting are no merit by themselves.
- Tie: you would accept either. Both bad: you would accept neither.
- Skip what you want to see later. Say “cannot judge” where somebody else should decide; neither is a vote.
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


def require(database: Database, number: int) -> None:
    """Refuse a decision that was made by a version nobody has written.

    Raises:
        InvalidInput: there is none of this number; from memory, for it is asked at every key press.
    """
    if not 0 <= number <= version(database):
        raise InvalidInput(
            f"This was not saved: it names version {number} of the guidelines, and there is none. "
            "Reload the page and decide again."
        )


def history(database: Database) -> tuple[Guideline, ...]:
    """All versions, newest first; version 0 is always the last."""
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT version, markdown, changed_by, changed FROM guideline ORDER BY version DESC"
        ).fetchall()
    shipped = Guideline(version=0, markdown=DEFAULT, changed_by="", changed=None)
    written = (Guideline(version=row[0], markdown=row[1], changed_by=row[2], changed=row[3]) for row in rows)
    return (*written, shipped)


def of_version(database: Database, number: int) -> Guideline:
    """One version.

    Raises:
        Unknown: there is no such version.
    """
    for each in history(database):
        if each.version == number:
            return each
    raise Unknown(f"There is no version {number} of the guidelines.")


def add(
    database: Database, markdown: str, *, changed_by: str, now: datetime, after: int | None = None
) -> int:
    """Put a new version into effect.

    Args:
        after: the version it was written from; None where that does not matter.

    Returns:
        Its number, from 1.

    Raises:
        InvalidInput: the text is empty, or says what the version in effect says, or that version is another
            one than `after`.
    """
    if not markdown.strip():
        raise InvalidInput("The guidelines are empty. Write at least one sentence.")
    with database.writing() as tx:
        newest = _newest(tx)
        if after is not None and newest != after:
            raise InvalidInput(
                f"Version {newest} was saved while you were writing. Copy your text, reload the page and "
                "bring both together."
            )
        if markdown == _text_of(tx, newest):
            raise InvalidInput("Nothing has changed, so there is no new version.")
        events.record(tx, actor=changed_by, action="edit guidelines", now=now, subject=str(newest + 1))
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


def _text_of(tx: duckdb.DuckDBPyConnection, number: int) -> str:
    row = tx.execute("SELECT markdown FROM guideline WHERE version = $number", {"number": number}).fetchone()
    return DEFAULT if row is None else str(row[0])


def _newest(cursor: duckdb.DuckDBPyConnection) -> int:
    (number,) = cursor.execute("SELECT coalesce(max(version), 0) FROM guideline").fetchone() or (0,)
    return int(number)
