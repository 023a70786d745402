"""Arithmetic on held-out pairs."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.comparison import winning
from training import evaluation
from training.evaluation import Likelihoods


def scored(chosen: float, rejected: float, chosen_tokens: int = 4, rejected_tokens: int = 4) -> Likelihoods:
    return Likelihoods(
        chosen=chosen, rejected=rejected, chosen_tokens=chosen_tokens, rejected_tokens=rejected_tokens
    )


def test_a_textbook_example_of_accuracy_margin_and_loss() -> None:
    # beta 0.5; log-ratios: pair 1 (+2) − (−2) = 4 → margin 2; pair 2 (−1) − (+1) = −2 → margin −1
    reference = [scored(-10, -10), scored(-10, -10)]
    now = evaluation.after(evaluation.margins([scored(-8, -12), scored(-11, -9)], reference, 0.5))
    assert (now.accuracy, now.margin) == (0.5, 0.5)
    assert now.loss == pytest.approx((math.log1p(math.exp(-2)) + math.log1p(math.exp(1))) / 2)


def test_before_training_there_is_no_accuracy_and_the_loss_is_ln_2() -> None:
    standing = evaluation.before(8)
    assert (standing.accuracy, standing.margin, standing.loss) == (None, 0.0, math.log(2))


def test_without_pairs_nothing_is_defined() -> None:
    now = evaluation.after([])
    assert (now.accuracy, now.interval, now.margin, now.loss) == (None, None, None, None)
    assert evaluation.length_baseline([(1, 2)], []) is None
    assert evaluation.likelihood_baseline([]) is None
    assert "no held-out pairs" in evaluation.sentence(now, 0)


def test_wilson_interval_of_a_published_example() -> None:
    # Newcombe (1998), table I: 15 of 148 gives 0.0624 to 0.1605
    low, high = winning.wilson(15, 148)
    assert (round(low, 4), round(high, 4)) == (0.0624, 0.1605)


@given(n=st.integers(1, 500), share=st.floats(0, 1))
def test_the_interval_holds_the_share_and_stays_in_0_to_1(n: int, share: float) -> None:
    right = round(share * n)
    low, high = winning.wilson(right, n)
    assert 0 <= low <= right / n + 1e-12
    assert right / n - 1e-12 <= high <= 1


def test_the_length_baseline_learns_its_direction_from_training_pairs() -> None:
    test = [(2, 9), (3, 8), (7, 7), (9, 2)]  # shorter wins twice, once equal, once longer
    assert evaluation.length_baseline([(2, 9), (3, 9)], test) == (1 + 1 + 0.5 + 0) / 4
    assert evaluation.length_baseline([(9, 2)], test) == (0 + 0 + 0.5 + 1) / 4


def test_the_likelihood_baseline_counts_per_token() -> None:
    # −8 over 8 tokens is likelier per token than −6 over 4
    assert evaluation.likelihood_baseline([scored(-8, -6, 8, 4)]) == 1.0


def test_the_sentence_says_how_little_few_pairs_say() -> None:
    now = evaluation.after([0.4] * 8)
    assert evaluation.sentence(now, 8) == (
        "Held-out reward accuracy 1.00 on 8 pairs (95 % interval 0.68 to 1.00), margin 0.400."
    )
