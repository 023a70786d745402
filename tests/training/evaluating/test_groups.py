"""Which held-out pairs belong together."""

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from training import errors
from training.evaluating import groups
from training.evaluating.groups import ANNOTATOR, LENGTH, SOURCE, TIER


def a_row(pair_id: str, chosen: str, rejected: str, **more: Any) -> dict[str, Any]:
    sides = {"chosen": chosen, "rejected": rejected}
    said = {side: [{"role": "assistant", "content": content}] for side, content in sides.items()}
    return {"pair_id": pair_id, **said, **more}


def a_release(folder: Path, rows: list[dict[str, Any]], votes: list[dict[str, Any]] | None = None) -> Path:
    (folder / "data").mkdir()
    parquet.write_table(pa.Table.from_pylist(rows), folder / "data" / "test-00000-of-00001.parquet")
    if votes:
        parquet.write_table(pa.Table.from_pylist(votes), folder / "decisions.parquet")
    return folder


def a_vote(
    pair_id: str, annotator: str, *, verdict: str = "answer_1", in_effect: bool = True
) -> dict[str, Any]:
    return {"pair_id": pair_id, "annotator": annotator, "verdict": verdict, "in_effect": in_effect}


def test_a_source_keeps_no_row_number_and_a_tier_is_a_group(tmp_path: Path) -> None:
    rows = [a_row(str(n), "a", "b", source=f"orca#1.jsonl#{n}", tier="agree2") for n in range(3)]
    found = groups.of(a_release(tmp_path, rows), "test")
    assert found[SOURCE] == {"orca#1.jsonl": {"0", "1", "2"}}
    assert found[TIER] == {"agree2": {"0", "1", "2"}}


@pytest.mark.parametrize(
    ("chosen", "rejected", "name"),
    [(111, 100, "chosen longer"), (110, 100, "alike"), (100, 110, "alike"), (5, 6, "rejected longer")],
)
def test_an_answer_counts_as_longer_from_a_tenth_more(
    tmp_path: Path, chosen: int, rejected: int, name: str
) -> None:
    found = groups.of(a_release(tmp_path, [a_row("p", "x" * chosen, "y" * rejected)]), "test")
    assert found[LENGTH] == {name: {"p"}}


def test_a_pair_that_two_people_judged_is_in_both_their_groups(tmp_path: Path) -> None:
    votes = [a_vote("p", "ann-1"), a_vote("p", "ann-2"), a_vote("train-pair", "ann-3")]
    votes += [a_vote("p", "ann-4", verdict="tie"), a_vote("p", "ann-5", in_effect=False)]
    found = groups.of(a_release(tmp_path, [a_row("p", "a", "b")], votes), "test")
    assert found[ANNOTATOR] == {"ann-1": {"p"}, "ann-2": {"p"}}


def test_a_release_made_elsewhere_is_grouped_by_length_alone(tmp_path: Path) -> None:
    assert set(groups.of(a_release(tmp_path, [a_row("p", "a", "b")]), "test")) == {LENGTH}


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "test-00000-of-00001.parquet").write_bytes(b"nothing")
    with pytest.raises(errors.UnusableRelease, match=r"test-00000-of-00001\.parquet cannot be read"):
        groups.of(tmp_path, "test")
