"""Orders of suspicion against known wrong labels."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.suspicion import measures

PAIRS = st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=1, max_size=40)


def columns(pairs: Sequence[tuple[float, bool]]) -> tuple[measures.Numbers, measures.Marks]:
    return np.array([float(one) for one, _ in pairs]), np.array([wrong for _, wrong in pairs])


def test_textbook_auroc_counts_ties_half() -> None:
    # wrong: 0.9, 0.5; right: 0.5, 0.1. Won 0.9>0.5, 0.9>0.1, 0.5>0.1, tied 0.5=0.5: 3.5 of 4.
    suspicion, wrong = columns([(0.9, True), (0.5, True), (0.5, False), (0.1, False)])
    assert measures.auroc(suspicion, wrong) == pytest.approx(0.875)


@given(PAIRS)
def test_auroc_equals_counting_every_couple(pairs: list[tuple[int, bool]]) -> None:
    bad = [one for one, wrong in pairs if wrong]
    good = [one for one, wrong in pairs if not wrong]
    counted = [(one > other) + (one == other) / 2 for one in bad for other in good]
    found = measures.auroc(*columns(pairs))
    assert found == (pytest.approx(sum(counted) / len(counted)) if counted else None)


def test_recall_and_precision_of_a_known_order() -> None:
    suspicion, wrong = columns([(9, True), (8, False), (7, True), (6, False), (5, False)])
    assert measures.recall_at(suspicion, wrong, 0.2) == pytest.approx(0.5)
    assert measures.recall_at(suspicion, wrong, 0.6) == pytest.approx(1.0)
    assert measures.precision_at(suspicion, wrong, 2) == pytest.approx(0.5)


@given(PAIRS)
def test_equal_suspicion_finds_what_random_order_finds(pairs: list[tuple[int, bool]]) -> None:
    _, wrong = columns(pairs)
    shares = np.linspace(0, 1, 5)
    found = measures.found_along(np.ones(len(wrong)), wrong, shares)
    assert found == pytest.approx(shares if wrong.any() else np.zeros(5))


@given(PAIRS)
def test_more_review_never_finds_less_and_all_of_it_finds_all(pairs: list[tuple[int, bool]]) -> None:
    suspicion, wrong = columns(pairs)
    found = measures.found_along(suspicion, wrong, np.linspace(0, 1, 11))
    assert (np.diff(found) >= -1e-9).all()
    assert found[-1] == pytest.approx(1.0 if wrong.any() else 0.0)


def test_what_is_undefined_is_none() -> None:
    suspicion, wrong = columns([(1, False), (2, False)])
    assert measures.auroc(suspicion, wrong) is None
    assert measures.recall_at(suspicion, wrong, 0.5) is None
    assert measures.precision_at(suspicion, wrong, 3) is None
