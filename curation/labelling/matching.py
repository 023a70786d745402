"""Which pairs a filter means, in what order: one place, so that a page, its count and an action never differ.

Answers come from the shelf's narrow rows and from what a search found; no text is read here.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from enum import StrEnum
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa

from curation.database import Database
from curation.labelling import searching, shelf
from curation.model import State, Tier, Verdict

Narrowing = Callable[[duckdb.DuckDBPyConnection], bool]


class Order(StrEnum):
    """How a list of pairs is sorted."""

    IMPORTED = "as imported"
    RECENT = "latest vote"
    VOTES = "most votes"
    AGREEMENT = "least agreement"
    LONGEST = "longest"
    SHORTEST = "shortest"

    @property
    def first(self) -> str:
        """The expression over shelf.entry that sorts first, ascending; the row of the source sorts second."""
        return _FIRST[self]


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

    @property
    def told(self) -> Mapping[str, object]:
        """For the audit: what is set; of a search only that there was one, because it may quote a pair."""
        values = {each.name: getattr(self, each.name) for each in fields(self) if each.name != "text"}
        asked = {name: value for name, value in values.items() if value is not None}
        return ({"searched": True} if self.text else {}) | asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Matched:
    """The pairs of a filter, to be asked about inside `of`."""

    cursor: duckdb.DuckDBPyConnection
    _sql: str
    _values: Mapping[str, object]
    _count: Callable[[Callable[[], int]], int]

    def count(self) -> int:
        """How many there are."""
        return self._count(lambda: int(self.rows("SELECT count(*) FROM matching")[0][0]))

    def rows(self, query: str, values: Mapping[str, object] | None = None) -> list[tuple[Any, ...]]:
        """What a query over `matching` finds: the columns of shelf.entry, `first` and `second`."""
        return self._run(query, values or {}).fetchall()

    def keep(self, table: str, columns: str) -> None:
        """Make a temporary table of them, for a statement that takes no parameters."""
        self._run("", {}, before=f"CREATE TEMP TABLE {table} AS ", after=f"SELECT {columns} FROM matching")  # noqa: S608 - ours

    def _run(
        self, query: str, values: Mapping[str, object], before: str = "", after: str = ""
    ) -> duckdb.DuckDBPyConnection:
        return self.cursor.execute(
            f"{before}WITH matching AS ({self._sql}) {query}{after}", {**self._values, **values}
        )


def everything(cursor: duckdb.DuckDBPyConnection) -> bool:
    """No list but the filter's own."""
    del cursor
    return False


def listed(pairs: pa.Table) -> Narrowing:
    """For `of`: a list that somebody has made; its column pair_id."""

    def gather(cursor: duckdb.DuckDBPyConnection) -> bool:
        given = pairs  # noqa: F841 - DuckDB finds it by name
        cursor.execute("CREATE TEMP TABLE among AS SELECT pair_id FROM given")
        return True

    return gather


@contextmanager
def of(
    db: Database, wanted: Filter, order: Order = Order.IMPORTED, among: Narrowing = everything
) -> Iterator[Matched]:
    """The pairs that match, as they are at the last commit.

    Args:
        among: makes a table `among` of the pairs in question (pair_id); False where every pair is. Pairs set
            aside are then shown too, because a number that was counted on them must find them.
    """
    kept = shelf.of(db)
    found = searching.of(db).table(db, wanted.text) if wanted.text else None
    with db.reading() as cursor:
        narrowed = among(cursor)
        conditions = [each for name, each in _CONDITIONS.items() if getattr(wanted, name) is not None]
        if narrowed:
            conditions.append("pair_id IN (SELECT pair_id FROM among)")
        elif wanted.state is None:
            conditions.append("NOT aside")
        if found is not None:
            conditions.append(f"pair_id IN (SELECT pair_id FROM {found})")  # noqa: S608 - a name of ours
        where = " AND ".join(conditions) or "true"
        values = {name: value for name in _CONDITIONS if (value := getattr(wanted, name)) is not None}
        yield Matched(
            cursor=cursor,
            _sql=f"SELECT *, ({order.first})::DOUBLE AS first, source_row::DOUBLE AS second"  # noqa: S608
            f" FROM shelf.entry WHERE {where}",
            _values=values,
            # Which pairs `among` means is not in the words, so they are counted at each look.
            _count=_now if narrowed else partial(kept.count, (where, *values.items())),
        )


def _now(counted: Callable[[], int]) -> int:
    return counted()


_FIRST: Mapping[Order, str] = {
    Order.IMPORTED: "imported",
    Order.RECENT: "newest",
    Order.VOTES: "-votes",
    Order.AGREEMENT: "coalesce(agreement, 2)",
    Order.LONGEST: "-chars",
    Order.SHORTEST: "chars",
}
_CONDITIONS: Mapping[str, str] = {
    "source_id": "source_id = $source_id",
    "state": "state = $state",
    "winner": "winner = $winner",
    "tier": "tier = $tier",
    "min_chars": "chars >= $min_chars",
    "max_chars": "chars <= $max_chars",
    "cluster": "pair_id IN (SELECT pair_id FROM prompt_group WHERE cluster = $cluster)",
    "language": "pair_id IN (SELECT pair_id FROM prompt_group WHERE language = $language)",
}
