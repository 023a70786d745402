"""votes, agreement, backup and restore as a person types them, each in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from curation.database import Database

ROOT = Path(__file__).parents[3]
KEYS = {
    "pairs", "votes", "raw_agreement", "raw_agreement_decisive", "krippendorff_alpha",
    "krippendorff_interval", "gwet_ac1", "fleiss_kappa", "cohen_kappa", "majority", "implied_error",
}  # fmt: skip

Curation = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def curation(tmp_path: Path) -> Curation:
    def run(*arguments: str, home: str = "home") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "curation", *arguments],
            cwd=ROOT,
            env={**os.environ, "PAIRLOOM_HOME": str(tmp_path / home)},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def last(done: subprocess.CompletedProcess[str]) -> dict[str, object]:
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.fixture
def votes_file(tmp_path: Path) -> Path:
    path = tmp_path / "votes.jsonl"
    line: dict[str, object] = {"prompt": "p", "answer_1": "a", "answer_2": "b"}
    rows = [
        line | {"item": item, "annotator": who, "verdict": "answer_1" if item < 5 else "answer_2"}
        for item in range(10)
        for who in ("zoe", "ada")
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows) + "{}\n", encoding="utf-8")
    return path


def test_votes_and_agreement_print_the_keys_of_the_design(curation: Curation, votes_file: Path) -> None:
    taken = last(curation("votes", str(votes_file), "--json"))
    measured = last(curation("agreement", "--json"))
    assert (taken["pairs"], taken["votes"], taken["refused"]) == (10, 20, 1)
    assert measured.keys() >= KEYS
    assert measured["cohen_kappa"] == {"ada|zoe": 1.0}
    assert measured["krippendorff_interval"] == [1.0, 1.0]


def test_agreement_prints_every_statistic_and_null_where_undefined(
    curation: Curation, votes_file: Path
) -> None:
    curation("votes", str(votes_file), "--json")
    measured: dict[str, Any] = last(curation("agreement", "--json"))
    assert set(measured["parts"]) == {"source", "week", "guidelines", "person"}
    assert set(measured["bias"]) == {"left", "left_p_value", "longer", "length_auroc"}
    assert "list" in measured["formats"]
    person = next(iter(measured["people"].values()))
    assert person["gold"] == person["self_consistency"] == {"share": None, "n": 0, "interval": None}
    assert (person["median_seconds"], person["drift_since"]) == (None, None)


def test_an_empty_workspace_prints_null_and_never_a_zero_for_what_is_undefined(curation: Curation) -> None:
    measured = last(curation("agreement", "--json"))
    undefined = KEYS - {"pairs", "votes", "cohen_kappa", "majority"}
    assert {key: measured[key] for key in undefined} == dict.fromkeys(undefined)
    assert measured["in_words"] == "Not yet: no two people have chosen an answer of the same pair."


def test_a_backup_restored_elsewhere_says_the_same(
    curation: Curation, votes_file: Path, tmp_path: Path
) -> None:
    curation("votes", str(votes_file))
    made = last(curation("backup", str(tmp_path / "copy.duckdb"), "--json"))
    restored = last(curation("restore", str(tmp_path / "copy.duckdb"), "--json", home="other"))
    assert (made["ok"], made["differs"]) == (restored["ok"], restored["differs"]) == (True, [])
    assert last(curation("agreement", "--json", home="other")) == last(curation("agreement", "--json"))


def test_restore_into_a_filled_workspace_fails_with_one_sentence(
    curation: Curation, votes_file: Path, tmp_path: Path
) -> None:
    curation("votes", str(votes_file))
    curation("backup", str(tmp_path / "copy.duckdb"))
    done = curation("restore", str(tmp_path / "copy.duckdb"))
    assert done.returncode == 1
    assert done.stderr.startswith("The workspace holds 10 pairs and 20 decisions, so nothing was restored.")
    assert len(done.stderr.splitlines()) == 1


def test_a_backup_without_a_name_lies_in_backups(curation: Curation, tmp_path: Path) -> None:
    path = Path(str(last(curation("backup", "--json"))["path"]))
    assert path.parent == tmp_path / "home" / "backups"
    assert path.is_file()


@pytest.mark.parametrize("command", [["votes", "x"], ["agreement"], ["backup"], ["restore", "x"]])
def test_a_workspace_that_is_open_elsewhere_is_said_to_be(
    curation: Curation, tmp_path: Path, command: list[str]
) -> None:
    made = last(curation("backup", str(tmp_path / "copy.duckdb"), "--json"))
    held = Database.open(tmp_path / "home" / "pairloom.duckdb")
    done = curation(*[str(made["path"]) if word == "x" else word for word in command])
    held.close()
    assert done.returncode == 1
    assert f"is open in process {os.getpid()}" in done.stderr


def test_a_votes_file_that_is_not_there_is_said_to_be_missing(curation: Curation) -> None:
    done = curation("votes", "nowhere.jsonl")
    assert (done.returncode, "There is no file" in done.stderr) == (1, True)
