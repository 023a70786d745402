"""What a worker writes down."""

import json
import math
import time
from pathlib import Path

import pytest

from training import errors, fence, metrics, runs
from training.journal import Journal


def test_a_value_that_is_no_number_becomes_null_and_is_named(tmp_path: Path) -> None:
    broken = Journal(tmp_path).metrics(3, "train", {"loss": math.nan, "grad_norm": 1.5, "note": "text"})
    (row,) = metrics.read(tmp_path / runs.METRICS)
    assert broken == ("loss",)
    assert (row["step"], row["kind"], row["loss"], row["grad_norm"]) == (3, "train", None, 1.5)
    assert "note" not in row


def test_events_are_appended_one_line_each(tmp_path: Path) -> None:
    journal = Journal(tmp_path)
    journal.phase("training", max_steps=10)
    journal.warning("Über 20 % unlikelier.\nSecond line.")
    lines = (tmp_path / runs.EVENTS).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["kind"] for line in lines] == ["phase", "warning"]
    assert json.loads(lines[0])["max_steps"] == 10


def test_the_heart_beats_while_the_work_is_silent_and_stops_with_it(tmp_path: Path) -> None:
    with Journal(tmp_path).beating():
        while not (tmp_path / runs.HEARTBEAT).exists():
            time.sleep(0.01)
    last = (tmp_path / runs.HEARTBEAT).stat().st_mtime_ns
    time.sleep(0.05)
    assert (tmp_path / runs.HEARTBEAT).stat().st_mtime_ns == last


def test_a_worker_from_which_others_took_over_writes_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(fence.VARIABLE, str(fence.begin_turn(tmp_path)))
    Journal(tmp_path).metrics(1, "train", {"loss": 0.5})
    fence.begin_turn(tmp_path)
    with pytest.raises(errors.Superseded, match="others took over"):
        Journal(tmp_path).metrics(2, "train", {"loss": 0.4})
    with Journal(tmp_path).beating():
        time.sleep(0.05)
    assert len(metrics.read(tmp_path / runs.METRICS)) == 1
    assert not (tmp_path / runs.HEARTBEAT).exists()
