"""Copies of the workspace database, made while people label and compared before they count.

A backup is one file: DuckDB copies all tables inside one transaction, so it shows one moment. Releases, runs
and models are folders that never change once written: any copying tool will do for them. Beside the file lies
its SHA-256. Sign-ins and invitations stay out: putting a copy back must not open a door that was shut since.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from curation import blueprint, holdings
from curation.database import Database, log_of
from curation.errors import InvalidInput
from curation.workspace import Workspace

_KEYS = ("sign_in", "invitation")  # tables whose rows let somebody in


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy that was compared with what it was made from.

    Attributes:
        tables: name to what it holds; the same in both.
        aside: where the database that was here before lies now, or its log where only that was left; None
            where there was neither.
    """

    path: Path
    tables: Mapping[str, holdings.Contents]
    aside: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A copy in backups/; `size` in bytes, `made` naive UTC."""

    path: Path
    size: int
    made: datetime


def listed(workspace: Workspace) -> tuple[Kept, ...]:
    """The copies in backups/, the newest first."""
    found = [(path, path.stat()) for path in workspace.backups.glob("*.duckdb")]
    kept = [
        Kept(
            path=path,
            size=stat.st_size,
            made=datetime.fromtimestamp(stat.st_mtime, UTC).replace(tzinfo=None, microsecond=0),
        )
        for path, stat in found
    ]
    return tuple(sorted(kept, key=lambda each: (each.made, each.path.name), reverse=True))


def check(path: Path) -> int:
    """Read a copy to its end, compare it with what was written down when it was made; how many rows it holds.

    Raises:
        InvalidInput: it has changed since, is damaged, or nothing was written down.
    """
    note = _note(path)
    if not path.is_file() or not note.is_file():
        raise InvalidInput(
            f"{path.name} has no {note.name} beside it to be compared with. Make another copy."
        )
    if (
        log := log_of(path)
    ).exists():  # DuckDB would add it to what it reads, and the checksum knows nothing of it
        raise InvalidInput(
            f"{log.name} lies beside {path.name}: what somebody changed in the copy since it was made. Move "
            f"{log.name} away to have the copy as it was made."
        )
    if json.loads(note.read_text(encoding="utf-8"))["sha256"] != _sha256(path):
        raise InvalidInput(f"{path.name} is not as it was made: it is damaged. Make another copy.")
    return sum(table.rows for table in holdings.of_file(path).values())


def named(workspace: Workspace, now: datetime) -> Path:
    """Where a backup goes when nobody says where; names sort by time.

    Args:
        now: UTC.
    """
    return workspace.backups / f"{now:%Y%m%dT%H%M%S}.duckdb"


def make(database: Database, path: Path) -> Copy:
    """Copy an open database to a file and compare the two; people may go on labelling meanwhile.

    Raises:
        InvalidInput: the file exists, or cannot be written.
        PairloomError: the copy differs; it was removed.
    """
    if path.exists():
        raise InvalidInput(f"{path} exists already. Name another file: a backup never overwrites one.")
    partial = _partial(path)
    try:
        with database.reading() as cursor:
            expected = _copied(cursor, holdings.name_of(cursor), partial)
        holdings.require_same(expected, holdings.of_file(partial), "backup")
        partial.chmod(0o600)  # names and password hashes
        _note(path).write_text(json.dumps({"sha256": _sha256(partial)}) + "\n", encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Copy(path=path, tables=expected)


def restore(workspace: Workspace, path: Path, *, replace: bool, now: datetime) -> Copy:
    """Put a backup in place of the workspace's database and compare the two.

    Args:
        replace: whether a workspace that holds anything may be replaced; what was there is kept in backups/.
        now: UTC; names what is kept.

    Raises:
        InvalidInput: the file is no backup, or the workspace is not empty and `replace` is False.
        WorkspaceInUse: another process has the workspace open.
        PairloomError: the copy differs; the workspace is as it was.
    """
    _require_ours(path)
    if _note(path).is_file():
        check(path)
    workspace.create()
    _require_free(workspace.database, replace=replace)
    partial = _partial(workspace.database)
    try:
        with duckdb.connect(":memory:") as connection:
            connection.execute(f"ATTACH {_text(path)} AS backup (READ_ONLY)")
            expected = _copied(connection, "backup", partial)
        holdings.require_same(expected, holdings.of_file(partial), "restored database")
        aside = _set_aside(workspace, now)
        partial.replace(workspace.database)
    finally:
        partial.unlink(missing_ok=True)
    return Copy(path=workspace.database, tables=expected, aside=aside)


def _copied(cursor: duckdb.DuckDBPyConnection, source: str, target: Path) -> Mapping[str, holdings.Contents]:
    """Copy a database and say what it held, both inside one transaction, so of one moment."""
    # Attached databases are seen by every connection of the process: a name nobody else has.
    alias = f"copy_{secrets.token_hex(4)}"
    cursor.begin()
    try:
        cursor.execute(f"ATTACH {_text(target)} AS {alias} (STORAGE_VERSION 'v1.5.0')")
        cursor.execute(f"COPY FROM DATABASE {holdings.identifier(source)} TO {alias}")
        held = dict(holdings.of_database(cursor, source))
        for table in held.keys() & set(_KEYS):
            cursor.execute(f"DELETE FROM {alias}.{holdings.identifier(table)}")  # noqa: S608
            held[table] = holdings.Contents(rows=0, fingerprint=0)
        cursor.commit()
    except duckdb.IOException as error:
        cursor.rollback()
        raise InvalidInput(f"{target} cannot be written: {str(error).splitlines()[0]}") from error
    except BaseException:
        cursor.rollback()
        raise
    cursor.execute(f"DETACH {alias}")
    return held


def _require_ours(path: Path) -> None:
    """Before a row is asked for: a file from elsewhere may hold views or columns that read other files."""
    with holdings.opened(path) as connection:
        blueprint.require_ours(connection, holdings.name_of(connection))


def _require_free(path: Path, *, replace: bool) -> None:
    if not path.exists():
        return
    database = Database.open(path)
    try:
        with database.reading() as cursor:
            held = cursor.execute(
                "SELECT (SELECT count(*) FROM pair), (SELECT count(*) FROM decision),"
                " (SELECT count(*) FROM source), (SELECT count(*) FROM release)"
            ).fetchone() or (0, 0, 0, 0)
    finally:
        database.close()
    if any(held) and not replace:
        raise InvalidInput(
            f"The workspace holds {held[0]:,} pairs and {held[1]:,} decisions, so nothing was restored. Name "
            "another PAIRLOOM_HOME, or give --replace: what is there now is then kept under backups."
        )


def _set_aside(workspace: Workspace, now: datetime) -> Path | None:
    aside = workspace.backups / f"replaced-{now:%Y%m%dT%H%M%S%f}.duckdb"
    was_there = workspace.database.exists()
    if was_there:
        workspace.database.replace(aside)
    log = log_of(workspace.database)
    if not log.exists():
        return aside if was_there else None
    # Beside the restored file it is somebody else's history, and DuckDB would open neither.
    log.replace(log_of(aside))
    return aside if was_there else log_of(aside)


def _note(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _partial(path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{path.parent} cannot be made: {error.strerror}. Name another folder.") from error
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")


# ATTACH, COPY FROM DATABASE and names of tables take no parameters.
def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
