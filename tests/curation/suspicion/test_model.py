"""Features and the cross-fitted model, without a database."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.suspicion import features, learning, measures, model
from curation.suspicion.features import Seen
from curation.suspicion.model import Detector

TEXT = st.text(alphabet=st.sampled_from(" \n.!?*aB1é你好`"), max_size=30)


def taught(number: int = 120, wrong: float = 0.2) -> tuple[Seen, np.ndarray, np.ndarray, np.ndarray]:
    """Pairs whose better answer says “clear”, with some labels turned: (seen, folds, first, turned)."""
    chance = random.Random(7)
    made, first, turned = [], [], []
    for place in range(number):
        words = [" ".join(chance.choices(["sun", "sea", "hill", "road", "tree"], k=8)) for _ in range(2)]
        better_first, flipped = chance.random() < 0.5, chance.random() < wrong
        words[0 if better_first else 1] += " clear"
        made.append((f"Question {place}?", words[0], words[1]))
        first.append(better_first != flipped)
        turned.append(flipped)
    return features.seen(made), np.arange(number) % 40, np.array(first), np.array(turned)


@settings(deadline=None)  # the first example loads the classifier
@given(TEXT, TEXT, TEXT)
def test_exchanging_the_answers_turns_every_sign(prompt: str, one: str, other: str) -> None:
    there, back = features.seen([(prompt, one, other)]), features.seen([(prompt, other, one)])
    assert (there.styles == back.styles[:, ::-1]).all()
    assert abs(there.words + back.words).sum() == pytest.approx(0)


def test_edges_that_a_release_trims_tell_nothing() -> None:
    seen = features.seen([("Why?", "Because of it.", "  Because of it.\n")])
    assert (seen.styles[:, 0] == seen.styles[:, 1]).all()
    assert not abs(seen.words).sum()


def test_signs_of_chinese_are_words() -> None:
    seen = features.seen([("问", "你好", "你们")])
    # “你” is in both and cancels; “好”, “们” and the two couples are left.
    assert seen.words.count_nonzero() == 4


def test_curved_styles_multiply_to_nearly_the_gaussian_kernel() -> None:
    # k(x, y) = exp(-0.02 |x - y|^2); the series ends at the squares, which is least for an answer itself.
    columns = np.random.default_rng(0).normal(size=(20, 18))
    distances = ((columns[:, None] - columns[None]) ** 2).sum(axis=2)
    curved = model._curved(columns)
    wrong = np.abs(curved @ curved.T - np.exp(-0.02 * distances))
    assert wrong[~np.eye(20, dtype=bool)].max() < 0.03
    assert (curved**2).sum(axis=1).max() <= 1


@pytest.mark.parametrize("weight", model.STYLE_WEIGHTS)
@pytest.mark.parametrize("detector", list(Detector))
def test_labels_of_a_prompt_never_change_what_a_model_says_of_it(detector: Detector, weight: float) -> None:
    seen, folds, first, _ = taught()
    scale = model.Scale.of(seen.styles)
    other = np.where(folds == 23, ~first, first)
    margins = [
        model._cross_fitted(detector, scale, seen, folds, labels, weight).margins(seen, folds)
        for labels in (first, other)
    ]
    assert (margins[0][folds == 23] == margins[1][folds == 23]).all()
    assert detector is Detector.LENGTH or (margins[0][folds != 23] != margins[1][folds != 23]).any()


def test_turned_labels_are_the_suspected_ones() -> None:
    seen, folds, first, turned = taught()
    suspicion = model.fit(Detector.TEXT, seen, folds, first).suspicions(seen, folds, first)
    assert (measures.auroc(suspicion, turned) or 0) > 0.95


def test_suspicion_of_the_other_label_is_the_rest() -> None:
    seen, folds, first, _ = taught()
    fitted = model.fit(Detector.TEXT, seen, folds, first)
    assert fitted.suspicions(seen, folds, first) + fitted.suspicions(seen, folds, ~first) == pytest.approx(1)


def test_fitting_twice_gives_the_same_weights_to_the_bit() -> None:
    seen, folds, first, _ = taught()
    one, two = (model.fit(Detector.TEXT, seen, folds, first) for _ in range(2))
    assert (one.style == two.style).all()
    assert (one.words == two.words).all()
    assert one.slope == two.slope


def test_learning_by_pairs_and_by_columns_gives_the_same_weights() -> None:
    seen, _, first, _ = taught()
    rows, shown = np.arange(100), seen.words[:, np.unique(seen.words.indices)]
    one, two = (learn(shown)(rows, first[rows]) for learn in (learning.by_pairs, learning.by_columns))
    assert one == pytest.approx(two, abs=0.01 * np.abs(two).max())


def test_a_mixture_leans_on_the_model_that_tells_unseen_labels_best() -> None:
    # exp(-1), exp(0) and exp(-30), of their sum
    assert model._plausible([-11.0, -10.0, -40.0]) == pytest.approx([0.2689, 0.7311, 0], abs=1e-4)


def test_one_prompt_leaves_nothing_to_learn_from_and_all_undecided() -> None:
    seen, folds, first, _ = taught(20)
    fitted = model.fit(Detector.TEXT, seen, np.zeros_like(folds), first)
    assert (fitted.suspicions(seen, np.zeros_like(folds), first) == 0.5).all()
