"""The curves of a run, read while its file grows."""

import json
from pathlib import Path

import pytest

from training import metrics, record
from training.metrics import Row
from training.record import Record


def a_row(step: int, kind: str = "train", **values: object) -> Row:
    return {"step": step, "kind": kind, "loss": 1 / (1 + step), "peak_memory_bytes": 1000 - step, **values}


def append(path: Path, rows: list[Row]) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)


def test_a_growing_file_read_in_pieces_equals_the_file_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record, "_CHUNK_BYTES", 100)  # shorter than two rows
    path = tmp_path / "metrics.jsonl"
    grown = Record(path)
    grown.catch_up()  # not there yet
    for start in range(0, 300, 50):
        append(path, [a_row(step) for step in range(start, start + 50)])
        append(path, [a_row(start + 49, "evaluation")])
        grown.catch_up()
    once = Record(path)
    once.catch_up()
    rows = metrics.read(path)
    assert grown.ends == once.ends == [*rows[:20], *rows[-100:]]
    for kind, count in (("train", 300), ("evaluation", 6)):
        points = grown.points("loss", kind)
        wanted = [row for row in rows if row["kind"] == kind]
        assert points.steps.tolist() == [row["step"] for row in wanted]
        assert points.values.tolist() == once.points("loss", kind).values.tolist()
        assert len(points) == count
    assert grown.peak_memory == 1000  # of the first row, which a resumed run has from the run before


def test_the_largest_process_is_told_of_a_group_and_of_a_single_process_it_is_not(tmp_path: Path) -> None:
    alone, group = Record(tmp_path / "alone.jsonl"), Record(tmp_path / "group.jsonl")
    append(tmp_path / "alone.jsonl", [a_row(1)])
    append(tmp_path / "group.jsonl", [a_row(n, peak_memory_of_one_bytes=500 + n) for n in (1, 2)])
    for one in (alone, group):
        one.catch_up()
    assert (alone.peak_memory, alone.peak_memory_of_one) == (999, None)
    assert (group.peak_memory, group.peak_memory_of_one) == (999, 502)


def test_a_torn_line_waits_and_a_null_is_no_point(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append(path, [a_row(1), a_row(2, loss=None)])
    with path.open("a", encoding="utf-8") as file:
        file.write('{"step": 3, "ki')
    seen = Record(path)
    seen.catch_up()
    assert seen.points("loss", "train").steps.tolist() == [1]
    with path.open("a", encoding="utf-8") as file:
        file.write('nd": "train", "loss": 0.5}\n')
    seen.catch_up()
    assert seen.points("loss", "train").steps.tolist() == [1, 3]


def test_steps_that_are_taken_again_replace_the_first_ones(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append(path, [a_row(step) for step in range(1, 151)])
    append(path, [a_row(step, loss=9.0) for step in range(101, 131)])
    seen = Record(path)
    seen.catch_up()
    kept = metrics.forward(metrics.read(path))
    points = seen.points("loss", "train")
    assert points.steps.tolist() == list(range(1, 131))
    assert points.values.tolist() == [row["loss"] for row in kept]
    assert seen.ends == [*kept[:20], *kept[50:]]  # of the last 100 rows, 50 did not count any more


def test_a_short_run_has_no_row_twice(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    append(path, [a_row(step) for step in range(25)])
    seen = Record(path)
    seen.catch_up()
    assert [row["step"] for row in seen.ends] == list(range(25))
