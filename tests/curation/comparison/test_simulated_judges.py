"""Judges of known preference through the real store and queue; error rates: `benchmarks.judges`."""

import pytest

from benchmarks import judges
from curation.comparison import evidence

PAIRS = 60


@pytest.mark.parametrize("rate", judges.RATES)
def test_what_is_read_back_is_what_the_judges_said_in_the_order_they_said_it(rate: float) -> None:
    duel = judges.judged(rate, PAIRS, seed=3)
    assert duel.evidence == evidence.follow(judges.opinions(rate, PAIRS, seed=3))
    assert duel.judged == duel.asked == PAIRS
