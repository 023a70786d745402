"""Bytes, durations and paces as a person reads them."""

import pytest

from training import units


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0.004, "250 steps a second"),
        (0.39, "2.56 steps a second"),
        (1.0, "1 s a step"),
        (12.34, "12 s a step"),
        (5400.0, "90.0 minutes a step"),
    ],
)
def test_a_pace_is_told_in_the_unit_that_gives_a_small_number(seconds: float, said: str) -> None:
    assert units.pace(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(1, "1 second"), (0.4, "0 seconds"), (89, "89 seconds"), (90, "2 minutes"), (9000, "2.5 hours")],
)
def test_a_duration_is_told_in_seconds_minutes_or_hours(seconds: float, said: str) -> None:
    assert units.duration(seconds) == said


def test_half_a_gibibyte_is_told_in_gibibytes() -> None:
    assert [units.size(count) for count in (2**20, 2**29 - 2**20, 2**29)] == ["1 MiB", "511 MiB", "0.5 GiB"]
