"""The model of the stored labels, cross-fitted: what it says of a pair was learned from other prompts only.

Two detectors stand side by side. `text` reads hashed words, style and overlap with the prompt; `length` reads
nothing but the lengths, and is the bar that `text` has to clear. Both are symmetric: exchanging the answers
turns the sign of the logit, because every column is a difference and there is no intercept.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from curation.suspicion import features
from curation.suspicion.features import Difference

FOLDS = 5
# Chosen on planted flips in five public sets; what they are worth on a set left out:
# `python -m benchmarks.suspicion --tune`.
STRENGTH = 0.25  # of the loss against the penalty, C of scikit-learn
STYLE_WEIGHT = 0.15  # of a style column of root mean square 1, beside answers of length 1 in words
_FARTHEST = 3.0  # root mean squares that a style column may reach

Numbers = npt.NDArray[np.float64]


class Detector(StrEnum):
    """What looks at the labels."""

    TEXT = "text"
    LENGTH = "length"


class Fitted(NamedTuple):
    """Weights of one detector by fold, learned without that fold.

    Attributes:
        scale: root mean square of each style column; shape (style columns,).
        style: (FOLDS, style columns) float64.
        words: (FOLDS, features.BUCKETS) float32; (FOLDS, 0) where words are not read.
        slope: what a margin is multiplied with to give a logit, above 0.
    """

    scale: Numbers
    style: Numbers
    words: npt.NDArray[np.float32]
    slope: float

    def margins(self, seen: Difference, folds: npt.NDArray[np.int64]) -> Numbers:
        """How clearly answer 1 is the better one, by the weights that have not seen the fold; shape (n,)."""
        found = np.zeros(len(folds))
        style = _scaled(seen.style, self.scale)
        for fold in range(FOLDS):
            rows = folds == fold
            if rows.any():
                found[rows] = style[rows] @ self.style[fold]
                if self.words.shape[1]:
                    found[rows] += seen.words[rows] @ self.words[fold].astype(np.float64)
        return found

    def suspicions(
        self, seen: Difference, folds: npt.NDArray[np.int64], first: npt.NDArray[np.bool_]
    ) -> Numbers:
        """1 - p(stored label), in [0, 1]; 0.5 is undecided.

        Args:
            first: the stored label is answer 1; shape (n,).
        """
        logits = self.slope * self.margins(seen, folds)
        suspicions: Numbers = 1 / (1 + np.exp(np.clip(np.where(first, logits, -logits), -50, 50)))
        return suspicions

    def save(self, path: Path) -> None:
        np.savez(path, scale=self.scale, style=self.style, words=self.words, slope=self.slope)

    @classmethod
    def load(cls, path: Path) -> "Fitted":
        with np.load(path) as kept:
            return cls(kept["scale"], kept["style"], kept["words"], float(kept["slope"]))


def fit(
    detector: Detector, seen: Difference, folds: npt.NDArray[np.int64], first: npt.NDArray[np.bool_]
) -> Fitted:
    """Learn the stored labels of each fold from the other folds; the same rows give the same weights.

    Args:
        folds: each pair's, equal within a prompt cluster, in [0, FOLDS); shape (n,).
        first: the stored label is answer 1; shape (n,).

    Source: cross-fitted confidence, Northcutt et al. (2021), Confident Learning.
    """
    scale = np.maximum(np.sqrt((seen.style**2).mean(axis=0)), 1e-9)
    style = _scaled(seen.style, scale)
    columns = style if detector is Detector.TEXT else style[:, [features.LENGTH]]
    # Only words that occur: a fit costs what its columns are, and small sets use few of the buckets.
    used = np.unique(seen.words.indices)
    shown = _joined(columns, seen.words[:, used]) if detector is Detector.TEXT else columns
    learned = [_learned(shown[folds != fold], first[folds != fold]) for fold in range(FOLDS)]
    wide = np.zeros((FOLDS, style.shape[1]))
    for fold, weights in enumerate(learned):
        wide[fold, slice(None) if detector is Detector.TEXT else [features.LENGTH]] = weights[
            : columns.shape[1]
        ]
    words = np.zeros((FOLDS, features.BUCKETS if detector is Detector.TEXT else 0), dtype=np.float32)
    if detector is Detector.TEXT:
        words[:, used] = [weights[columns.shape[1] :] for weights in learned]
    raw = Fitted(scale=scale, style=wide, words=words, slope=1.0)
    return raw._replace(slope=_slope(raw.margins(seen, folds), first))


def right(margins: Numbers, first: npt.NDArray[np.bool_]) -> int:
    """Stored labels that a model tells from pairs it has not learned from; a margin of 0 tells nothing."""
    return int(((margins > 0) & first).sum() + ((margins < 0) & ~first).sum())


def _scaled(style: Numbers, scale: Numbers) -> Numbers:
    return STYLE_WEIGHT * np.clip(style / scale, -_FARTHEST, _FARTHEST)


def _joined(style: Numbers, words: Any) -> Any:
    from scipy.sparse import csr_matrix, hstack

    return hstack([csr_matrix(style), words], format="csr")


def _learned(shown: Any, first: npt.NDArray[np.bool_]) -> Numbers:
    """Weights of the columns; zeros where there is nothing to learn from."""
    from sklearn.linear_model import LogisticRegression

    if shown.shape[0] < 2:
        return np.zeros(shown.shape[1])
    # Turned so that every second winner comes first: both classes occur, and the loss is the same.
    winner_first = np.arange(shown.shape[0]) % 2 == 0
    turned = np.where(first == winner_first, 1.0, -1.0)
    model = LogisticRegression(C=2 * STRENGTH, fit_intercept=False, solver="liblinear", random_state=0)
    model.fit(_times(turned, shown), winner_first)
    weights: Numbers = model.coef_[0]
    return weights


def _times(signs: Numbers, shown: Any) -> Any:
    from scipy.sparse import diags, issparse

    return diags(signs) @ shown if issparse(shown) else signs[:, None] * shown


def _slope(margins: Numbers, first: npt.NDArray[np.bool_]) -> float:
    """What turns margins of unseen pairs into logits (Platt 1999, without its intercept); above 0."""
    from sklearn.linear_model import LogisticRegression

    spread = float(np.sqrt((margins**2).mean()))
    if spread == 0:
        return 1.0
    signed = np.where(first, margins, -margins) / spread
    winner_first = np.arange(len(signed)) % 2 == 0
    model = LogisticRegression(fit_intercept=False, solver="liblinear", random_state=0)
    model.fit(np.where(winner_first, signed, -signed)[:, None], winner_first)
    return max(float(model.coef_[0, 0]), 1e-3) / spread
