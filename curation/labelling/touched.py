"""Which pairs the logs speak of since the last look, followed by row id as the journal does.

Rows are only ever added to these tables, so what was not seen before stands behind the last row seen.
"""

from collections.abc import Collection, Mapping

import duckdb

_TABLES = ("decision", "rewrite", "settlement", "placement")


class Touched:
    """How far each log has been read. `seen` moves it on, once what was found has been dealt with."""

    def __init__(self) -> None:
        self._next: dict[str, int] = dict.fromkeys(_TABLES, 0)
        self._read: Mapping[str, int] = {}

    def pairs(self, cursor: duckdb.DuckDBPyConnection) -> Collection[str]:
        """Pairs that rows since the last time speak of."""
        rows = cursor.execute(
            """
            SELECT 'decision', rowid, pair_id FROM decision WHERE rowid >= $decision
            UNION ALL SELECT 'rewrite', rowid, pair_id FROM rewrite WHERE rowid >= $rewrite
            UNION ALL SELECT 'settlement', rowid, pair_id FROM settlement WHERE rowid >= $settlement
            UNION ALL SELECT 'placement', rowid, pair_id FROM placement WHERE rowid >= $placement
            UNION ALL  -- a pair that was made by a decision which has been replaced or taken back
            SELECT 'made', -1, r.pair_id FROM rewrite AS r
            JOIN decision AS d ON d.supersedes = r.decision_id WHERE d.rowid >= $decision
            """,
            self._next,
        ).fetchall()
        found: dict[str, None] = {}
        read = dict(self._next)
        for table, row_id, pair_id in rows:
            found[pair_id] = None
            if table in read:
                read[table] = max(read[table], row_id + 1)
        self._read = read
        return list(found)

    def seen(self) -> None:
        """What `pairs` found last has been dealt with."""
        self._next.update(self._read)
