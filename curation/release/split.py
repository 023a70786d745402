"""Which prompts are held out: by cluster, in an order that only the seed and the prompt's text decide.

So a prompt that was held out once stays held out while a set grows, as long as the test part grows too.
"""

from collections.abc import Iterator

import duckdb

from curation.validation import clusters

_LARGE, _LARGE_SHARE, _LARGE_LEAST = 4000, 0.05, 400
_SHARE = 0.10
_MIDDLE, _MIDDLE_LEAST = 500, 50
_SMALL_LEAST = 8  # below that a held-out accuracy moves in steps of more than an eighth
_SMALL_SHARE = 5  # but never more than one row in five
_BATCH = 10_000
_DRAWS = 2**16  # different values of cluster.draw
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


def plan(cursor: duckdb.DuckDBPyConnection, seed: int) -> None:
    """Make the view `part` (pair_id, part: "train" or "test") over `releasable`, and `test_row` (pair_id).

    Clusters that the random arm of the queue served come first: rows picked because they looked wrong or
    uncertain are no fair sample. Others fill up where those do not suffice.

    Args:
        seed: the one that the table `cluster` was drawn with.
    """
    (rows,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    held_out = _held_out(cursor, rows, seed)
    cursor.execute("CREATE TEMP TABLE held_out (cluster VARCHAR PRIMARY KEY)")
    if held_out:
        cursor.execute("INSERT INTO held_out SELECT unnest($clusters)", {"clusters": held_out})
    cursor.execute(
        """
        CREATE TEMP TABLE test_row AS
        SELECT r.pair_id FROM releasable AS r
        SEMI JOIN (SELECT pair_id FROM cluster SEMI JOIN held_out USING (cluster)) AS h USING (pair_id);
        CREATE OR REPLACE TEMP VIEW part AS
        SELECT r.pair_id, CASE WHEN t.pair_id IS NULL THEN 'train' ELSE 'test' END AS part
        FROM releasable AS r LEFT JOIN test_row AS t ON t.pair_id = r.pair_id
        """
    )


def _held_out(cursor: duckdb.DuckDBPyConnection, rows: int, seed: int) -> list[str]:
    chosen: list[str] = []
    missing = test_size(rows)
    smallest: tuple[int, str] | None = None
    for cluster, size in _in_order(cursor, rows, seed):
        if not missing:
            break
        if size <= missing and size < rows:
            chosen.append(cluster)
            missing -= size
        elif smallest is None or size < smallest[0]:
            smallest = (size, cluster)
    # Only large clusters: one of them, as long as most rows stay for training.
    if not chosen and smallest is not None and 2 * smallest[0] <= rows:
        return [smallest[1]]
    return chosen


def _in_order(cursor: duckdb.DuckDBPyConnection, rows: int, seed: int) -> Iterator[tuple[str, int]]:
    """Clusters and their sizes: of the random arm first, each in the order of a hash.

    The first clusters usually suffice, so those that come much later are not even looked at until asked for.
    """
    likely = min(_DRAWS, round(_AMPLE * _DRAWS * test_size(rows) / rows)) if rows else _DRAWS
    for from_random_arm in (True, False):
        for first, end in ((0, likely), (likely, _DRAWS)):
            stream = cursor.execute(
                """
                SELECT c.cluster, count(*) AS size
                FROM releasable AS r JOIN cluster AS c ON c.pair_id = r.pair_id
                WHERE c.draw >= $first AND c.draw < $end
                GROUP BY c.cluster HAVING bool_and(r.from_random_arm) = $from_random_arm
                ORDER BY sha256($salt || c.cluster)
                """,
                {
                    "first": first,
                    "end": end,
                    "from_random_arm": from_random_arm,
                    "salt": clusters.salt(seed),
                },
            )
            while batch := stream.fetchmany(_BATCH):
                yield from batch
