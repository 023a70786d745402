"""Copies: of one moment, compared, restored whole, and never over what people did."""

import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from curation import backups, holdings
from curation.database import Database, log_of
from curation.errors import InvalidInput, PairloomError, WorkspaceInUse
from curation.labelling import annotators, decisions, events
from curation.model import Decision, Role, Verdict
from curation.people import invitations, sessions
from curation.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0)


def decide(database: Database, *numbers: int) -> None:
    with database.writing() as tx:
        decisions.record_many(
            tx,
            [
                Decision(
                    id=f"d{number}",
                    pair_id="p",
                    annotator_id="a",
                    verdict=Verdict.TIE,
                    left=None,
                    server_time=NOW,
                )
                for number in numbers
            ],
        )


def decided(path: Path) -> int:
    return holdings.of_file(path)["decision"].rows


@contextmanager
def holding(code: str, path: Path) -> Iterator[None]:
    """Another process that has the file open."""
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield
        process.kill()


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    place = Workspace(home=tmp_path / "home")
    place.create()
    return place


@pytest.fixture
def database(workspace: Workspace) -> Iterator[Database]:
    database = Database.open(workspace.database)
    yield database
    database.close()


def test_a_restored_backup_holds_what_was_there_and_goes_on(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    decide(database, 1, 2)
    copy = backups.make(database, tmp_path / "copy.duckdb")
    other = Workspace(home=tmp_path / "other")
    backups.restore(other, copy.path, replace=False, now=NOW)
    again = Database.open(other.database)
    decide(again, 3)
    assert [each.id for each in decisions.history(again, "p")] == ["d1", "d2", "d3"]
    again.close()


def test_numbers_go_on_after_a_restore(database: Database, workspace: Workspace, tmp_path: Path) -> None:
    with database.writing() as tx:
        events.record(tx, actor="lead", action="look", now=NOW)
    backups.make(database, tmp_path / "copy.duckdb")
    other = Workspace(home=tmp_path / "other")
    backups.restore(other, tmp_path / "copy.duckdb", replace=False, now=NOW)
    again = Database.open(other.database)
    with again.writing() as tx:
        events.record(tx, actor="lead", action="look again", now=NOW)
    assert [event.number for event in events.newest(again)] == [2, 1]
    again.close()


def test_a_backup_made_while_people_label_is_of_one_moment(database: Database, tmp_path: Path) -> None:
    stop = threading.Event()
    written: list[int] = []

    def label() -> None:
        while not stop.is_set():
            # One transaction each: a backup holds both or neither.
            decide(database, 2 * len(written), 2 * len(written) + 1)
            written.append(1)

    worker = threading.Thread(target=label)
    worker.start()
    try:
        counts = [decided(backups.make(database, tmp_path / f"{turn}.duckdb").path) for turn in range(4)]
    finally:
        stop.set()
        worker.join()
    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(counts)
    assert counts[-1] <= 2 * len(written)


def test_a_backup_never_overwrites_a_file(database: Database, tmp_path: Path) -> None:
    (tmp_path / "copy.duckdb").write_bytes(b"precious")
    with pytest.raises(InvalidInput, match="never overwrites"):
        backups.make(database, tmp_path / "copy.duckdb")
    assert (tmp_path / "copy.duckdb").read_bytes() == b"precious"


def test_a_backup_that_cannot_be_written_leaves_no_trace(database: Database, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput, match="cannot be made"):
        backups.make(database, tmp_path / "file" / "copy.duckdb")
    decide(database, 1)
    assert {path.name for path in tmp_path.iterdir()} == {"home", "file"}


def test_a_copy_that_differs_is_named_and_not_kept() -> None:
    expected = {
        "pair": holdings.Contents(rows=2, fingerprint=7),
        "decision": holdings.Contents(rows=1, fingerprint=1),
    }
    found = {
        "pair": holdings.Contents(rows=2, fingerprint=8),
        "decision": holdings.Contents(rows=1, fingerprint=1),
    }
    with pytest.raises(PairloomError, match=r"differs in pair \(2 rows became 2\)"):
        holdings.require_same(expected, found, "backup")


def test_the_fingerprint_sees_a_changed_row_and_a_doubled_one(tmp_path: Path) -> None:
    prints = []
    for number, rows in enumerate(["(1), (2)", "(2), (1)", "(1), (3)", "(1), (2), (3), (3)"]):
        with duckdb.connect(tmp_path / f"{number}.duckdb") as connection:
            connection.execute(f"CREATE TABLE t (a INTEGER); INSERT INTO t VALUES {rows}")
        prints.append(holdings.of_file(tmp_path / f"{number}.duckdb")["t"])
    assert prints[0] == prints[1]
    assert len({(each.rows, each.fingerprint) for each in prints}) == 3


def test_restore_does_not_touch_a_workspace_that_holds_something(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    backups.make(database, tmp_path / "empty.duckdb")
    decide(database, 1)
    database.close()
    with pytest.raises(InvalidInput, match="holds 0 pairs and 1 decisions, so nothing was restored"):
        backups.restore(workspace, tmp_path / "empty.duckdb", replace=False, now=NOW)
    assert decided(workspace.database) == 1


def test_what_a_restore_replaces_is_kept(database: Database, workspace: Workspace, tmp_path: Path) -> None:
    backups.make(database, tmp_path / "empty.duckdb")
    decide(database, 1)
    database.close()
    copy = backups.restore(workspace, tmp_path / "empty.duckdb", replace=True, now=NOW)
    assert decided(workspace.database) == 0
    assert copy.aside is not None
    assert decided(copy.aside) == 1


def test_restore_waits_for_no_one_who_has_the_workspace_open(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    backups.make(database, tmp_path / "copy.duckdb")
    database.close()
    code = (
        "import sys, pathlib, time; from curation.database import Database;"
        "held = Database.open(pathlib.Path(sys.argv[1])); print('open', flush=True); time.sleep(60)"
    )
    with holding(code, workspace.database), pytest.raises(WorkspaceInUse, match="is open in process"):
        backups.restore(workspace, tmp_path / "copy.duckdb", replace=True, now=NOW)


@pytest.mark.parametrize(
    ("content", "reason"),
    [(None, "There is no file"), (b"something else" * 500, "cannot be read as a database")],
    ids=["absent", "no database"],
)
def test_a_file_that_is_no_backup_is_refused(
    workspace: Workspace, tmp_path: Path, content: bytes | None, reason: str
) -> None:
    path = tmp_path / "copy.duckdb"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidInput, match=reason):
        backups.restore(workspace, path, replace=False, now=NOW)


def test_a_database_of_another_program_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    with duckdb.connect(tmp_path / "other.duckdb") as connection:
        connection.execute("CREATE TABLE t (a INTEGER)")
    with pytest.raises(InvalidInput, match="but not of Pairloom"):
        backups.restore(workspace, tmp_path / "other.duckdb", replace=False, now=NOW)


def test_a_damaged_backup_is_refused(database: Database, tmp_path: Path) -> None:
    decide(database, *range(20_000))
    path = backups.make(database, tmp_path / "copy.duckdb").path
    content = bytearray(path.read_bytes())
    for place in range(16_384, len(content), 65_536):  # one byte of every block; indexes are not even read
        content[place] ^= 0xFF
    path.write_bytes(content)
    with pytest.raises(InvalidInput, match="damaged"):
        backups.restore(Workspace(home=tmp_path / "other"), path, replace=False, now=NOW)


def test_a_copy_holds_people_but_no_key_that_lets_somebody_in(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    ada = annotators.ensure(database, "ann-ada", name="Ada", role=Role.LEAD, now=NOW)
    key = sessions.start(database, ada.id, device="Firefox", now=NOW)
    invitations.make(database, Role.LEAD, by=ada.id, now=NOW)
    copy = backups.make(database, backups.named(workspace, NOW))
    other = Workspace(home=tmp_path / "other")
    backups.restore(other, copy.path, replace=False, now=NOW)
    again = Database.open(other.database)
    assert [person.name for person in annotators.everyone(again)] == ["Ada"]
    assert sessions.person(again, key, now=NOW) is None
    assert invitations.unused(again, now=NOW) == ()
    again.close()


def test_the_copies_are_listed_and_one_that_changed_since_is_told(
    database: Database, workspace: Workspace
) -> None:
    decide(database, 1)
    copy = backups.make(database, backups.named(workspace, NOW))
    (kept,) = backups.listed(workspace)
    assert (kept.path, kept.size) == (copy.path, copy.path.stat().st_size)
    assert backups.check(kept.path) == sum(table.rows for table in copy.tables.values())
    assert kept.path.stat().st_mode & 0o077 == 0  # names and password hashes: nobody else reads it
    with kept.path.open("r+b") as file:
        file.seek(kept.size // 2)
        file.write(b"damage")
    with pytest.raises(InvalidInput, match="it is damaged"):
        backups.check(kept.path)
    with pytest.raises(InvalidInput, match="it is damaged"):
        backups.restore(Workspace(home=workspace.home / "new"), kept.path, replace=False, now=NOW)


def killed_after(path: Path, statement: str) -> Path:
    """Change a database file, die before the log is written into it; where the log lies."""
    code = (
        "import duckdb, os, sys; open = duckdb.connect(sys.argv[1]);"
        "open.execute(sys.argv[2]); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(path), statement], check=False)
    log = log_of(path)
    assert log.stat().st_size > 0
    return log


def test_a_backup_with_a_log_beside_it_is_refused_until_the_log_is_moved_away(
    database: Database, tmp_path: Path
) -> None:
    decide(database, 1)
    copy = backups.make(database, tmp_path / "copy.duckdb").path
    log = killed_after(copy, "DELETE FROM decision")  # the file itself still has its checksum
    other = Workspace(home=tmp_path / "other")
    with pytest.raises(
        InvalidInput, match=r"copy\.duckdb\.wal lies beside copy\.duckdb: what somebody changed"
    ):
        backups.restore(other, copy, replace=False, now=NOW)
    assert not other.database.exists()
    log.unlink()
    backups.restore(other, copy, replace=False, now=NOW)
    assert decided(other.database) == 1


def test_a_backup_with_the_log_of_another_database_is_refused(database: Database, tmp_path: Path) -> None:
    copy = backups.make(database, tmp_path / "copy.duckdb").path
    with duckdb.connect(tmp_path / "stranger.duckdb"):
        pass
    killed_after(tmp_path / "stranger.duckdb", "CREATE TABLE t (a INTEGER)").replace(log_of(copy))
    with pytest.raises(InvalidInput, match=r"Or copy\.duckdb\.wal beside it belongs to another database"):
        backups.restore(Workspace(home=tmp_path / "other"), copy, replace=False, now=NOW)


def test_a_log_left_where_a_backup_is_restored_is_kept_and_not_replayed(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    decide(database, 1)
    copy = backups.make(database, tmp_path / "copy.duckdb").path
    database.close()
    log = killed_after(workspace.database, "DELETE FROM decision")
    workspace.database.unlink()  # somebody removed the file and overlooked its log
    restored = backups.restore(workspace, copy, replace=False, now=NOW)
    assert restored.aside is not None
    assert restored.aside.parent == workspace.backups
    assert restored.aside.stat().st_size > 0
    assert not log.exists()
    Database.open(workspace.database).close()
    assert decided(workspace.database) == 1


def test_a_file_put_beside_an_old_log_by_hand_is_not_opened(
    database: Database, workspace: Workspace, tmp_path: Path
) -> None:
    decide(database, 1)
    copy = backups.make(database, tmp_path / "copy.duckdb").path
    database.close()
    log = killed_after(workspace.database, "DELETE FROM decision")
    shutil.copy(copy, workspace.database)
    with pytest.raises(InvalidInput, match=r"wal is the log of another database, or of an older copy of"):
        Database.open(workspace.database)
    log.unlink()
    Database.open(workspace.database).close()


HOSTILE = {
    "a view of ours": "CREATE OR REPLACE VIEW vote AS SELECT * FROM read_text('{secret}')",
    "another view": "CREATE VIEW extra AS SELECT * FROM read_text('{secret}')",
    "a macro": "CREATE MACRO lower(x) AS (SELECT content FROM read_text('{secret}'))",
    "a table macro": "CREATE MACRO anything() AS TABLE SELECT * FROM read_text('{secret}')",
    "a generated column": "DROP TABLE gold; CREATE TABLE gold (pair_id VARCHAR, v AS (upper(pair_id)))",
    "a default": "ALTER TABLE event ALTER COLUMN subject SET DEFAULT random()::VARCHAR",
    "another schema": "CREATE SCHEMA s; CREATE TABLE s.pair (id VARCHAR)",
    "a table less": "DROP TABLE stated_licence",
    "a type": "CREATE TYPE mood AS ENUM ('a')",
    "a changed log": "DROP TABLE migration; CREATE VIEW migration AS SELECT 1 AS number, now() AS applied",
}


@pytest.mark.parametrize("statement", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_backup_that_somebody_has_built_into_is_refused_before_a_row_is_read(
    database: Database, workspace: Workspace, tmp_path: Path, statement: str
) -> None:
    copy = backups.make(database, tmp_path / "copy.duckdb")
    (tmp_path / "secret").write_text("secret", encoding="utf-8")
    with duckdb.connect(str(copy.path)) as connection:
        connection.execute(statement.format(secret=tmp_path / "secret"))
    (tmp_path / "copy.duckdb.json").unlink()  # whoever builds into a file writes its checksum anew, too
    other = Workspace(home=tmp_path / "other")
    with pytest.raises(InvalidInput, match=r"no backup of Pairloom holds|but not of Pairloom"):
        backups.restore(other, copy.path, replace=False, now=NOW)
    assert not other.database.exists()


def test_a_backup_with_a_trigger_is_refused(database: Database, workspace: Workspace, tmp_path: Path) -> None:
    copy = backups.make(database, tmp_path / "copy.duckdb")
    with duckdb.connect(":memory:") as connection:  # files of ours are too old a format for triggers
        connection.execute(f"ATTACH '{copy.path}' AS ours (READ_ONLY)")
        connection.execute(f"ATTACH '{tmp_path / 'new.duckdb'}' AS new (STORAGE_VERSION 'v2.0.0')")
        connection.execute("COPY FROM DATABASE ours TO new")
        connection.execute("USE new")
        connection.execute(
            "CREATE TRIGGER t AFTER INSERT ON decision FOR EACH STATEMENT DELETE FROM gold WHERE true"
        )
    with pytest.raises(InvalidInput, match=r"trigger main\.t"):
        backups.restore(workspace, tmp_path / "new.duckdb", replace=True, now=NOW)


def test_a_backup_of_an_older_version_is_compared_with_what_that_version_had(tmp_path: Path) -> None:
    old = Database.in_memory(migrations=[1, 2, 3])
    with old.reading() as cursor:
        cursor.execute(
            f"ATTACH '{tmp_path / 'old.duckdb'}' AS old; COPY FROM DATABASE memory TO old; DETACH old"
        )
    old.close()
    restored = Workspace(home=tmp_path / "home")
    backups.restore(restored, tmp_path / "old.duckdb", replace=False, now=NOW)
    Database.open(restored.database).close()
    assert holdings.of_file(restored.database)["migration"].rows > 3
