"""Which prompts are held out: by cluster, in an order that only the seed and the prompt's text decide.

So a prompt that was held out once stays held out while a set grows, as long as the test part grows too.
"""

from collections.abc import Iterator

import duckdb
import pyarrow as pa

_LARGE, _LARGE_SHARE, _LARGE_LEAST = 4000, 0.05, 400
_SHARE = 0.10
_MIDDLE, _MIDDLE_LEAST = 500, 50
_SMALL_LEAST = 8  # below that a held-out accuracy moves in steps of more than an eighth
_SMALL_SHARE = 5  # but never more than one row in five
_BATCH = 10_000
_LAST = 2**64 - 1  # of drawn.draw
_AMPLE = 1.5  # this many times as many clusters as are needed are looked at first


def test_size(rows: int) -> int:
    """How many rows to hold out.

    max(5 %, 400) from 4,000 rows on, else 10 %: at least 50 from 500 rows on, and below that at least 8
    where there are 40, one in five where there are fewer, and one row in any case.
    """
    if rows >= _LARGE:
        return max(round(_LARGE_SHARE * rows), _LARGE_LEAST)
    if rows >= _MIDDLE:
        return max(round(_SHARE * rows), _MIDDLE_LEAST)
    return max(round(_SHARE * rows), min(_SMALL_LEAST, rows // _SMALL_SHARE), 1)


def plan(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make `test_row`, rows of the table `drawn`, and the view `part` (pair_id, part: "train" or "test").

    Clusters that the random arm of the queue served come first: rows picked because they looked wrong or
    uncertain are no fair sample. Others fill up where those do not suffice.
    """
    (rows,) = cursor.execute("SELECT count(*) FROM drawn").fetchone() or (0,)
    held_out = pa.table({"number": pa.array(_held_out(cursor, rows), pa.uint64())})  # noqa: F841 - found by name
    cursor.execute(
        """
        CREATE TEMP TABLE test_row AS SELECT * FROM drawn SEMI JOIN held_out USING (number);
        CREATE OR REPLACE TEMP VIEW part AS
        SELECT r.pair_id, CASE WHEN t.pair_id IS NULL THEN 'train' ELSE 'test' END AS part
        FROM releasable AS r LEFT JOIN test_row AS t ON t.pair_id = r.pair_id
        """
    )


def _held_out(cursor: duckdb.DuckDBPyConnection, rows: int) -> list[int]:
    chosen: list[int] = []
    missing = test_size(rows)
    smallest: tuple[int, int] | None = None
    for number, size in _in_order(cursor, rows):
        if not missing:
            break
        if size <= missing and size < rows:
            chosen.append(number)
            missing -= size
        elif smallest is None or size < smallest[0]:
            smallest = (size, number)
    # Only large clusters: one of them, as long as most rows stay for training.
    if not chosen and smallest is not None and 2 * smallest[0] <= rows:
        return [smallest[1]]
    return chosen


def _in_order(cursor: duckdb.DuckDBPyConnection, rows: int) -> Iterator[tuple[int, int]]:
    """Clusters and their sizes: of the random arm first, each in the order of a hash.

    The first clusters usually suffice, so those that come much later are not even looked at until asked for.
    """
    likely = min(_LAST, int(_LAST * _AMPLE * test_size(rows) / max(rows, 1)))
    ranges = [(0, likely), (likely + 1, _LAST)] if likely < _LAST else [(0, _LAST)]
    for from_random_arm in (True, False):
        for first, last in ranges:
            stream = cursor.execute(
                """
                SELECT number, count(*) AS size FROM drawn
                WHERE draw BETWEEN $first::UBIGINT AND $last::UBIGINT
                GROUP BY number, draw HAVING bool_and(from_random_arm) = $from_random_arm
                ORDER BY draw, number
                """,
                {"first": first, "last": last, "from_random_arm": from_random_arm},
            )
            while batch := stream.fetchmany(_BATCH):
                yield from batch
