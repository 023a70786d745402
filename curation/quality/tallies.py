"""What queries have counted, kept beside the tables that they read, and followed where these change.

Where some contents have changed the same query is asked of these alone, as they were and as they are now
(validation.universe), and the one answer takes the place of the other. So there is no second version of a
query that could say something else. What is asked through here must therefore add up: of two sets of contents
that share none it says the sum of what it says of each, and it reads no table but those whose rows are of a
content.
"""

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

import duckdb

Cursor = duckdb.DuckDBPyConnection
Values = Mapping[str, object]

EMPTY = "CREATE TEMP TABLE answered (query VARCHAR, given VARCHAR, keys INTEGER, said VARCHAR)"
_IDS = -1  # in the place of the number of keys: how many ids a query gives, and the first of them
_AHEAD = 200  # ids kept of each, so that those that change are seldom missed
_MOST = 50_000  # keys from which on an answer is not worth keeping
_MANY = 200  # answers from which on all are let go: most of them were of thresholds that nobody asks any more


def summed(cursor: Cursor, query: str, values: Values | None = None, *, keys: int = 0) -> list[Any]:
    """The rows of a query that counts, by key.

    Args:
        query: gives `keys` columns, numbers, words or NULL, each combination once, and sums after them.

    Returns:
        Tuples of keys and sums, by key; combinations whose sums are all 0 are left out, where there are keys.
    """
    given = _written(values)
    known = _known(cursor, query, given, keys)
    if known is None:
        known = [list(row) for row in cursor.execute(query, dict(values or {})).fetchall()]
        if len(known) <= _MOST:
            _keep(cursor, query, given, keys, known)
    return sorted(
        (tuple(row) for row in known), key=lambda row: [(each is not None, each) for each in row[:keys]]
    )


def found(cursor: Cursor, query: str, values: Values | None = None, *, least: int) -> tuple[int, list[str]]:
    """How many ids a query gives, each once, and the first of them in their own order.

    Args:
        least: so many ids are wanted, ≤ 200, where there are as many.
    """
    given = _written(values)
    known = _known(cursor, query, given, _IDS)
    if known is None or len(known[1]) < min(least, known[0]):
        known = looked_up(cursor, query, values)
        _keep(cursor, query, given, _IDS, known)
    count, first = known
    return int(count), list(first)


def looked_up(cursor: Cursor, query: str, values: Values | None = None) -> tuple[int, list[str]]:
    """The same of a query that does not add up, asked anew each time."""
    count, first = cursor.execute(
        f"SELECT count(*), min(pair_id, {_AHEAD}) FROM ({query})",  # noqa: S608 - a query of ours
        dict(values or {}),
    ).fetchone() or (0, None)
    return int(count), list(first or ())


def forget(cursor: Cursor) -> None:
    """Where the tables have been written anew."""
    cursor.execute("DELETE FROM answered")


def follow(cursor: Cursor, before: Cursor, now: Cursor) -> None:
    """Bring every answer up to now.

    Args:
        before, now: on which the tables hold the changed contents alone, as they were and as they are.
    """
    kept = cursor.execute("SELECT query, given, keys, said FROM answered").fetchall()
    if len(kept) > _MANY:
        forget(cursor)
        return
    for query, given, keys, said in kept:
        old, new = (part.execute(query, json.loads(given)).fetchall() for part in (before, now))
        if Counter(old) != Counter(new):
            after = _ids_after if keys == _IDS else _sums_after
            _keep(cursor, query, given, keys, after(json.loads(said), old, new, keys))


def _ids_after(said: Any, old: list[Any], new: list[Any], _keys: int) -> Any:
    """As far as all ids are known, which is up to the last of them, or else altogether."""
    count, first = said
    gone, come = {row[0] for row in old}, {row[0] for row in new}
    if len(first) < count:
        come = {each for each in come if first and each <= first[-1]}
    return count - len(old) + len(new), sorted(({*first} - gone) | come)[:_AHEAD]


def _sums_after(said: Any, old: list[Any], new: list[Any], keys: int) -> Any:
    sums = {tuple(row[:keys]): list(row[keys:]) for row in said}
    for sign, rows in ((-1, old), (1, new)):
        for row in rows:
            own = sums.setdefault(tuple(row[:keys]), [0] * (len(row) - keys))
            own[:] = [number + sign * more for number, more in zip(own, row[keys:], strict=True)]
    return [[*key, *own] for key, own in sums.items() if not keys or any(own)]


def _written(values: Values | None) -> str:
    return json.dumps(dict(values or {}), sort_keys=True)


def _known(cursor: Cursor, query: str, given: str, keys: int) -> Any:
    row = cursor.execute(
        "SELECT said FROM answered WHERE query = $query AND given = $given AND keys = $keys",
        {"query": query, "given": given, "keys": keys},
    ).fetchone()
    return None if row is None else json.loads(row[0])


def _keep(cursor: Cursor, query: str, given: str, keys: int, said: Any) -> None:
    asked = {"query": query, "given": given, "keys": keys}
    cursor.execute("DELETE FROM answered WHERE query = $query AND given = $given AND keys = $keys", asked)
    cursor.execute(
        "INSERT INTO answered VALUES ($query, $given, $keys, $said)", {**asked, "said": json.dumps(said)}
    )
