"""How fast a run goes, read from its rows."""

from datetime import UTC, datetime, timedelta

import pytest

from training import pace
from training.metrics import Row

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def rows(*seconds: float) -> list[Row]:
    """Training rows at these seconds after the start, 100 tokens a step."""
    return [
        {"step": step, "kind": "train", "time": (START + timedelta(seconds=at)).isoformat(),
         "num_tokens": 100 * step}
        for step, at in enumerate(seconds, start=1)
    ]  # fmt: skip


def test_pace_time_left_and_tokens_of_an_even_run() -> None:
    even = rows(*(2.0 * step for step in range(10)))
    assert pace.step_seconds(even) == 2.0
    assert pace.seconds_left(even, 25) == 30.0
    assert pace.tokens_per_second(even) == 50.0


@pytest.mark.parametrize("jump", [3600.0, -3600.0], ids=["forward", "back"])
def test_a_clock_that_is_set_during_the_run_changes_no_figure(jump: float) -> None:
    moved = rows(*(2.0 * step + (jump if step >= 5 else 0) for step in range(10)))
    assert pace.step_seconds(moved) == 2.0
    assert pace.seconds_left(moved, 25) == 30.0
    assert pace.tokens_per_second(moved) == 50.0


@pytest.mark.parametrize("known", [rows(), rows(1.0)], ids=["no row", "one row"])
def test_before_two_steps_nothing_is_claimed(known: list[Row]) -> None:
    assert (pace.step_seconds(known), pace.seconds_left(known, 9), pace.tokens_per_second(known)) == (
        None,
    ) * 3
