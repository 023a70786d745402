"""Telling chosen from rejected by how they are written: what a label says when it only says who wrote it.

Pure: no database. V13 reads it out of fold over a whole set, an evaluation from the training split on the
held-out one, where it is a baseline that a tuned model has to beat.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from curation.validation import texts

SAMPLE = 1000  # rows: a share of 0.95 is then within 0.014
_EDGE = 300  # characters of the beginning and of the end that are looked at
# 2^14 and 2^17 find no more on Orca (91 of 100 pairs each) and take forty times as long.
FEATURES = 2**12


def told_apart(difference: Any, folds: npt.NDArray[np.int64]) -> int:
    """How many pairs a classifier puts the right way round that was trained on the other folds.

    Logistic regression without intercept, each pair read both ways, so that no side is the usual one.

    Args:
        difference: of the chosen answers and the rejected ones, see below; (n, FEATURES), sparse.
        folds: the fold of each pair, equal for pairs that share a prompt; length n.

    Returns:
        A number in [0, n]; pairs of a fold that leaves nothing to train on count as wrong.
    """
    right = 0
    for fold in np.unique(folds):
        train = difference[folds != fold]
        if train.shape[0]:
            right += int((_fitted(train).decision_function(difference[folds == fold]) > 0).sum())
    return right


def accuracy(train: Sequence[tuple[str, str]], test: Sequence[tuple[str, str]]) -> float | None:
    """Share of held-out pairs that the classifier puts the right way round, learned from other pairs.

    Args:
        train, test: (chosen, rejected) of each pair, of different prompts. Only the first SAMPLE train.

    Returns:
        In [0, 1]; None without pairs on either side.
    """
    if not train or not test:
        return None
    learned = _fitted(difference(*map(list, zip(*train[:SAMPLE], strict=True))))
    found = learned.decision_function(difference(*map(list, zip(*test, strict=True))))
    return float((found > 0).mean())


def difference(answers: list[str], others: list[str]) -> Any:
    """How each answer is written, less how the other is: hashed character 1-4-grams of the trimmed texts.

    Returns:
        (len(answers), FEATURES), a sparse matrix; with the two exchanged, the negative.
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    hashing = HashingVectorizer(
        analyzer="char", ngram_range=(1, 4), n_features=FEATURES, alternate_sign=False, norm="l2"
    )
    return hashing.transform(map(_edges, answers)) - hashing.transform(map(_edges, others))


def _fitted(difference: Any) -> Any:
    """Logistic regression without intercept, each pair read both ways."""
    # Loaded here: it takes a second or more, and most processes never ask.
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=10.0, fit_intercept=False, solver="liblinear", random_state=0)
    return model.fit(_both_ways(difference), np.repeat([1, 0], difference.shape[0]))


def _edges(answer: str) -> str:
    bare = texts.trimmed(answer)
    return bare if len(bare) <= 2 * _EDGE else bare[:_EDGE] + "\n" + bare[-_EDGE:]


def _both_ways(difference: Any) -> Any:
    """A sparse matrix over its negative."""
    from scipy.sparse import vstack

    return vstack([difference, -difference])
