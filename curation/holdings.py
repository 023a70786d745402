"""What a database file holds, table by table, to tell whether two hold the same."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from curation.database import log_of
from curation.errors import InvalidInput, PairloomError


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a table holds: rows, and a hash of all of them that does not depend on their order."""

    rows: int
    fingerprint: int


def of_file(path: Path) -> Mapping[str, Contents]:
    """What every table of a database file holds.

    Raises:
        InvalidInput: there is no such file, or it is damaged or no database.
    """
    with opened(path) as connection:
        return of_database(connection, name_of(connection))


def of_database(cursor: duckdb.DuckDBPyConnection, source: str) -> Mapping[str, Contents]:
    """What every table of an attached database holds, as the cursor's transaction sees it."""
    names = cursor.execute(
        "SELECT table_name FROM duckdb_tables()"
        " WHERE database_name = $source AND NOT temporary ORDER BY table_name",
        {"source": source},
    ).fetchall()
    return {name: _table_contents(cursor, source, name) for (name,) in names}


def require_same(expected: Mapping[str, Contents], found: Mapping[str, Contents], what: str) -> None:
    """Refuse a copy that does not hold what it was made from.

    Args:
        what: the copy in words; whoever made it removes it.

    Raises:
        PairloomError: they differ; the tables are named.
    """
    nothing = Contents(rows=0, fingerprint=0)
    tables = sorted(expected.keys() | found.keys())
    differing = [name for name in tables if expected.get(name) != found.get(name)]
    if differing:
        said = (
            f"{name} ({expected.get(name, nothing).rows} rows became {found.get(name, nothing).rows})"
            for name in differing
        )
        raise PairloomError(
            f"The {what} differs in {', '.join(said)}, so it was removed. Check the disk and try again."
        )


@contextmanager
def opened(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database file, for reading only.

    Raises:
        InvalidInput: as of_file.
    """
    if not path.is_file():
        raise InvalidInput(f"There is no file {path}. Check the path.")
    try:
        with duckdb.connect(str(path), read_only=True) as connection:
            yield connection
    except duckdb.Error as error:
        beside = f" Or {log_of(path).name} beside it belongs to another database." * log_of(path).exists()
        raise InvalidInput(
            f"{path} cannot be read as a database: it is damaged, open elsewhere, or something else.{beside} "
            "Take another backup."
        ) from error


def name_of(cursor: duckdb.DuckDBPyConnection) -> str:
    """Of the database that this cursor is on."""
    (name,) = cursor.execute("SELECT current_database()").fetchone() or ("",)
    return str(name)


def identifier(name: str) -> str:
    """Quoted, for the statements that take names as no parameter."""
    return '"' + name.replace('"', '""') + '"'


def _table_contents(cursor: duckdb.DuckDBPyConnection, source: str, table: str) -> Contents:
    # A sum of row hashes: unlike xor, two equal rows do not cancel each other out.
    place = f"{identifier(source)}.{identifier(table)}"
    query = f"SELECT count(*), coalesce(sum(hash(held)), 0) FROM {place} AS held"  # noqa: S608
    rows, fingerprint = cursor.execute(query).fetchone() or (0, 0)
    return Contents(rows=int(rows), fingerprint=int(fingerprint))
