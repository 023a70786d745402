"""Features and the cross-fitted model, without a database."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.suspicion import features, measures, model
from curation.suspicion.features import Difference
from curation.suspicion.model import Detector

TEXT = st.text(alphabet=st.sampled_from(" \n.!?*aB1é你好`"), max_size=30)


def taught(number: int = 120, wrong: float = 0.2) -> tuple[Difference, np.ndarray, np.ndarray, np.ndarray]:
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
    return features.difference(made), np.arange(number) % model.FOLDS, np.array(first), np.array(turned)


@settings(deadline=None)  # the first example loads the classifier
@given(TEXT, TEXT, TEXT)
def test_exchanging_the_answers_turns_every_sign(prompt: str, one: str, other: str) -> None:
    there, back = features.difference([(prompt, one, other)]), features.difference([(prompt, other, one)])
    assert there.style == pytest.approx(-back.style)
    assert abs(there.words + back.words).sum() == pytest.approx(0)


def test_edges_that_a_release_trims_tell_nothing() -> None:
    seen = features.difference([("Why?", "Because of it.", "  Because of it.\n")])
    assert not seen.style.any()
    assert not abs(seen.words).sum()


def test_signs_of_chinese_are_words() -> None:
    seen = features.difference([("问", "你好", "你们")])
    # “你” is in both and cancels; “好”, “们” and the two couples are left.
    assert seen.words.count_nonzero() == 4


@pytest.mark.parametrize("detector", list(Detector))
def test_labels_of_a_fold_never_change_what_is_said_of_it(detector: Detector) -> None:
    seen, folds, first, _ = taught()
    other = np.where(folds == 2, ~first, first)
    margins = [model.fit(detector, seen, folds, labels).margins(seen, folds) for labels in (first, other)]
    assert (margins[0][folds == 2] == margins[1][folds == 2]).all()
    assert detector is Detector.LENGTH or (margins[0][folds != 2] != margins[1][folds != 2]).any()


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


def test_one_prompt_leaves_nothing_to_learn_from_and_all_undecided() -> None:
    seen, folds, first, _ = taught(20)
    fitted = model.fit(Detector.TEXT, seen, np.zeros_like(folds), first)
    assert (fitted.suspicions(seen, np.zeros_like(folds), first) == 0.5).all()
