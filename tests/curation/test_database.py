"""The store: one writer, a cursor each, numbered migrations, one process."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pytest

from curation import database
from curation.database import Database
from curation.errors import InvalidInput, WorkspaceInUse, WorkspaceTooNew

ADD = (
    "INSERT INTO guideline (version, markdown, changed_by, changed)"
    " VALUES ($version, 'x', 'lead', '2026-01-01')"
)


def versions(db: Database) -> list[int]:
    with db.reading() as cursor:
        return [row[0] for row in cursor.execute("SELECT version FROM guideline ORDER BY version").fetchall()]


def test_a_failed_transaction_leaves_nothing_behind() -> None:
    db = Database.in_memory()

    def add_twice() -> None:
        with db.writing() as tx:
            tx.execute(ADD, {"version": 1})
            tx.execute(ADD, {"version": 1})

    with pytest.raises(duckdb.ConstraintException):
        add_twice()

    assert versions(db) == []


def test_simultaneous_writers_all_get_through() -> None:
    db = Database.in_memory()

    def add(version: int) -> None:
        with db.writing() as tx:
            tx.execute(ADD, {"version": version})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add, range(40)))

    assert versions(db) == list(range(40))


def test_threads_that_read_at_once_each_get_their_own_rows() -> None:
    db = Database.in_memory()

    def echo(number: int) -> int:
        with db.reading() as cursor:
            row = cursor.execute("SELECT $number + 0", {"number": number}).fetchone()
        assert row is not None
        return int(row[0])

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(echo, range(400))) == list(range(400))


def test_opening_again_migrates_nothing_and_keeps_everything(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "a.duckdb")
    with db.writing() as tx:
        tx.execute(ADD, {"version": 1})
    db.close()

    assert versions(Database.open(tmp_path / "a.duckdb")) == [1]


def test_a_migration_whose_number_fills_a_gap_is_applied(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "a.duckdb")
    with db.writing() as tx:
        tx.execute("DROP TABLE given_order")
        tx.execute("DELETE FROM migration WHERE number = 2")
    db.close()

    with Database.open(tmp_path / "a.duckdb").reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM given_order").fetchone() == (0,)


def test_a_workspace_of_an_older_version_gets_every_step_it_lacks_and_keeps_its_decisions(
    tmp_path: Path,
) -> None:
    connection = duckdb.connect(str(tmp_path / "a.duckdb"))
    connection.execute("CREATE TABLE migration (number INTEGER PRIMARY KEY, applied TIMESTAMP NOT NULL)")
    schema = Path(database.__file__).parent / "schema"
    for path in sorted(schema.glob("000[1-4]_*.sql")):
        connection.execute(path.read_text(encoding="utf-8"))
        connection.execute("INSERT INTO migration VALUES ($1, now()::TIMESTAMP)", [int(path.name[:4])])
    connection.execute(
        "INSERT INTO decision (id, pair_id, annotator_id, verdict, arm, server_time)"
        " VALUES ('d', 'p', 'ann-1', 'tie', 'gold', now()::TIMESTAMP)"
    )
    connection.close()

    db = Database.open(tmp_path / "a.duckdb")

    with db.reading() as cursor:
        kept = cursor.execute("SELECT verdict, arm FROM decision WHERE pair_id = 'p'").fetchall()
        (steps,) = cursor.execute("SELECT count(*) FROM migration").fetchone() or (0,)
    db.close()
    assert kept == [("tie", "gold")]
    assert steps == len(list(schema.glob("*.sql")))


def test_a_second_process_is_told_who_holds_the_workspace(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "a.duckdb")
    code = (
        "import sys, pathlib\n"
        "from curation.database import Database\n"
        "from curation.errors import WorkspaceInUse\n"
        "try: Database.open(pathlib.Path(sys.argv[1]))\n"
        "except WorkspaceInUse as error: sys.exit(str(error))"
    )

    other = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.duckdb")], capture_output=True, text=True, check=False
    )

    db.close()
    assert other.returncode == 1
    assert f"is open in process {os.getpid()} (" in other.stderr
    assert "Close that process" in other.stderr


def test_a_file_that_is_no_database_is_refused_with_advice(tmp_path: Path) -> None:
    (tmp_path / "a.duckdb").write_bytes(b"not a database" * 400)

    with pytest.raises(InvalidInput, match="Restore a backup"):
        Database.open(tmp_path / "a.duckdb")


def test_a_newer_workspace_is_refused_and_left_alone(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "a.duckdb")
    with db.writing() as tx:
        tx.execute("INSERT INTO migration (number, applied) VALUES (9999, '2026-01-01')")
    db.close()

    with pytest.raises(WorkspaceTooNew, match="schema 9999"):
        Database.open(tmp_path / "a.duckdb")


def test_the_lock_error_reads_as_a_sentence() -> None:
    assert str(WorkspaceInUse("w/pairloom.duckdb", "process 7 (streamlit)")) == (
        "The workspace database w/pairloom.duckdb is open in process 7 (streamlit). "
        "Close that process, or do this from the pages of the app it serves."
    )


def test_what_is_remembered_is_read_again_after_a_commit_unless_it_was_of_one_table_only() -> None:
    db = Database.in_memory()
    assert db.remembered(number_of_guidelines) == 0
    with db.writing() as tx:
        tx.execute(ADD, {"version": 1})
    assert db.remembered(number_of_guidelines) == 1
    commits = db.commits
    with db.writing(only="lease"):
        pass
    assert (db.commits, db.changes["lease"]) == (commits, 1)
    with pytest.raises(duckdb.ConstraintException), db.writing() as tx:
        tx.execute(ADD, {"version": 1})
    assert (db.commits, db.remembered(number_of_guidelines)) == (commits, 1)


def number_of_guidelines(cursor: duckdb.DuckDBPyConnection) -> int:
    (count,) = cursor.execute("SELECT count(*) FROM guideline").fetchone() or (0,)
    return int(count)


def test_jobs_that_spare_memory_give_it_back_when_the_last_of_them_ends(tmp_path: Path) -> None:
    db = Database.open(tmp_path / "workspace.duckdb", memory_limit="2GB")

    def limit() -> str:
        with db.reading() as cursor:
            return str((cursor.execute("SELECT current_setting('memory_limit')").fetchone() or ("",))[0])

    with db.frugal():
        with db.frugal():
            assert limit() == "953.6 MiB"
        assert limit() == "953.6 MiB"
    assert limit() == "1.8 GiB"


def test_appearances_of_an_older_workspace_keep_their_order_and_their_numbers() -> None:
    db = Database.in_memory(migrations=range(1, 13))
    step = Path(database.__file__).parent / "schema" / "0090_appearance_without_key.sql"
    rows = [("b", 2, 0, "p", None), ("a", 9, 0, "q", "tie"), ("a", 1, 1, "p", "answer_1")]
    with db.writing() as tx:
        tx.executemany("INSERT INTO appearance VALUES ($1, $2, $3, $4, $5)", rows)
    with db.writing() as tx:
        tx.execute(step.read_text(encoding="utf-8"))
    with db.reading() as cursor:
        kept = cursor.execute("SELECT COLUMNS(*), rowid FROM appearance ORDER BY rowid").fetchall()
    assert kept == [(*row, number) for number, row in enumerate(rows)]
