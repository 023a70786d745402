"""Whether margins mean what they say."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from training.evaluating import calibration
from training.evaluating.calibration import LEAST


def margins_of(chance: random.Random, n: int, *, stretched: float = 1.0) -> list[float]:
    """Margins that hold: a pair's chosen answer is the preferred one with σ(true margin)."""
    found = []
    for _ in range(n):
        size = chance.uniform(0.2, 3.0)
        right = chance.random() < 1 / (1 + math.exp(-size))
        found.append(stretched * (size if right else -size))
    return found


def test_few_pairs_make_no_bins() -> None:
    assert calibration.bins([1.0] * (LEAST - 1)) == ()
    assert calibration.error(()) is None
    assert "nothing can be said" in calibration.words(())


def test_bins_by_hand() -> None:
    # 10 margins of 0: sure 0.5, none right (0 prefers nothing); then 10 of ln 3: sure 3/4, all right.
    low, high = calibration.bins([0.0] * 10 + [math.log(3)] * 10)
    assert (low.n, low.right, high.n, high.right) == (10, 0.0, 10, 1.0)
    assert (low.sure, high.sure) == pytest.approx((0.5, 0.75))
    assert calibration.error((low, high)) == pytest.approx((0.5 + 0.25) / 2)


@pytest.mark.parametrize(
    ("stretched", "words"), [(1.0, "mean what they say"), (6.0, "Overconfident"), (0.15, "Underconfident")]
)
def test_stretched_margins_are_called_what_they_are(stretched: float, words: str) -> None:
    margins = margins_of(random.Random(7), 2000, stretched=stretched)
    assert words in calibration.words(calibration.bins(margins))


@given(st.lists(st.floats(-50, 50), min_size=LEAST, max_size=200))
@example([1.0] * LEAST)  # all right: rounding put the share above its own interval
def test_every_pair_is_in_one_bin_and_bins_grow_surer(margins: list[float]) -> None:
    found = calibration.bins(margins)
    assert sum(one.n for one in found) == len(margins)
    assert all(one.sure <= other.sure + 1e-12 for one, other in pairwise(found))
    assert all(one.low <= one.right <= one.high for one in found)
