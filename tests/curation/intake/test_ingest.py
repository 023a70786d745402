"""Importing once, twice, half way, and from two files that tell the same."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from curation.database import Database
from curation.intake import crew, formats, ingest, locations, sources
from curation.intake.ingest import Outcome, Progress
from curation.labelling import events, pairs
from curation.model import Provenance, Verdict
from curation.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0)

Import = Callable[..., Outcome]
Write = Callable[..., Path]


def row(number: int = 1, **changes: object) -> dict[str, object]:
    return {
        "system": "Be brief." if number % 3 == 0 else "",
        "question": f"What is {number} + {number}?",
        "chosen": str(2 * number),
        "rejected": f" Sure! {number}",
        **changes,
    }


def pair_ids(database: Database) -> set[str]:
    with database.reading() as cursor:
        return {pair_id for (pair_id,) in cursor.execute("SELECT id FROM pair").fetchall()}


def appearances(database: Database) -> int:
    with database.reading() as cursor:
        (count,) = cursor.execute("SELECT count(*) FROM appearance").fetchone() or (0,)
    return int(count)


def everything(database: Database) -> list[list[tuple[object, ...]]]:
    """All that an import writes."""
    with database.reading() as cursor:
        return [
            cursor.execute("SELECT COLUMNS(*) FROM pair ORDER BY id").fetchall(),
            cursor.execute("SELECT COLUMNS(*) FROM appearance ORDER BY source_id, source_row").fetchall(),
            cursor.execute("SELECT COLUMNS(*) FROM refusal ORDER BY source_id, line").fetchall(),
            cursor.execute("SELECT COLUMNS(*) FROM source ORDER BY id").fetchall(),
        ]


def test_the_imported_winner_is_a_prior_and_no_decision(
    import_file: Import, write: Write, database: Database
) -> None:
    import_file(write(row(3)))
    (pair_id,) = pair_ids(database)
    pair = pairs.get(database, pair_id)
    assert pair.prior_provenance is Provenance.IMPORTED
    winner = pair.answer_1 if pair.prior_winner is Verdict.ANSWER_1 else pair.answer_2
    assert winner == "6"
    with database.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM decision").fetchone() == (0,)


def test_the_imported_winner_stands_first_about_half_of_the_time(
    import_file: Import, write: Write, database: Database
) -> None:
    import_file(write(*(row(number) for number in range(400))))
    with database.reading() as cursor:
        (first,) = cursor.execute("SELECT count(*) FROM pair WHERE prior_winner = 'answer_1'").fetchone() or (
            0,
        )
    # Binomial(400, 0.5): 200 ± 4 · 10
    assert 160 <= first <= 240


def test_importing_the_same_file_again_adds_nothing(
    import_file: Import, write: Write, database: Database
) -> None:
    path = write(row(1), row(2), row(1), "{broken")
    first, before = import_file(path), everything(database)
    again = import_file(path)
    assert (first.counts.accepted, first.counts.duplicate, first.counts.refused) == (2, 1, 1)
    assert (again.counts.accepted, again.counts.duplicate, again.counts.refused) == (0, 3, 1)
    assert again.repeated
    assert again.refusals == first.refusals
    assert everything(database) == before


def test_the_same_rows_in_another_file_are_duplicates_that_appear(
    import_file: Import, write: Write, database: Database
) -> None:
    import_file(write(row(1), row(2), name="one.jsonl"))
    outcome = import_file(write(row(2), row(1), row(3), name="two.jsonl"))
    assert (outcome.counts.accepted, outcome.counts.duplicate) == (1, 2)
    assert appearances(database) == 5


def test_an_opposite_winner_is_recorded_as_an_appearance(
    import_file: Import, write: Write, database: Database
) -> None:
    swapped = row(1, chosen=row(1)["rejected"], rejected=row(1)["chosen"])
    outcome = import_file(write(row(1), swapped))
    assert (outcome.counts.accepted, outcome.counts.duplicate) == (1, 1)
    with database.reading() as cursor:
        winners = cursor.execute("SELECT prior_winner FROM appearance ORDER BY source_row").fetchall()
    assert len(set(winners)) == 2


def test_equal_answers_and_empty_answers_are_left_to_the_rules(import_file: Import, write: Write) -> None:
    outcome = import_file(write(row(1, chosen="same", rejected="same"), row(2, rejected="")))
    assert (outcome.counts.accepted, outcome.counts.refused) == (2, 0)


@pytest.fixture
def big(write: Write) -> Path:
    """5,000 rows, some repeated, some broken: two blocks."""
    rows: list[object] = [row(number % 4000) for number in range(5000)]
    rows[2321] = "{broken"
    rows[4765] = row(1, chosen=None)
    return write(*rows)


def test_a_cancelled_import_leaves_nothing_and_can_be_repeated(big: Path, tmp_path: Path) -> None:
    located = locations.locate(str(big), Workspace(home=tmp_path))
    whole, cut = Database.in_memory(), Database.in_memory()
    ingest.ingest(whole, located, imported_by="lead", now=NOW)
    outcome = ingest.ingest(cut, located, imported_by="lead", now=NOW, cancelled=lambda: True)
    assert not outcome.finished
    assert everything(cut) == [[], [], [], []]
    assert not ingest.ingest(cut, located, imported_by="lead", now=NOW).repeated
    assert everything(cut) == everything(whole)
    assert [event.action for event in events.newest(cut)] == ["import source"]


def test_others_write_while_an_import_runs(big: Path, tmp_path: Path) -> None:
    database = Database.in_memory()
    written: list[int] = []

    def meanwhile(step: Progress) -> None:
        with database.writing() as tx:
            events.record(tx, actor="ann", action="decide", now=NOW)
        written.append(len(pair_ids(database)))

    located = locations.locate(str(big), Workspace(home=tmp_path))
    ingest.ingest(database, located, imported_by="lead", now=NOW, progress=meanwhile)
    assert written == [0, 0]  # and nobody sees half of it
    assert len(pair_ids(database)) == 3999


@pytest.mark.parametrize("at_most", [0, 1_000_000_000], ids=["several processes", "this one"])
def test_a_file_read_in_stretches_gives_the_same_rows(
    big: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at_most: int
) -> None:
    located = locations.locate(str(big), Workspace(home=tmp_path))
    here, elsewhere = Database.in_memory(), Database.in_memory()
    ingest.ingest(here, located, imported_by="lead", now=NOW)
    monkeypatch.setattr(crew, "_HERE_AND_NOW", at_most)
    monkeypatch.setattr(crew, "_ROW_BY_ROW", 0)
    monkeypatch.setattr(crew, "_STRETCH", 100_000)
    ingest.ingest(elsewhere, located, imported_by="lead", now=NOW)
    assert everything(elsewhere) == everything(here)


def test_large_blocks_of_other_processes_arrive_whole(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(*(row(number, chosen=f"{number} " * 700) for number in range(3000)))
    located = locations.locate(str(path), Workspace(home=tmp_path))
    here, elsewhere = Database.in_memory(), Database.in_memory()
    ingest.ingest(here, located, imported_by="lead", now=NOW)
    monkeypatch.setattr(crew, "_HERE_AND_NOW", 0)
    monkeypatch.setattr(crew, "_STRETCH", 1_500_000)  # bytes: enough to go through shared memory
    ingest.ingest(elsewhere, located, imported_by="lead", now=NOW)
    assert everything(elsewhere) == everything(here)


CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from curation.database import Database
from curation.intake import ingest, locations
from curation.workspace import Workspace

home = Path(sys.argv[2])
database = Database.open(home / "pairloom.duckdb")
located = locations.locate(sys.argv[1], Workspace(home=home))
ingest.ingest(database, located, imported_by="lead", now=datetime(2026, 11, 22, 9, 0),
              progress=lambda step: (print(step.done, flush=True), sys.stdin.read()))
"""


def test_an_import_killed_half_way_leaves_nothing_and_repeated_equals_one_whole_import(
    big: Path, tmp_path: Path
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(big), str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert child.stdout is not None
    child.stdout.readline()  # the first block is in the file; the child now waits in vain for its input
    child.send_signal(signal.SIGKILL)
    child.communicate()
    database = Database.open(tmp_path / "pairloom.duckdb")
    assert sources.newest(database) == ()
    assert pairs.count(database) == 0
    located = locations.locate(str(big), Workspace(home=tmp_path))
    outcome = ingest.ingest(database, located, imported_by="lead", now=NOW)
    whole = Database.in_memory()
    assert outcome.counts == ingest.ingest(whole, located, imported_by="lead", now=NOW).counts
    assert everything(database) == everything(whole)
    database.close()


def test_progress_counts_up_to_the_whole(big: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    located = locations.locate(str(big), Workspace(home=tmp_path))
    outcome = ingest.ingest(Database.in_memory(), located, imported_by="lead", now=NOW, progress=seen.append)
    assert len(seen) == 2
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert seen[-1].done == seen[-1].total == big.stat().st_size
    assert seen[-1].counts == outcome.counts


def test_the_audit_names_who_imported_what(import_file: Import, write: Write, database: Database) -> None:
    outcome = import_file(write(row(1)))
    (event,) = events.newest(database)
    assert (event.actor, event.action, event.subject) == ("lead", "import source", outcome.source_id)
    assert event.detail == {"accepted": 1, "layout": "orca", "location": "pairs.jsonl"}


def test_a_source_says_what_it_was(import_file: Import, write: Write, database: Database) -> None:
    outcome = import_file(write(row(1), "[]"))
    source = sources.get(database, outcome.source_id)
    assert (source.kind, source.location, source.layout) == ("file", "pairs.jsonl", "orca")
    assert (source.accepted, source.refused, source.duplicate, source.finished) == (1, 1, 0, True)
    assert len(source.sha256) == 64
    assert '"prompt": "question"' in source.mapping


def test_refusals_page_in_file_order(import_file: Import, write: Write, database: Database) -> None:
    outcome = import_file(write(row(1), *(["oops"] * 5)))
    first = sources.refusals(database, outcome.source_id, limit=3)
    rest = sources.refusals(database, outcome.source_id, after_line=first[-1].line, limit=3)
    assert [refusal.line for refusal in (*first, *rest)] == [2, 3, 4, 5, 6]


def test_the_same_file_under_another_mapping_is_another_source(
    import_file: Import, write: Write, database: Database
) -> None:
    path = write({"question": "q", "chosen": "a", "rejected": "b"})
    import_file(path)
    swapped = formats.by_hand({"prompt": "question", "chosen": "rejected", "rejected": "chosen"})
    outcome = import_file(path, swapped)
    assert (outcome.counts.duplicate, outcome.repeated) == (1, False)
    assert len(sources.newest(database)) == 2


def test_columns_without_a_meaning_are_named_so_that_a_misspelt_one_is_seen(
    import_file: Import, write: Write
) -> None:
    path = write({"sytem": "Be brief.", "question": "q", "chosen": "a", "rejected": "b"})
    assert import_file(path).unused == ("sytem",)
    assert import_file(path).unused == ("sytem",)
