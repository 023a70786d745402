"""An import beside the pages: one at a time, told to anyone who looks, ended without a trace."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.intake import jobs, locations
from curation.intake.locations import Located
from curation.labelling import pairs
from curation.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0)
SOON = 60.0


@pytest.fixture
def many(tmp_path: Path) -> Located:
    rows = (json.dumps({"prompt": f"q{number}", "chosen": "a", "rejected": "b"}) for number in range(20_000))
    (tmp_path / "many.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return locations.locate(str(tmp_path / "many.jsonl"), Workspace(home=tmp_path))


def test_an_import_runs_beside_its_page_and_is_told_to_the_next(database: Database, many: Located) -> None:
    jobs.start(database, many, by="lead", now=NOW).wait(SOON)
    job = jobs.last(database)
    assert job is not None
    assert job.outcome is not None
    assert job.outcome.counts.accepted == pairs.count(database) == 20_000
    assert job.progress is not None
    assert job.progress.done == job.progress.total
    jobs.dismiss(database)
    assert jobs.last(database) is None


def test_a_second_import_waits_for_the_first_which_can_be_cancelled(
    database: Database, many: Located
) -> None:
    with database.one_import():  # so that the first one is still at its beginning
        job = jobs.start(database, many, by="lead", now=NOW)
        with pytest.raises(InvalidInput, match=r"many\.jsonl is being imported"):
            jobs.start(database, many, by="lead", now=NOW)
        job.cancel()
    job.wait(SOON)
    assert job.outcome is not None
    assert not job.outcome.finished
    assert pairs.count(database) == 0


def test_what_went_wrong_is_kept_as_its_sentence(database: Database, tmp_path: Path) -> None:
    (tmp_path / "odd.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    job = jobs.start(
        database, locations.locate(str(tmp_path / "odd.csv"), Workspace(home=tmp_path)), by="lead", now=NOW
    )
    job.wait(SOON)
    assert job.problem is not None
    assert "has the columns a, b" in job.problem
