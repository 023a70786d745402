"""What a curve draws."""

import pytest

from curation.model import Tier
from pages.parts import charts


@pytest.mark.parametrize("length", [0, 1, 1000, 1001, 25_000])
def test_a_curve_draws_at_most_a_thousand_points(length: int) -> None:
    assert len(charts.thinned([(step, float(step % 7)) for step in range(length)])) <= 1000


def test_thinning_keeps_a_single_spike_and_the_order() -> None:
    points = [(step, 0.5) for step in range(20_000)]
    points[12_345] = (12_345, 99.0)
    kept = list(charts.thinned(points))
    assert (12_345, 99.0) in kept
    assert kept == sorted(kept)


def test_every_tier_has_its_words() -> None:
    assert set(charts.TIER_WORDS) == set(Tier)
