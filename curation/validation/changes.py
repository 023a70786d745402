"""What has changed since a moment, read from tables that only ever grow.

Their rows are never changed or deleted, so that a count says how far a table had grown, and what came later
stands behind it. The row number is DuckDB's, in the order of the commits.
"""

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

Cursor = duckdb.DuckDBPyConnection
Marks = Mapping[str, int]

# Tables whose rows speak of one pair, and the column that names it.
LOGS: Mapping[str, str] = {
    "pair": "id",
    "appearance": "pair_id",
    "given_order": "pair_id",
    "decision": "pair_id",
    "rewrite": "pair_id",
    "settlement": "pair_id",
    "placement": "pair_id",
    "mend": "pair_id",
    "ending": "pair_id",
}
_FEW = 200  # rows up to which each is looked up by name
TEXTS = ("pair", "mend")  # more of these are texts that may not have been measured


def marks(cursor: Cursor, tables: Sequence[str] = (*LOGS, "protected_prompt")) -> Marks:
    """How many rows each of them has, and how many protected prompts there are."""
    queries = ", ".join(f"(SELECT count(*) FROM {base(cursor, table)})" for table in tables)  # noqa: S608
    row = cursor.execute(f"SELECT {queries}").fetchone() or ()
    return dict(zip(tables, map(int, row), strict=True))


def touched(cursor: Cursor, before: Marks) -> set[str]:
    """Pairs that rows behind these marks speak of.

    A pair that somebody made by rewriting has their vote for as long as their decision is in effect: a row
    that replaces it speaks of the pair that was judged, and so of the made one too.
    """
    found: set[str] = set()
    for table, column in LOGS.items():
        rows = cursor.execute(
            f"SELECT DISTINCT {column} FROM {base(cursor, table)} WHERE rowid >= $seen",  # noqa: S608
            {"seen": before[table]},
        ).fetchall()
        found |= {pair_id for (pair_id,) in rows}
    rows = cursor.execute(
        "SELECT r.pair_id FROM rewrite AS r JOIN decision AS d ON d.supersedes = r.decision_id"
        " WHERE d.rowid >= $seen",
        {"seen": before["decision"]},
    ).fetchall()
    return found | {pair_id for (pair_id,) in rows}


def closed(cursor: Cursor, pairs: set[str], before: Marks) -> tuple[str, ...]:
    """These pairs and every other of their contents, sorted.

    Args:
        cursor: of a snapshot on which `member` tells the contents seen more than once, as of `before`.
    """
    table = base(cursor, "pair")
    rows = cursor.execute(
        f"""
        SELECT o.id FROM {table} AS n JOIN {table} AS o ON o.content = n.content WHERE n.rowid >= $seen
        """,  # noqa: S608 - a name of ours
        {"seen": before["pair"]},
    ).fetchall()
    found = pairs | {pair_id for (pair_id,) in rows}
    rows = cursor.execute(
        "SELECT m.pair_id FROM member AS m WHERE m.kept IN"
        " (SELECT kept FROM member WHERE pair_id IN (SELECT unnest($pairs)))",
        {"pairs": list(found)},
    ).fetchall()
    return tuple(sorted(found | {pair_id for (pair_id,) in rows}))


def named(column: str, pairs: Sequence[str]) -> tuple[str, dict[str, object]]:
    """A condition that holds for these pairs, and the values of its parameters."""
    if not pairs:
        return "false", {}
    if len(pairs) > _FEW:
        return f"{column} IN (SELECT unnest($pairs))", {"pairs": list(pairs)}
    # Written out, for DuckDB looks a name up in an index only so.
    values: dict[str, object] = {f"p{number}": pair_id for number, pair_id in enumerate(pairs)}
    return f"{column} IN ({', '.join(f'${each}' for each in values)})", values


def rows(cursor: Cursor, table: str, pairs: Sequence[str]) -> pa.Table:
    """What a table with a column pair_id says of these pairs."""
    among, values = named("pair_id", pairs)
    return cursor.sql(f"SELECT * FROM {table} WHERE {among}", params=values).to_arrow_table()  # noqa: S608


def base(cursor: Cursor, table: str) -> str:
    """The table itself, whatever temporary view lies over its name."""
    (name,) = cursor.execute("SELECT current_database()").fetchone() or ("",)
    return '"' + str(name).replace('"', '""') + f'".main.{table}'
