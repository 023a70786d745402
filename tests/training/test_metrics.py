"""Tailing a file of rows while it grows."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from training import errors, metrics

_ROWS = st.lists(
    st.fixed_dictionaries({"step": st.integers(), "message": st.text(), "loss": st.floats(allow_nan=False)}),
    max_size=8,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_ROWS, cuts=st.lists(st.integers(min_value=0, max_value=2000), max_size=6))
def test_tailing_wherever_it_is_cut_equals_reading_whole(
    tmp_path: Path, rows: list[metrics.Row], cuts: list[int]
) -> None:
    data = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode(errors="surrogatepass")
    path = tmp_path / "metrics.jsonl"
    seen: list[metrics.Row] = []
    offset = 0
    for cut in [*sorted(cuts), len(data)]:
        path.write_bytes(data[:cut])
        fresh, offset = metrics.tail(path, offset)
        seen += fresh
    assert seen == rows == metrics.read(path)
    assert offset == len(data)


def test_a_torn_last_line_is_read_once_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1}\n{"step"')
    rows, offset = metrics.tail(path, 0)
    assert (rows, offset) == ([{"step": 1}], 12)
    path.write_text('{"step": 1}\n{"step": 2}\n')
    assert metrics.tail(path, offset) == ([{"step": 2}], 24)


def test_a_file_that_is_not_there_yet_has_no_rows(tmp_path: Path) -> None:
    assert metrics.tail(tmp_path / "metrics.jsonl", 0) == ([], 0)


@pytest.mark.parametrize("line", ["{nonsense}", "[1, 2]", '"text"'], ids=["no JSON", "a list", "a string"])
def test_a_damaged_line_before_the_last_is_said(tmp_path: Path, line: str) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text(f'{line}\n{{"step": 2}}\n')
    with pytest.raises(errors.DamagedFile, match="a line that is not a JSON object"):
        metrics.read(path)


def test_the_latest_values_keep_training_and_evaluation_apart() -> None:
    rows: list[metrics.Row] = [
        {"kind": "train", "step": 1, "loss": 0.7},
        {"kind": "evaluation", "step": 1, "loss": 0.6},
        {"kind": "train", "step": 2, "loss": 0.5, "grad_norm": None},
    ]
    expected = {"step": 2, "loss": 0.5, "evaluation/step": 1, "evaluation/loss": 0.6}
    assert metrics.latest(rows) == expected


def test_rows_written_are_rows_read(tmp_path: Path) -> None:
    rows: list[metrics.Row] = [{"step": 1, "message": "Grüße\n"}, {"step": 2, "loss": None}]
    metrics.write(tmp_path / "metrics.jsonl", rows)
    assert metrics.read(tmp_path / "metrics.jsonl") == rows


def test_steps_that_are_taken_again_count_once() -> None:
    def rows(*taken: tuple[str, int, float]) -> list[metrics.Row]:
        return [{"kind": kind, "step": step, "loss": loss} for kind, step, loss in taken]

    before = rows(("train", 8, 0.5), ("evaluation", 8, 0.6))
    assert metrics.forward([*before, *rows(("train", 9, 0.4), ("train", 9, 0.3))]) == [
        *before, *rows(("train", 9, 0.3)),
    ]  # fmt: skip
    lost = rows(("train", 9, 0.4), ("train", 10, 0.2), ("evaluation", 10, 0.6))
    assert metrics.forward([*before, *lost, *rows(("train", 9, 0.3))]) == [*before, *rows(("train", 9, 0.3))]
