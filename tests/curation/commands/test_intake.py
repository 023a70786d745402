"""`python -m curation import` as a person types it, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.database import Database

ROOT = Path(__file__).parents[3]

Curation = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def curation(tmp_path: Path) -> Curation:
    """Runs a command on an empty workspace."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "curation", *arguments],
            cwd=ROOT,
            env={**os.environ, "PAIRLOOM_HOME": str(tmp_path / "home")},
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@pytest.fixture
def pairs_file(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    rows = [
        {"q": "Why?", "good": "So.", "bad": "No.", "sys": ""},
        {"q": "", "good": "a", "bad": "b", "sys": ""},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


MAPPING = ("--map", "prompt=q", "--map", "chosen=good", "--map", "rejected=bad", "--map", "system=sys")


def test_the_json_object_is_the_last_line_and_has_the_promised_keys(
    curation: Curation, pairs_file: Path
) -> None:
    done = curation("import", str(pairs_file), *MAPPING, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout.splitlines()[-1])
    assert {key: said[key] for key in ("accepted", "refused", "duplicate", "layout")} == {
        "accepted": 1,
        "refused": 1,
        "duplicate": 0,
        "layout": "by hand",
    }
    (refusal,) = said["refusals"]
    assert refusal["line"] == 2
    assert "The prompt (q) is empty" in refusal["reason"]


def test_without_json_the_same_is_said_in_lines(curation: Curation, pairs_file: Path) -> None:
    done = curation("import", str(pairs_file), *MAPPING)
    assert "accepted: 1\nrefused: 1\n" in done.stdout
    assert "  line 2 · reason The prompt (q) is empty" in done.stdout


def test_the_sample_imports_and_again_adds_nothing(curation: Curation) -> None:
    first, again = (json.loads(curation("import", "sample", "--json").stdout) for _ in range(2))
    assert first["accepted"] == again["duplicate"] == 86
    assert again["accepted"] == 0


FAILURES = {
    "no such file": (("import", "nothing.csv"), "There is no file nothing.csv. Check the path.\n"),
    "unknown columns": (
        ("import", "FILE"),
        "pairs.jsonl has the columns q, good, bad, sys, which is no layout",
    ),
    "layout whose columns are missing": (
        ("import", "FILE", "--layout", "trl"),
        "There is no column “prompt”",
    ),
    "no mapping": (("import", "FILE", "--map", "prompt"), "“prompt” is no mapping. Write --map FIELD=COLUMN"),
    "field twice": (
        ("import", "FILE", "--map", "prompt=q", "--map", "prompt=sys"),
        "A field is mapped twice",
    ),
    "layout with one of its columns renamed": (
        ("import", "FILE", "--layout", "orca", "--map", "prompt=q"),
        "There is no column “chosen”",
    ),
}


@pytest.mark.parametrize(("arguments", "sentence"), FAILURES.values(), ids=FAILURES.keys())
def test_a_failure_is_one_sentence_on_stderr(
    curation: Curation, pairs_file: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = curation(*(str(pairs_file) if each == "FILE" else each for each in arguments))
    assert done.returncode == 1
    assert done.stdout == ""
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_wrong_usage_exits_with_two(curation: Curation, pairs_file: Path) -> None:
    assert curation("import").returncode == 2
    assert curation("import", str(pairs_file), "--layout", "nonsense").returncode == 2


def test_a_workspace_that_is_open_elsewhere_names_the_holder(curation: Curation, tmp_path: Path) -> None:
    database = Database.open(tmp_path / "home" / "pairloom.duckdb")
    try:
        done = curation("import", "sample")
    finally:
        database.close()
    assert done.returncode == 1
    assert f"is open in process {os.getpid()}" in done.stderr
