"""Pages of a list in SQL, by key and not by number: page 36,000 costs as much as page 1.

A query gives (id, first, second, total) of one row more than it was asked for, ordered by (first, second, id)
and beginning behind a Position; `cut` makes the page of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """Where a page ended: the sort values of its last row."""

    first: float
    second: float
    pair_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """The ids of one page, where the next one starts (None on the last page), and how many there are."""

    ids: tuple[str, ...]
    next: Position | None
    total: int


def parameters(after: Position | None, size: int) -> dict[str, Any]:
    """What the query is asked: $after_first, $after_second, $after_id (NULL on the first page) and $size."""
    return {
        "after_first": after.first if after else None,
        "after_second": after.second if after else None,
        "after_id": after.pair_id if after else None,
        "size": size + 1,
    }


def cut(found: Sequence[tuple[Any, ...]], size: int) -> Cut:
    """The page in what the query found."""
    shown = found[:size]
    following = None
    if len(found) > size:
        following = Position(first=shown[-1][1], second=shown[-1][2], pair_id=shown[-1][0])
    return Cut(ids=tuple(row[0] for row in shown), next=following, total=int(found[0][3]) if found else 0)
