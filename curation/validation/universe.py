"""Some contents as if they were the whole workspace.

Temporary tables lie over the workspace's own, under their names, with the rows of these pairs alone and no
row that came later than the snapshot they are for: every rule and every query then sees nothing else, as it
sees the past where a release is looked back at (release.moment).
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import pyarrow as pa

from curation.database import Database
from curation.validation import budget, changes, clusters, snapshot
from curation.validation.changes import Cursor, Marks

_PARTS = {  # tables of a validation, and the column that says whose row it is
    "candidate": "pair_id",
    "releasable": "pair_id",
    "member": "pair_id",
    "repeated": "kept",
    "opinion": "kept",
    "vote": "pair_id",
    "ballot": "pair_id",
    "sized": "pair_id",
    "opposed": "pair_id",
    "exclusion": "pair_id",
    "doubt": "pair_id",
    "contaminated": "pair_id",
    "unended": "pair_id",
}
_OF_TEXTS = ("carried", "written")  # filled when asked for; nothing but another text changes them


@contextmanager
def of(db: Database, pairs: Sequence[str], until: Marks) -> Iterator[Cursor]:
    """A cursor that sees nothing but these pairs, whole contents, as they were when the marks were taken."""
    with db.reading() as cursor:
        cursor.begin()
        try:
            _lay(cursor, pairs, until)
            yield cursor
        finally:
            cursor.rollback()


@contextmanager
def known(db: Database, rows: Mapping[str, pa.Table]) -> Iterator[Cursor]:
    """A cursor that sees nothing but these rows of a validation's tables: what was known of some pairs."""
    with db.reading() as cursor:
        cursor.execute(snapshot.CHOSEN_OF)
        for table, own in rows.items():  # noqa: B007 - own: DuckDB finds it by its name
            cursor.execute(f"CREATE TEMP TABLE {table} AS SELECT * FROM own")  # noqa: S608
        budget.take(cursor, ())
        yield cursor


def lay_over(cursor: Cursor, part: Cursor, pairs: Sequence[str]) -> dict[str, pa.Table]:
    """Put what was worked out of these pairs in the place of what was known of them, which is given back."""
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE changed AS SELECT unnest($pairs) AS pair_id", {"pairs": list(pairs)}
    )
    return {table: _exchanged(cursor, part, table, column) for table, column in _PARTS.items()}


def forget_texts(cursor: Cursor) -> None:
    """Of these pairs, some of which may have another text by now."""
    for table in _OF_TEXTS:
        cursor.execute(f"DELETE FROM {table} WHERE pair_id IN (SELECT pair_id FROM changed)")  # noqa: S608


def lay_drawn(cursor: Cursor, part: Cursor) -> pa.Table:
    """The same of what a split asks of these pairs, once it is known which clusters they are in."""
    among = "WHERE pair_id IN (SELECT pair_id FROM changed)"
    own = cursor.sql(f"SELECT * FROM cluster {among}").to_arrow_table()  # noqa: F841, S608 - found by name
    part.execute("CREATE TEMP TABLE cluster AS SELECT * FROM own")
    clusters.draw(part)
    return _exchanged(cursor, part, "drawn", "pair_id")


def _exchanged(cursor: Cursor, part: Cursor, table: str, column: str) -> pa.Table:
    fresh = part.sql(f"SELECT * FROM {table}").to_arrow_table()  # noqa: F841, S608 - DuckDB finds it by its name
    among = f"WHERE {column} IN (SELECT pair_id FROM changed)"  # noqa: S608
    gone = cursor.sql(f"SELECT *, rowid AS row_before FROM temp.{table} {among}").to_arrow_table()  # noqa: S608
    cursor.execute(f"DELETE FROM temp.{table} WHERE rowid IN (SELECT row_before FROM gone)")  # noqa: S608
    cursor.execute(f"INSERT INTO temp.{table} BY NAME SELECT * FROM fresh {among}")  # noqa: S608
    return gone.drop_columns("row_before")


def _lay(cursor: Cursor, pairs: Sequence[str], until: Marks) -> None:
    for table, column in changes.LOGS.items():
        if table not in ("pair", "decision"):
            _copy(cursor, table, column, pairs, until)
    rows = cursor.execute(
        "SELECT made_from FROM rewrite UNION SELECT text_id FROM mend WHERE text_id IS NOT NULL"
    ).fetchall()
    more = [*pairs, *(each for (each,) in rows)]
    # Whose vote a rewritten answer's author has stands with the pair that they judged.
    _copy(cursor, "decision", "pair_id", more, until)
    _copy(cursor, "text_fact", "pair_id", more, until)
    _copy(cursor, "protected_check", "pair_id", more, until)
    _copy(cursor, "pair", "id", pairs, until, name="some_pair")
    cursor.execute("CREATE TEMP VIEW pair AS SELECT * FROM some_pair")  # a view, as mends expect it
    prompts, mark = changes.base(cursor, "protected_prompt"), int(until["protected_prompt"])
    cursor.execute(
        f"CREATE TEMP VIEW protected_prompt AS SELECT * FROM {prompts} WHERE rowid < {mark}"  # noqa: S608
    )


def _copy(
    cursor: Cursor, table: str, column: str, pairs: Sequence[str], until: Marks, *, name: str = ""
) -> None:
    among, values = changes.named(column, pairs)
    seen = f"WHERE row_before < {int(until[table])}" if table in until else ""
    # Materialized, for DuckDB asks no index where a condition about the row number stands beside the names.
    cursor.execute(
        f"""
        CREATE TEMP TABLE {name or table} AS
        WITH found AS MATERIALIZED (
            SELECT *, rowid AS row_before FROM {changes.base(cursor, table)} WHERE {among}
        )
        SELECT * EXCLUDE (row_before) FROM found {seen}
        """,  # noqa: S608 - names of ours
        values,
    )
