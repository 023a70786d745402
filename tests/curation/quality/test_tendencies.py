"""Coins: exact probabilities, and thresholds that need enough throws."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.quality.tendencies import Tendency


@pytest.mark.parametrize(
    ("chosen", "n", "p"),
    [
        (8, 10, 2 * (45 + 10 + 1) / 1024),
        (0, 3, 2 / 8),
        (5, 10, 1.0),
        (60, 100, 0.0568879),  # R: binom.test(60, 100)
    ],
)
def test_the_exact_two_sided_probability_of_a_fair_coin(chosen: int, n: int, p: float) -> None:
    assert Tendency(chosen=chosen, n=n).p_value == pytest.approx(p, rel=1e-5)


@given(st.integers(1, 300), st.data())
def test_the_probability_is_that_of_summing_every_outcome(n: int, data: st.DataObject) -> None:
    chosen = data.draw(st.integers(0, n))
    as_uneven = (math.comb(n, i) for i in range(n + 1) if abs(2 * i - n) >= abs(2 * chosen - n))
    assert Tendency(chosen=chosen, n=n).p_value == pytest.approx(sum(as_uneven) / 2**n)


def test_a_million_votes_do_not_overflow() -> None:
    # z = (505000 - 500000) / 500 = 10, two-sided normal tail 1.5e-23
    assert Tendency(chosen=505_000, n=1_000_000).p_value == pytest.approx(1.5e-23, rel=0.1)


def test_without_a_choice_nothing_is_defined() -> None:
    nothing = Tendency(chosen=0, n=0)
    assert (nothing.share, nothing.p_value) == (None, None)
    assert not nothing.is_positional
    assert not nothing.is_lengthy


@pytest.mark.parametrize(
    ("chosen", "n", "raised"),
    [
        (99, 99, False),
        (70, 100, True),
        (540, 1000, False),
        (585, 1000, True),
        (420, 1000, False),
        (410, 1000, True),
    ],
    ids=["too few", "many", "within the margin", "beyond it", "on the edge", "right-handed"],
)
def test_position_needs_enough_votes_a_margin_and_little_chance(chosen: int, n: int, raised: bool) -> None:
    assert Tendency(chosen=chosen, n=n).is_positional is raised
