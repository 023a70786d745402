"""The queue of pairs that need a reviewer, in pages, and what many of them at once would be settled as."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import duckdb

from curation.database import Database
from curation.labelling import annotators, browse, desk, paging, pauses
from curation.labelling.browse import Row
from curation.labelling.desk import Reason
from curation.labelling.paging import Position
from curation.model import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One pair of the queue with every reason it stands here for."""

    row: Row
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Entries in order, and the queue they are part of.

    Attributes:
        next: where the next page starts; None on the last page.
        total: how many entries there are in all.
        counts: how many pairs stand here for each reason, whatever was asked for; one with two counts twice.
    """

    entries: tuple[Entry, ...]
    next: Position | None
    total: int
    counts: Mapping[Reason, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pile:
    """Every pair of a filter, for doing one thing to all of them.

    Attributes:
        pair_ids: all of them, in the order of the queue.
        majority: pair id → what more than half of its votes say; pairs without such a majority are not in it.
    """

    pair_ids: tuple[str, ...]
    majority: Mapping[str, Verdict]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How many pairs each verdict would be given."""
        return Counter(self.majority.values())

    @property
    def without(self) -> int:
        """How many pairs have no majority."""
        return len(self.pair_ids) - len(self.majority)


def warm_up(db: Database) -> None:
    """File every pair, which the first page after a start would have to wait for: seconds with a million."""
    kept = desk.of(db)
    with kept.lock:
        kept.catch_up(db)


def page(db: Database, reason: Reason | None = None, after: Position | None = None, size: int = 1) -> Page:
    """The pairs that stand here for this reason; all open ones where it is None.

    Args:
        after: the `next` of the page before; None for the first page.
        size: entries a page, 1 to 200.
    """
    found: list[tuple[str, float, float, int, int]]
    kept = desk.of(db)
    with kept.lock:
        kept.catch_up(db)
        with db.reading() as cursor:
            numbers = _counts(cursor)
            found = cursor.execute(
                """
                WITH matching AS (
                    SELECT pair_id, first, second, bits FROM desk.entry
                    WHERE CASE WHEN $bit IS NULL THEN bits & $closed = 0 ELSE bits & $bit > 0 END
                )
                SELECT pair_id, first, second, (SELECT count(*) FROM matching), bits FROM matching
                WHERE $after_id IS NULL OR (first, second, pair_id) > ($after_first, $after_second, $after_id)
                ORDER BY first, second, pair_id LIMIT $size
                """,
                {"bit": reason.bit if reason else None, "closed": desk.CLOSED}
                | paging.parameters(after, size),
            ).fetchall()
    cut = paging.cut(found, size)
    bits = {row[0]: row[4] for row in found}
    rows = browse.rows(db, cut.ids)
    return Page(
        entries=tuple(Entry(row=row, reasons=desk.reasons(bits[row.pair_id])) for row in rows),
        next=cut.next,
        total=cut.total,
        counts=numbers,
    )


def pile(db: Database, reason: Reason | None = None) -> Pile:
    """Every pair that stands here for this reason; all open ones where it is None."""
    kept = desk.of(db)
    with kept.lock:
        kept.catch_up(db)
        with db.reading() as cursor:
            rows = cursor.execute(
                """
                SELECT pair_id, by_votes FROM desk.entry
                WHERE CASE WHEN $bit IS NULL THEN bits & $closed = 0 ELSE bits & $bit > 0 END
                ORDER BY first, second, pair_id
                """,
                {"bit": reason.bit if reason else None, "closed": desk.CLOSED},
            ).fetchall()
    return Pile(
        pair_ids=tuple(pair_id for pair_id, _ in rows),
        majority={pair_id: Verdict(verdict) for pair_id, verdict in rows if verdict is not None},
    )


def askable(db: Database, pair_id: str) -> int:
    """How many people could still be given this pair: members who do not rest and have not met it."""
    with db.reading() as cursor:
        rows = cursor.execute(
            "SELECT DISTINCT annotator_id FROM current_decision WHERE pair_id = $pair_id",
            {"pair_id": pair_id},
        ).fetchall()
    away = pauses.resting(db) | {name for (name,) in rows}
    return sum(person.is_member and person.id not in away for person in annotators.everyone(db))


def _counts(cursor: duckdb.DuckDBPyConnection) -> Mapping[Reason, int]:
    # Pairs share few combinations of reasons: they are counted once, and taken apart here.
    rows = cursor.execute("SELECT bits, count(*) FROM desk.entry GROUP BY bits").fetchall()
    return {reason: sum(int(number) for bits, number in rows if bits & reason.bit) for reason in Reason}
