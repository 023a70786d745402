"""Faults of pairs that a trainer would swallow without a word."""

from pathlib import Path
from typing import Any

import pytest

from tests.training import run_folders
from training import errors, pair_rows, release_folder

PROMPT = "What is the capital of France?"


def said(role: str, content: str) -> dict[str, str]:
    return {"role": role, "content": content}


def faults(folder: Path, **columns: object) -> dict[str, int]:
    release = release_folder.load(run_folders.a_release(folder / "tiny", train=1, test=1, **columns))
    return {fault: found.count for fault, found in pair_rows.count_faults(release).items()}


def test_pairs_without_a_fault_have_none(tmp_path: Path) -> None:
    assert faults(tmp_path) == {}


@pytest.mark.parametrize(
    ("column", "messages", "fault"),
    [
        ("chosen", [said("assistant", " \n")], "side-empty"),
        ("rejected", [said("assistant", " Answer 0. ")], "sides-identical"),
        ("chosen", [said("user", "Paris")], "roles-wrong"),
        ("chosen", [], "roles-wrong"),
        ("prompt", [], "roles-wrong"),
        ("prompt", [said("assistant", "Hello")], "roles-wrong"),
        ("prompt", [said("user", "Hello"), said("assistant", "Hi")], "roles-wrong"),
        ("prompt", [said("system", "Be brief.")], "roles-wrong"),
    ],
    ids=["blank", "equal", "wrong role", "no answer", "no prompt", "answer first", "answer last", "system"],
)
def test_each_fault_is_found(tmp_path: Path, column: str, messages: list[Any], fault: str) -> None:
    assert faults(tmp_path, **{column: [messages]}) == {fault: 1}


def test_a_prompt_repeated_in_the_answer_is_found(tmp_path: Path) -> None:
    columns = {"prompt": [[said("user", PROMPT)]], "chosen": [[said("assistant", f"{PROMPT} Paris.")]]}
    assert faults(tmp_path, **columns) == {"prompt-repeated": 1}


def test_a_conversation_with_a_system_turn_and_earlier_turns_is_fine(tmp_path: Path) -> None:
    turns = [said("system", "S"), said("user", "A"), said("assistant", "B"), said("user", "C")]
    assert faults(tmp_path, prompt=[turns]) == {}


def test_the_first_pair_with_a_fault_is_named(tmp_path: Path) -> None:
    release = release_folder.load(
        run_folders.a_release(tmp_path / "tiny", train=1, chosen=[[said("assistant", "")]], pair_id=["p7"])
    )
    assert pair_rows.count_faults(release)["side-empty"].first == "p7"


def test_a_release_that_is_no_parquet_is_said(tmp_path: Path) -> None:
    release = release_folder.load(run_folders.a_release(tmp_path / "tiny"))
    (release.path / "data/train-00000-of-00001.parquet").write_bytes(b"PAR1 but no more")
    with pytest.raises(errors.UnusableRelease, match="no readable Parquet"):
        pair_rows.count_faults(release)
