"""Find pairs: filters, order and keyset paging, all in SQL. Only SELECTs.

A page is found over narrow columns first; the texts of its few rows are fetched by id afterwards,
so that a page costs the same whatever the answers weigh. Keyset, not OFFSET: page 36,000 of a
million rows costs as much as page 1.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePath

import duckdb

from curation.database import Database
from curation.errors import Unknown
from curation.labelling import paging, standings
from curation.labelling.paging import Position
from curation.labelling.standings import Standing
from curation.model import Tier, Verdict


class State(StrEnum):
    """How far people have come with a pair."""

    UNDECIDED = "undecided"  # no vote in effect
    DECIDED = "decided"  # votes with a majority
    CONTESTED = "contested"  # votes without one
    SETTLED = "settled"  # a reviewer has settled it
    ASIDE = "aside"  # a reviewer has set it aside; in no other state, and not in a list without a state


class Order(StrEnum):
    """How a list of pairs is sorted."""

    IMPORTED = "as imported"
    RECENT = "latest vote"
    VOTES = "most votes"
    AGREEMENT = "least agreement"
    LONGEST = "longest"
    SHORTEST = "shortest"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """What to show; None and "" mean everything.

    Attributes:
        text: found anywhere in the prompt or an answer, in any case.
        min_chars, max_chars: bounds on prompt and both answers together, in characters.
        cluster, language: of the prompt, as the last look at diversity found them; "" is an unclear language.
    """

    text: str = ""
    source_id: str | None = None
    state: State | None = None
    winner: Verdict | None = None
    tier: Tier | None = None
    min_chars: int | None = None
    max_chars: int | None = None
    cluster: str | None = None
    language: str | None = None


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


_MATCHING = """
WITH sized AS (
    SELECT id, prompt_chars + answer_1_chars + answer_2_chars AS chars FROM pair
),
matching AS (
    SELECT p.id,
           CASE $order
               WHEN 'as imported' THEN -epoch_ms(o.imported)
               WHEN 'latest vote' THEN coalesce(-epoch_ms(s.newest), 0)
               WHEN 'most votes' THEN -s.votes
               WHEN 'least agreement' THEN coalesce(s.agreement, 2)
               WHEN 'longest' THEN -z.chars
               ELSE z.chars
           END::DOUBLE AS first,
           p.source_row::DOUBLE AS second
    FROM pair AS p
    JOIN sized AS z ON z.id = p.id
    JOIN standing AS s ON s.pair_id = p.id
    JOIN source AS o ON o.id = p.source_id
    WHERE ($text = '' OR contains(lower(p.prompt), $text) OR contains(lower(p.answer_1), $text)
           OR contains(lower(p.answer_2), $text))
      AND ($source_id IS NULL OR p.source_id = $source_id)
      AND ($winner IS NULL OR s.winner = $winner)
      AND ($tier IS NULL OR s.tier = $tier)
      AND ($min_chars IS NULL OR z.chars >= $min_chars)
      AND ($max_chars IS NULL OR z.chars <= $max_chars)
      AND (NOT $narrowed OR p.id IN (SELECT pair_id FROM among))
      AND ($cluster IS NULL OR p.id IN (SELECT pair_id FROM prompt_group WHERE cluster = $cluster))
      AND ($language IS NULL OR p.id IN (SELECT pair_id FROM prompt_group WHERE language = $language))
      AND ($state IS NULL AND ($narrowed OR NOT s.aside) OR $state = CASE
               WHEN s.aside THEN 'aside'
               WHEN s.tier = 'gold' THEN 'settled' WHEN s.tier = 'conflict' THEN 'contested'
               WHEN s.votes > 0 THEN 'decided' ELSE 'undecided' END)
)
"""


Narrowing = Callable[[duckdb.DuckDBPyConnection], bool]


def everything(cursor: duckdb.DuckDBPyConnection) -> bool:
    """No list but the filter's own."""
    cursor.execute("CREATE TEMP TABLE among (pair_id VARCHAR)")
    return False


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
        among: makes a table `among` of the pairs in question (pair_id); False where every pair is. Pairs set
            aside are then shown too, because a number that was counted on them must find them.
        after: the `next` of the page before; None for the first page.
        size: rows a page, 1 to 200.
    """
    with db.reading() as cursor:
        narrowed = among(cursor)
        found = cursor.execute(
            _MATCHING  # noqa: S608 - a constant of ours
            + """
            SELECT id, first, second, (SELECT count(*) FROM matching) AS total FROM matching
            WHERE $after_id IS NULL OR (first, second, id) > ($after_first, $after_second, $after_id)
            ORDER BY first, second, id LIMIT $size
            """,
            _asked(wanted, order) | {"narrowed": narrowed} | paging.parameters(after, size),
        ).fetchall()
    cut = paging.cut(found, size)
    return Page(rows=rows(db, cut.ids), next=cut.next, total=cut.total)


def every_id(
    db: Database, wanted: Filter, order: Order = Order.IMPORTED, *, among: Narrowing = everything
) -> list[str]:
    """The ids of all pairs that match, in order; without their texts, so that many cost little."""
    with db.reading() as cursor:
        narrowed = among(cursor)
        found = cursor.execute(
            _MATCHING + "SELECT id FROM matching ORDER BY first, second, id",  # noqa: S608 - likewise
            _asked(wanted, order) | {"narrowed": narrowed},
        ).fetchall()
    return [row[0] for row in found]


def tiers(db: Database) -> Mapping[Tier, int]:
    """How many pairs stand on which support, without those set aside; tiers of no pair are there with 0."""
    with db.reading() as cursor:
        rows = cursor.execute("SELECT tier, count(*) FROM standing WHERE NOT aside GROUP BY tier").fetchall()
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


def _asked(wanted: Filter, order: Order) -> dict[str, object]:
    return {
        "text": wanted.text.lower(),
        "source_id": wanted.source_id,
        "state": wanted.state,
        "winner": wanted.winner,
        "tier": wanted.tier,
        "min_chars": wanted.min_chars,
        "max_chars": wanted.max_chars,
        "cluster": wanted.cluster,
        "language": wanted.language,
        "order": order,
    }
