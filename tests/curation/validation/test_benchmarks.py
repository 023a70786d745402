"""Protected sets are handed in by name, from the Hub or as a file."""

import json
import re
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import UnreadableSource
from curation.validation import benchmarks, protected
from curation.workspace import Workspace
from tests.curation.people.a_team import NOW


def supplied(db: Database) -> dict[str, int]:
    with db.reading() as cursor:
        return protected.supplied(cursor)


def test_a_file_of_questions_is_protected_under_its_name(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "exam.jsonl"
    path.write_text(
        "".join(json.dumps({"question": f"Is it {n}?"}) + "\n" for n in range(3)), encoding="utf-8"
    )
    place = Workspace(home=tmp_path)
    assert benchmarks.add(db, place, str(path), now=NOW) == 3
    assert benchmarks.add(db, place, str(path), now=NOW) == 0
    assert supplied(db) == {"exam.jsonl": 3}


def test_a_file_that_is_not_there_is_said_and_protects_nothing(db: Database, tmp_path: Path) -> None:
    with pytest.raises(UnreadableSource):
        benchmarks.add(db, Workspace(home=tmp_path), str(tmp_path / "none.jsonl"), now=NOW)
    assert supplied(db) == {}


@pytest.mark.parametrize("name", ["GSM8K", "MMLU", "HumanEval", "IFEval", "MT-Bench", "TruthfulQA"])
def test_a_benchmark_offered_by_name_says_whose_set_and_which_split(name: str) -> None:
    assert re.fullmatch(r"hub:[\w-]+/[\w-]+(:\w+)?#(test|train|validation)", benchmarks.KNOWN[name])
