"""Lists of pairs in pages. Only SELECTs.

A page is found over the shelf's narrow rows; the texts of its few rows are fetched by id afterwards,
so that a page costs the same whatever the answers weigh. Keyset, not OFFSET: page 36,000 of a
million rows costs as much as page 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from curation.database import Database
from curation.errors import Unknown
from curation.labelling import matching, mends, paging, shelf, standings
from curation.labelling.matching import Filter, Narrowing, Order, everything
from curation.labelling.mends import Present
from curation.labelling.paging import Position
from curation.model import Tier, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One pair in a list. Texts are whole and as annotators see them; a page shortens them for the screen."""

    pair_id: str
    source_id: str
    source_row: int
    prompt: str
    answer_1: str
    answer_2: str
    winner: Verdict | None
    tier: Tier
    votes: int
    agreement: float | None
    aside: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Rows in order, where the next page starts (None on the last page), and how many pairs match in all."""

    rows: tuple[Row, ...]
    next: Position | None
    total: int


def page(
    db: Database,
    wanted: Filter,
    order: Order = Order.IMPORTED,
    after: Position | None = None,
    size: int = 25,
    *,
    among: Narrowing = everything,
) -> Page:
    """One page of the pairs that match.

    Args:
        after: the `next` of the page before; None for the first page.
        size: rows a page, 1 to 200.
    """
    with matching.of(db, wanted, order, among) as matched:
        found = matched.rows(
            """
            SELECT pair_id, first, second, $total, winner, tier, votes, agreement, aside FROM matching
            WHERE $after_id IS NULL OR first >= $after_first
              AND (first > $after_first OR (second, pair_id) > ($after_second, $after_id))
            ORDER BY first, second, pair_id LIMIT $size
            """,
            {"total": matched.count()} | paging.parameters(after, size),
        )
    cut = paging.cut(found, size)
    texts = _texts(db, cut.ids)
    shown = tuple(_from_row((*texts[each[0]], *each[4:])) for each in found[:size])
    return Page(rows=shown, next=cut.next, total=cut.total)


def every_id(
    db: Database, wanted: Filter, order: Order = Order.IMPORTED, *, among: Narrowing = everything
) -> list[str]:
    """The ids of all pairs that match, in order; without their texts, so that many cost little."""
    with matching.of(db, wanted, order, among) as matched:
        found = matched.rows("SELECT pair_id FROM matching ORDER BY first, second, pair_id")
    return [str(row[0]) for row in found]


def tiers(db: Database) -> Mapping[Tier, int]:
    """How many pairs stand on which support, without those set aside; tiers of no pair are there with 0."""
    shelf.of(db)
    with db.reading() as cursor:
        rows = cursor.execute(
            "SELECT tier, count(*) FROM shelf.entry WHERE NOT aside GROUP BY tier"
        ).fetchall()
    found = {Tier(tier): int(number) for tier, number in rows}
    return {tier: found.get(tier, 0) for tier in Tier}


def has_pairs(db: Database) -> bool:
    """There is anything to list. A pair without a source, such as one made by rewriting, is listed too."""
    with db.reading() as cursor:
        return cursor.execute("SELECT 1 FROM pair LIMIT 1").fetchone() is not None


def sources(db: Database) -> Mapping[str, str]:
    """The sources that pairs came from, newest first: id → words for the screen."""
    with db.reading() as cursor:
        rows = cursor.execute(
            "SELECT id, location, accepted FROM source WHERE accepted > 0 ORDER BY imported DESC, id"
        ).fetchall()
    return {row[0]: f"{PurePath(row[1]).name} ({row[2]:,} pairs)" for row in rows}


def row(db: Database, pair_id: str) -> Row:
    """One pair as a list shows it.

    Raises:
        Unknown: there is no such pair.
    """
    found = rows(db, [pair_id])
    if not found:
        raise Unknown(f"There is no pair {pair_id}. It may belong to another workspace.")
    return found[0]


def rows(db: Database, ids: Sequence[str]) -> tuple[Row, ...]:
    """Pairs by name, in the order of the ids, as they are now; what is not there is left out."""
    if not ids:
        return ()
    texts = _texts(db, ids)
    with db.reading() as cursor:
        standing = {each.pair_id: each for each in standings.of(cursor, ids)}
    return tuple(
        _from_row((*texts[each], now.winner, now.tier, now.votes, now.agreement, now.aside))
        for each in ids
        if each in texts and (now := standing[each])
    )


def _texts(db: Database, ids: Sequence[str]) -> dict[str, tuple[str, str, int, str, str, str]]:
    """Where each pair came from, and its texts as fixes have left them, by id."""
    if not ids:
        return {}
    names = {f"id_{place}": pair_id for place, pair_id in enumerate(ids)}
    with db.reading() as cursor:
        found = cursor.execute(
            "SELECT id, source_id, source_row, prompt, answer_1, answer_2 FROM pair"  # noqa: S608 - names of ours
            f" WHERE id IN ({', '.join(f'${name}' for name in names)})",
            names,
        ).fetchall()
    fixed = mends.shown(db, ids)
    return {row[0]: (*row[:3], *_present(fixed.get(row[0]), row[3:])) for row in found}


def _present(fixed: Present | None, imported: tuple[str, str, str]) -> tuple[str, str, str]:
    return imported if fixed is None else (fixed.prompt, fixed.answer_1, fixed.answer_2)


def _from_row(
    row: tuple[str, str, int, str, str, str, str | None, str, int, float | None, bool],
) -> Row:
    return Row(
        pair_id=row[0],
        source_id=row[1],
        source_row=row[2],
        prompt=row[3],
        answer_1=row[4],
        answer_2=row[5],
        winner=None if row[6] is None else Verdict(row[6]),
        tier=Tier(row[7]),
        votes=row[8],
        agreement=row[9],
        aside=row[10],
    )
