"""A few hundred of the hostile files of benchmarks/fuzz_intake.py, which runs a hundred thousand."""

from pathlib import Path

import pytest

from benchmarks import fuzz_intake
from curation.database import Database
from curation.workspace import Workspace


@pytest.mark.parametrize("first", range(0, 300, 100))
def test_no_hostile_file_crashes_hangs_or_leaves_half_an_import(
    first: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database.in_memory()
    ends = [fuzz_intake.one(database, Workspace(home=tmp_path), seed) for seed in range(first, first + 100)]
    database.close()
    assert "broken" not in ends, capsys.readouterr().out
    assert {"imported", "refused"} <= set(ends)
