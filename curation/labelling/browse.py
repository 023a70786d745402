"""Lists of pairs in pages. Only SELECTs.

A page is found over the shelf's narrow rows; the texts of its few rows are fetched by id afterwards,
so that a page costs the same whatever the answers weigh. Keyset, not OFFSET: page 36,000 of a
million rows costs as much as page 1.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from curation.database import Database
from curation.errors import Unknown
from curation.labelling import matching, paging, shelf, standings
from curation.labelling.matching import Filter, Narrowing, Order, everything
from curation.labelling.paging import Position
from curation.labelling.standings import Standing
from curation.model import Tier, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One pair in a list. Texts are whole; a page shortens them for the screen."""

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
    newest: datetime | None
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
        ((total,),) = matched.rows("SELECT count(*) FROM matching")
        found = matched.rows(
            """
            SELECT pair_id, first, second, $total AS total FROM matching
            WHERE $after_id IS NULL OR first > $after_first
               OR first = $after_first AND (second, pair_id) > ($after_second, $after_id)
            ORDER BY first, second, pair_id LIMIT $size
            """,
            {"total": total} | paging.parameters(after, size),
        )
    cut = paging.cut(found, size)
    return Page(rows=rows(db, cut.ids), next=cut.next, total=cut.total)


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
    """The pairs of one page, in the order of the ids; what is not there is left out."""
    if not ids:
        return ()
    names = {f"id_{place}": pair_id for place, pair_id in enumerate(ids)}
    with db.reading() as cursor:
        texts = cursor.execute(
            "SELECT id, source_id, source_row, prompt, answer_1, answer_2 FROM pair"  # noqa: S608 - names of ours
            f" WHERE id IN ({', '.join(f'${name}' for name in names)})",
            names,
        ).fetchall()
        standing = {each.pair_id: each for each in standings.of(cursor, ids)}
    by_id = {each[0]: _from_row(each, standing[each[0]]) for each in texts}
    return tuple(by_id[pair_id] for pair_id in ids if pair_id in by_id)


def _from_row(row: tuple[str, str, int, str, str, str], standing: Standing) -> Row:
    return Row(
        pair_id=row[0],
        source_id=row[1],
        source_row=row[2],
        prompt=row[3],
        answer_1=row[4],
        answer_2=row[5],
        winner=standing.winner,
        tier=standing.tier,
        votes=standing.votes,
        agreement=standing.agreement,
        newest=standing.newest,
        aside=standing.aside,
    )
