"""The one way to the DuckDB file: one writer at a time, a cursor for every use, migrations on open.

DuckDB facts this file rests on: a connection shared between threads returns wrong rows, a cursor
does not; a commit is on disk when it returns; a second process cannot open the file at all.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import psutil

from curation.errors import InvalidInput, WorkspaceInUse, WorkspaceTooNew

_SCHEMA = Path(__file__).parent / "schema"
_USUAL, _FRUGAL = "4GB", "1GB"  # of memory for DuckDB, which spills to the disk beyond
_COMMIT = "-- commit\n"
_HOLDER = re.compile(r"\(PID (\d+)\)")
_Kept = TypeVar("_Kept")


class Database:
    """An open workspace database.

    Use `reading()` and `writing()`; a public function of curation is one transaction.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, memory_limit: str = _USUAL) -> None:
        self._connection = connection
        self._usual = memory_limit
        self._writing = threading.Lock()
        self._importing = threading.Lock()
        self.commits = 0  # grows with each, so that what is kept in memory knows when to look again
        self.changes: Counter[str] = Counter()  # likewise, of those that changed one table only
        self._attaching = threading.Lock()
        self._frugal = 0  # jobs that spare memory now
        self._attached: dict[Callable[[], Any], Any] = {}
        self._lasting: list[duckdb.DuckDBPyConnection] = []
        self._read: dict[Callable[[duckdb.DuckDBPyConnection], Any], tuple[int, Any]] = {}

    @classmethod
    def open(cls, path: Path, *, memory_limit: str = _USUAL, threads: int | None = None) -> "Database":
        """Open or create the file and bring its tables up to date.

        Args:
            memory_limit: what DuckDB may use before it spills to disk, such as "4GB".
            threads: None leaves it to DuckDB (all cores).

        Raises:
            WorkspaceInUse: another process has it open.
            WorkspaceTooNew: a newer version of Pairloom has migrated it.
            InvalidInput: the file is not a DuckDB database.
        """
        # v1.5.0: files written at the 2.0 default cannot be opened by DuckDB 1.5 any more.
        config: dict[str, str | bool | int | float | list[str]] = {
            "storage_compatibility_version": "v1.5.0",
            "memory_limit": memory_limit,
        }
        if threads is not None:
            config["threads"] = threads
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = duckdb.connect(str(path), config=config)
        except duckdb.IOException as error:
            if "Conflicting lock" in str(error):
                raise WorkspaceInUse(str(path), _holder(str(error))) from error
            if "WAL" in str(error) and log_of(path).exists():
                raise InvalidInput(
                    f"{log_of(path)} is the log of another database, or of an older copy of {path.name}, so "
                    "nothing was opened. Move that log away, or put back the database that it belongs to."
                ) from error
            raise InvalidInput(
                f"{path} cannot be opened as a Pairloom database. Restore a backup, "
                "or name another PAIRLOOM_HOME."
            ) from error
        database = cls(connection, memory_limit)
        try:
            database._migrate()
        except BaseException:
            connection.close()
            raise
        return database

    @classmethod
    def in_memory(cls, *, migrations: Sequence[int] | None = None) -> "Database":
        """A database that is gone when closed; for tests and scratch work.

        Args:
            migrations: only these, in this order; None applies all.

        Raises:
            WorkspaceTooNew: one of them is of a newer version.
        """
        database = cls(duckdb.connect(":memory:"))
        database._migrate(migrations)
        return database

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A cursor of its own, so that threads never share one (4.5 µs)."""
        with self._connection.cursor() as cursor:
            yield cursor

    def lasting(self) -> duckdb.DuckDBPyConnection:
        """A cursor whose temporary tables last; it is closed with the database, or by its owner."""
        cursor = self._connection.cursor()
        with self._attaching:
            self._lasting.append(cursor)
        return cursor

    @contextmanager
    def writing(self, *, only: str | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """One transaction: commit on success, roll back on any exception.

        Writers take turns. Two open transactions inserting the same key would both pass
        and fail only at commit, where the cause is no longer a ConstraintException.
        When the block has ended without an exception, what it wrote is on disk.

        Args:
            only: the one table that the block changes; what is kept in memory of others need not be read
                again. For the few statements that run at every key press.
        """
        with self._writing, self.reading() as cursor:
            cursor.begin()
            try:
                yield cursor
            except BaseException:
                cursor.rollback()
                raise
            cursor.commit()
            if only is None:
                self.commits += 1
            else:
                self.changes[only] += 1

    @contextmanager
    def one_import(self) -> Iterator[None]:
        """Only one import at a time: two could bring the same pair, and would notice at commit only."""
        with self._importing:
            yield

    @contextmanager
    def bulk(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """One long transaction that lets others write meanwhile, for tables that only an import writes to.

        All or nothing, however many gigabytes: rows go to the file as they come and count at the commit,
        which alone makes other writers wait (docs/decisions/0012).
        """
        with self.one_import(), self.reading() as cursor:
            cursor.begin()
            try:
                yield cursor
            except BaseException:
                cursor.rollback()
                raise
            with self._writing:
                cursor.commit()
                self.commits += 1

    @contextmanager
    def frugal(self) -> Iterator[None]:
        """Let DuckDB take 1 GB and spill the rest to the disk meanwhile, for the jobs that sort every text.

        With the rows on their way into files, such a job then stays below 2 GiB at a million pairs.
        """
        with self._attaching:
            self._frugal += 1
            self._limit_memory(_FRUGAL)
        try:
            yield
        finally:
            with self._attaching:
                self._frugal -= 1
                if not self._frugal:
                    self._limit_memory(self._usual)

    def _limit_memory(self, most: str) -> None:
        with self.reading() as cursor:
            cursor.execute(f"SET memory_limit = '{most}'")

    def attached(self, make: Callable[[], _Kept]) -> _Kept:
        """What a module keeps in memory beside this database: made on first use, one for all threads."""
        with self._attaching:
            if make not in self._attached:
                self._attached[make] = make()
            kept: _Kept = self._attached[make]
        return kept

    def remembered(self, read: Callable[[duckdb.DuckDBPyConnection], _Kept]) -> _Kept:
        """What `read` finds, read again only after a commit that was not of one table only.

        Args:
            read: a function of a module, for its answer is kept under it.
        """
        commits = self.commits
        found = self._read.get(read)
        if found is None or found[0] != commits:
            with self.reading() as cursor:
                found = (commits, read(cursor))
            self._read[read] = found
        kept: _Kept = found[1]
        return kept

    def close(self) -> None:
        """Write the log into the file and let go of it."""
        with self._writing:
            for cursor in self._lasting:  # one open cursor would keep the file
                cursor.close()
            self._connection.close()

    def _migrate(self, only: Sequence[int] | None = None) -> None:
        with self.writing() as tx:
            tx.execute(
                "CREATE TABLE IF NOT EXISTS migration"
                " (number INTEGER PRIMARY KEY, applied TIMESTAMP NOT NULL)"
            )
            done = {number for (number,) in tx.execute("SELECT number FROM migration").fetchall()}
        steps = {int(path.name[:4]): path for path in _SCHEMA.glob("[0-9][0-9][0-9][0-9]_*.sql")}
        newest = max(steps)
        known = max([*done, *(only or ())], default=0)
        if known > newest:
            raise WorkspaceTooNew(
                f"This workspace was written by a newer Pairloom (schema {known}, "
                f"this one knows {newest}). Update Pairloom, or name another PAIRLOOM_HOME."
            )
        # By number, not by count: numbers have gaps, and one that fills a gap is applied when it comes.
        for number in sorted(steps) if only is None else only:
            if number in done or number not in steps:
                continue
            *before, last = steps[number].read_text(encoding="utf-8").split(_COMMIT)
            for part in before:  # may run again after a crash
                with self.writing() as tx:
                    tx.execute(part)
            with self.writing() as tx:
                tx.execute(last)
                tx.execute(
                    "INSERT INTO migration (number, applied) VALUES ($number, $applied)",
                    {"number": number, "applied": datetime.now(UTC).replace(tzinfo=None)},
                )


def log_of(path: Path) -> Path:
    """Where DuckDB keeps what is not in the file yet; after a kill it is replayed when the file is opened."""
    return path.with_name(f"{path.name}.wal")


def _holder(message: str) -> str:
    """The process that holds the lock, in words."""
    found = _HOLDER.search(message)
    if found is None:
        return "another process"
    try:
        command = " ".join(psutil.Process(int(found[1])).cmdline())[:120]
    except psutil.Error:
        return f"process {found[1]}"
    return f"process {found[1]} ({command})"
