"""Agreement against textbook values, and what must hold for any votes."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.quality import coefficients
from curation.quality.coefficients import Patterns, Scale

# Fleiss (1971), table 1 in the form every textbook reprints: 10 subjects, 14 raters, 5 categories.
FLEISS = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
]
# Krippendorff (2011), section C: 12 units, 4 observers, 5 values, missing data.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]

counts = st.lists(
    st.lists(st.integers(0, 5), min_size=4, max_size=4).filter(lambda row: sum(row) > 0), max_size=12
)


def patterns(rows: list[list[int]], pairs: list[int] | None = None, labels: int = 4) -> Patterns:
    table = np.array(rows, dtype=np.int64).reshape(-1, len(rows[0]) if rows else labels)
    times = np.ones(len(table), dtype=np.int64) if pairs is None else np.array(pairs, dtype=np.int64)
    return Patterns(counts=table, pairs=times)


def krippendorff_example() -> Patterns:
    units = list(zip(*OBSERVERS, strict=True))
    return patterns([[unit.count(value) for value in range(1, 6)] for unit in units])


def test_fleiss_kappa_of_the_textbook_table() -> None:
    # P = (1.000 + .253 + .308 + .440 + .330 + .462 + .242 + .176 + .286 + .286) / 10 = 0.378
    # p = (20, 28, 39, 21, 32) / 140, Σ p² = 0.213, kappa = (0.378 - 0.213) / (1 - 0.213) = 0.210
    assert coefficients.raw_agreement(patterns(FLEISS)) == pytest.approx(0.378, abs=5e-4)
    assert coefficients.fleiss_kappa(patterns(FLEISS)) == pytest.approx(0.210, abs=5e-4)


def test_nominal_alpha_of_krippendorffs_example_with_missing_data() -> None:
    # 40 pairable values n = (9, 13, 10, 5, 3), 32 of them in matching pairs after weighting by 1/(m - 1):
    # D_o = 8/40 = 0.200; D_e = (40² - 81 - 169 - 100 - 25 - 9) / (40 · 39) = 1216/1560 = 0.779; 1 - .2/.779
    assert coefficients.krippendorff_alpha(krippendorff_example()) == pytest.approx(0.743, abs=5e-4)


def test_ordinal_alpha_of_krippendorffs_example_with_missing_data() -> None:
    # Published in the same paper, section D: 0.815
    alpha = coefficients.krippendorff_alpha(krippendorff_example(), Scale.ORDINAL)
    assert alpha == pytest.approx(0.815, abs=5e-4)


def test_cohen_kappa_of_a_textbook_table() -> None:
    # 20 both first, 5 + 10 split, 15 both second: p_o = 0.7, p_e = 0.5, kappa = 0.4
    assert coefficients.cohen_kappa(np.array([[20, 5], [10, 15]])) == pytest.approx(0.4)


def test_ac1_stays_high_where_kappa_collapses() -> None:
    # 118 both first, 5 + 2 split, 0 both second: p_o = 118/125 = 0.944; share of the second label
    # 7/250 = 0.028, p_e = 2 · 0.028 · 0.972 = 0.0544; AC1 = (0.944 - 0.0544) / 0.9456 = 0.9408
    shares = patterns([[2, 0], [1, 1]], [118, 7])
    assert coefficients.gwet_ac1(shares) == pytest.approx(0.9408, abs=5e-5)
    assert (coefficients.fleiss_kappa(shares) or 0) < 0


@pytest.mark.parametrize(
    ("agreement", "error"),
    [(1.0, 0.0), (0.82, 0.1), (0.68, 0.2), (0.5, 0.5)],  # a = (1 - e)² + e²
    ids=["perfect", "one in ten", "one in five", "coin tosses"],
)
def test_the_implied_error_solves_its_equation(agreement: float, error: float) -> None:
    assert coefficients.implied_error(agreement) == pytest.approx(error)


@pytest.mark.parametrize(
    ("agreement", "sentence"),
    [
        (None, "Not yet: no two people"),
        (0.4, "less often than coin tosses"),
        (1.0, "Fewer than 1 in 1,000 labels"),
        (0.82, "About 1 in 10 labels is probably wrong (10.0%)."),
    ],
    ids=["nothing", "below chance", "perfect", "usual"],
)
def test_the_implied_error_is_said_in_words(agreement: float | None, sentence: str) -> None:
    assert sentence in coefficients.error_in_words(agreement)


@pytest.mark.parametrize(
    "rows",
    [[], [[1, 0, 0, 0]], [[1, 0, 0, 0], [0, 1, 0, 0]]],
    ids=["no pairs", "one vote", "two pairs of one vote"],
)
def test_without_two_votes_on_a_pair_every_figure_is_none(rows: list[list[int]]) -> None:
    some = patterns(rows)
    assert coefficients.raw_agreement(some) is None
    assert coefficients.fleiss_kappa(some) is None
    assert coefficients.gwet_ac1(some) is None
    assert coefficients.krippendorff_alpha(some) is None
    assert coefficients.krippendorff_alpha(some, Scale.ORDINAL) is None
    assert coefficients.alpha_interval(some) is None


def test_figures_corrected_for_chance_are_undefined_where_only_one_label_occurs() -> None:
    same = patterns([[3, 0, 0, 0], [2, 0, 0, 0]])
    assert coefficients.raw_agreement(same) == 1
    assert coefficients.fleiss_kappa(same) is None
    assert coefficients.gwet_ac1(same) is None
    assert coefficients.krippendorff_alpha(same) is None
    assert coefficients.alpha_interval(same) is None


@pytest.mark.parametrize("table", [[[0, 0], [0, 0]], [[7, 0], [0, 0]]], ids=["no pairs", "constant"])
def test_undefined_kappa_is_none_not_a_number(table: list[list[int]]) -> None:
    assert coefficients.cohen_kappa(np.array(table)) is None


@given(st.lists(st.integers(0, 50), min_size=16, max_size=16))
def test_kappa_does_not_care_who_is_left_and_stays_in_bounds(cells: list[int]) -> None:
    table = np.array(cells).reshape(4, 4)
    kappa = coefficients.cohen_kappa(table)
    assert kappa == coefficients.cohen_kappa(table.T)
    assert kappa is None or -1 <= kappa <= 1


@given(counts, st.randoms(use_true_random=False))
def test_the_order_of_pairs_does_not_matter(rows: list[list[int]], chance: object) -> None:
    shuffled = sorted(rows, key=lambda _: chance.random())  # type: ignore[attr-defined]
    assert everything(patterns(rows)) == pytest.approx(everything(patterns(shuffled)), nan_ok=True)


@given(counts)
def test_counting_a_pattern_twice_equals_listing_it_twice(rows: list[list[int]]) -> None:
    counted = patterns(rows, [2] * len(rows))
    assert everything(counted) == pytest.approx(everything(patterns(rows + rows)), nan_ok=True)


@given(counts)
def test_nominal_figures_do_not_care_about_the_names_of_labels(rows: list[list[int]]) -> None:
    renamed = [row[::-1] for row in rows]
    assert everything(patterns(rows)) == pytest.approx(everything(patterns(renamed)), nan_ok=True)


@given(counts)
def test_figures_stay_in_their_bounds(rows: list[list[int]]) -> None:
    raw, fleiss, ac1, alpha, ordinal = everything(patterns(rows))
    assert math.isnan(raw) or 0 <= raw <= 1
    assert all(math.isnan(each) or -1.0001 <= each <= 1 for each in (fleiss, ac1))
    assert all(math.isnan(each) or each <= 1 + 1e-12 for each in (alpha, ordinal))


@given(counts, st.integers(0, 3))
def test_the_interval_is_the_same_for_the_same_seed_and_inside_one(rows: list[list[int]], seed: int) -> None:
    interval = coefficients.alpha_interval(patterns(rows), seed=seed, draws=100)
    assert interval == coefficients.alpha_interval(patterns(rows), seed=seed, draws=100)
    assert interval is None or interval[0] <= interval[1] <= 1 + 1e-12


def test_a_bootstrap_over_patterns_equals_one_over_pairs() -> None:
    # 300 pairs drawn one by one give the same percentiles to within their own noise.
    rng = np.random.default_rng(3)
    rows = [[2, 0, 0, 0]] * 120 + [[0, 2, 0, 0]] * 110 + [[1, 1, 0, 0]] * 70
    table = np.array(rows)
    alphas = [
        coefficients.krippendorff_alpha(patterns(table[rng.integers(0, 300, 300)].tolist()))
        for _ in range(1000)
    ]
    low, high = np.quantile([each for each in alphas if each is not None], [0.025, 0.975])
    grouped = patterns([[2, 0, 0, 0], [0, 2, 0, 0], [1, 1, 0, 0]], [120, 110, 70])
    assert coefficients.alpha_interval(grouped) == pytest.approx((low, high), abs=0.015)


def test_people_who_toss_coins_have_an_alpha_of_about_zero() -> None:
    # 4,000 pairs of coin tosses: standard error of alpha about 1/√4000 = 0.016, four of them 0.063
    tosses = np.random.default_rng(5).integers(0, 2, (4000, 2)).sum(axis=1)
    rows = [[int(number), 2 - int(number), 0, 0] for number in tosses]
    assert coefficients.krippendorff_alpha(patterns(rows)) == pytest.approx(0, abs=0.063)


def everything(some: Patterns) -> list[float]:
    found = [
        coefficients.raw_agreement(some),
        coefficients.fleiss_kappa(some),
        coefficients.gwet_ac1(some),
        coefficients.krippendorff_alpha(some),
        coefficients.krippendorff_alpha(some, Scale.ORDINAL),
    ]
    return [math.nan if each is None else each for each in found]
