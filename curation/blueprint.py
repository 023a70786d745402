"""What a database of ours is built of, held against a file from elsewhere before a row of it is read.

A backup may come by mail. A view, a macro, a trigger or a generated column in it could read files or the
network as soon as a page asks for its rows. The catalogue is read without running anything; a database made
here by the migrations that the file says it has had must have the same.
"""

from collections.abc import Mapping

import duckdb

from curation.database import Database
from curation.errors import InvalidInput

Things = Mapping[tuple[str, str], str]  # (kind, name) to its definition

# Where a sequence starts is data, and so is no part of its definition.
_CATALOGUE = """
SELECT 'table', schema_name || '.' || table_name, sql FROM duckdb_tables() WHERE database_name = $name
UNION ALL
SELECT 'view', schema_name || '.' || view_name, sql FROM duckdb_views()
WHERE database_name = $name AND NOT internal
UNION ALL
SELECT 'index', schema_name || '.' || index_name, sql FROM duckdb_indexes() WHERE database_name = $name
UNION ALL
SELECT 'trigger', schema_name || '.' || trigger_name, sql FROM duckdb_triggers() WHERE database_name = $name
UNION ALL
SELECT 'sequence', schema_name || '.' || sequence_name, increment_by::VARCHAR || ' ' || cycle
FROM duckdb_sequences() WHERE database_name = $name
UNION ALL
SELECT 'macro', schema_name || '.' || function_name, coalesce(macro_definition, '') FROM duckdb_functions()
WHERE database_name = $name AND NOT internal
UNION ALL
SELECT 'type', schema_name || '.' || type_name, logical_type FROM duckdb_types()
WHERE database_name = $name AND NOT internal
"""


def require_ours(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Nothing is in the database but what its migrations put there.

    Args:
        name: of the database on this connection.

    Raises:
        InvalidInput: it is no database of ours, or holds something that no version of ours has made.
    """
    found = _things(connection, name)
    expected = _made_here(_migrations(connection, name, found))
    strange = sorted(
        f"{kind} {thing}" for (kind, thing), said in found.items() if expected.get((kind, thing)) != said
    )
    missing = sorted(f"{kind} {thing}" for kind, thing in expected.keys() - found.keys())
    if strange or missing:
        named = ", ".join([*strange, *(f"no {each}" for each in missing)][:3])
        raise InvalidInput(
            f"This file holds what no backup of Pairloom holds ({named}), so nothing of it was read. "
            "Take another."
        )


def _migrations(connection: duckdb.DuckDBPyConnection, name: str, found: Things) -> list[int]:
    """The migrations that the file has had, in their order; asked only of a plain table of two columns."""
    empty = _made_here([])
    table = ("table", "main.migration")
    if found.get(table) != empty[table]:
        raise InvalidInput("This is a database, but not of Pairloom. Name a file that `backup` has made.")
    quoted = '"' + name.replace('"', '""') + '"'
    rows = connection.execute(
        f"SELECT number FROM {quoted}.main.migration ORDER BY applied, number"  # noqa: S608 - quoted
    ).fetchall()
    return [int(number) for (number,) in rows]


def _made_here(migrations: list[int]) -> Things:
    database = Database.in_memory(migrations=migrations)
    try:
        with database.reading() as cursor:
            return _things(cursor, "memory")
    finally:
        database.close()


def _things(connection: duckdb.DuckDBPyConnection, name: str) -> Things:
    rows = connection.execute(_CATALOGUE, {"name": name}).fetchall()
    return {(str(kind), str(thing)): str(said) for kind, thing, said in rows}
