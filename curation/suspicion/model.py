"""The model of the stored labels, cross-fitted: what it says of a pair was learned from other prompts only.

Two detectors stand side by side. `text` reads hashed words, style and overlap with the prompt; `length` reads
nothing but the lengths, and is the bar that `text` has to clear. Both are symmetric: exchanging the answers
turns the sign of the logit, because every column is a difference and there is no intercept.
"""

import math
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from curation.suspicion import features, learning
from curation.suspicion.features import Seen

FOLDS = 10  # at most; each digit of a pair's number is its fold in one folding
FOLDINGS = 2  # at most; another folding leaves others out, and their mean wavers less
PLACES = FOLDS**FOLDINGS
_FEW = 1000
# Up to so many pairs: foldings, folds. Fewer pairs waver more, and more cost more; docs/decisions/0084.
_FOLDINGS = ((_FEW, FOLDINGS, FOLDS), (5000, 1, FOLDS), (math.inf, 1, 5))
# Of the style of an answer, of length 1 at most, beside its words, of length 1. Sets differ in what tells:
# few pairs are learned from with each, many with the middle one, for many say themselves what tells.
# Chosen as learning.STRENGTH was.
STYLE_WEIGHTS: tuple[float, ...] = (0.6, 1.0, 1.7)
_NEARNESS = 0.02  # of the Gaussian kernel, for style columns of spread 1
_FARTHEST = 3.0  # spreads that a style column may lie from its middle

Numbers = npt.NDArray[np.float64]


class Detector(StrEnum):
    """What looks at the labels."""

    TEXT = "text"
    LENGTH = "length"


class Scale(NamedTuple):
    """Middle and spread of each style column over all answers; shape (style columns,)."""

    middle: Numbers
    spread: Numbers

    @classmethod
    def of(cls, styles: Numbers) -> "Scale":
        """Of both answers alike, to the bit: exchanging them changes nothing."""
        middle = styles.sum(axis=1).mean(axis=0) / 2
        spread = np.sqrt(((styles - middle) ** 2).sum(axis=1).mean(axis=0) / 2)
        return cls(middle, np.maximum(spread, 1e-9))

    def standard(self, styles: Numbers) -> Numbers:
        """The columns with middle 0 and spread 1; the shape of `styles`."""
        clipped: Numbers = np.clip((styles - self.middle) / self.spread, -_FARTHEST, _FARTHEST)
        return clipped


class Fitted(NamedTuple):
    """Weights of one detector by folding and fold, learned without that fold.

    Attributes:
        style: (foldings, folds, columns) float64.
        words: (foldings, folds, features.BUCKETS) float32; the last is 0 where words are not read.
        slope: what a margin is multiplied with to give a logit, above 0.
    """

    scale: Scale
    style: Numbers
    words: npt.NDArray[np.float32]
    slope: float

    def margins(self, seen: Seen, folds: npt.NDArray[np.int64]) -> Numbers:
        """How clearly answer 1 is the better one, by the weights that have not seen the fold; shape (n,).

        The mean over the foldings.
        """
        found = np.zeros(len(folds))
        reads_words = bool(self.words.shape[2])
        columns = _columns(Detector.TEXT if reads_words else Detector.LENGTH, self.scale, seen.styles)
        for folding, fold in np.ndindex(*self.style.shape[:2]):
            rows = _digit(folds, folding, self.style.shape[1]) == fold
            if rows.any():
                # Not by `@`: its last bits would depend on what else is in the batch.
                found[rows] += (columns[rows] * self.style[folding, fold]).sum(axis=1)
                if reads_words:
                    found[rows] += seen.words[rows] @ self.words[folding, fold].astype(np.float64)
        return found / len(self.style)

    def suspicions(self, seen: Seen, folds: npt.NDArray[np.int64], first: npt.NDArray[np.bool_]) -> Numbers:
        """1 - p(stored label), in [0, 1]; 0.5 is undecided.

        Args:
            first: the stored label is answer 1; shape (n,).
        """
        logits = self.slope * self.margins(seen, folds)
        suspicions: Numbers = 1 / (1 + np.exp(np.clip(np.where(first, logits, -logits), -50, 50)))
        return suspicions

    def save(self, path: Path) -> None:
        np.savez(path, **self.scale._asdict(), style=self.style, words=self.words, slope=self.slope)

    @classmethod
    def load(cls, path: Path) -> "Fitted":
        with np.load(path) as kept:
            scale = Scale(kept["middle"], kept["spread"])
            return cls(scale, kept["style"], kept["words"], float(kept["slope"]))


def fit(detector: Detector, seen: Seen, folds: npt.NDArray[np.int64], first: npt.NDArray[np.bool_]) -> Fitted:
    """Learn the stored labels of each fold from the other folds; the same rows give the same weights.

    Args:
        folds: each pair's number, equal within a prompt cluster, in [0, PLACES); shape (n,).
        first: the stored label is answer 1; shape (n,).

    Source: cross-fitted confidence, Northcutt et al. (2021), Confident Learning.
    """
    scale = Scale.of(seen.styles)
    weights = _style_weights(detector, len(first))
    each = [_cross_fitted(detector, scale, seen, folds, first, weight) for weight in weights]
    said = [_slope(fitted.margins(seen, folds), first) for fitted in each]
    parts = _plausible([likelihood for _, likelihood in said]) * np.array([slope for slope, _ in said])
    mixed = Fitted(
        scale=scale,
        style=np.tensordot(parts, np.stack([fitted.style for fitted in each]), 1),
        words=np.tensordot(parts.astype(np.float32), np.stack([fitted.words for fitted in each]), 1),
        slope=1.0,
    )
    return mixed._replace(slope=_slope(mixed.margins(seen, folds), first)[0])


def right(margins: Numbers, first: npt.NDArray[np.bool_]) -> int:
    """Stored labels that a model tells from pairs it has not learned from; a margin of 0 tells nothing."""
    return int(((margins > 0) & first).sum() + ((margins < 0) & ~first).sum())


def _style_weights(detector: Detector, pairs: int) -> tuple[float, ...]:
    few = detector is Detector.TEXT and pairs <= _FEW
    return STYLE_WEIGHTS if few else STYLE_WEIGHTS[len(STYLE_WEIGHTS) // 2 :][:1]


def _plausible(likelihoods: list[float]) -> Numbers:
    """The share of each model in the mixture, from what each says of labels it has not learned; sums to 1.

    One choice for the whole set, and the only thing that a label has a hand in that it is judged by.

    Source: Yao, Vehtari, Simpson and Gelman (2018), Using Stacking to Average Bayesian Predictive
    Distributions, section 3.4 (pseudo-BMA weights).
    """
    relative = np.exp(np.array(likelihoods) - max(likelihoods))
    shares: Numbers = relative / relative.sum()
    return shares


def _cross_fitted(
    detector: Detector,
    scale: Scale,
    seen: Seen,
    folds: npt.NDArray[np.int64],
    first: npt.NDArray[np.bool_],
    weight: float,
) -> Fitted:
    """One model, its margins not yet logits."""
    columns = weight * _columns(detector, scale, seen.styles)
    # Only words that occur: a fit costs what its columns are, and small sets use few of the buckets.
    used = np.unique(seen.words.indices) if detector is Detector.TEXT else np.zeros(0, np.int32)
    shown = _joined(columns, seen.words[:, used]) if detector is Detector.TEXT else columns
    foldings, number = _foldings(len(first))
    by_pairs = detector is Detector.TEXT and len(first) <= _FEW
    learn = learning.by_pairs(shown) if by_pairs else learning.by_columns(shown)
    learned = np.zeros((foldings, number, shown.shape[1]))
    for folding, fold in np.ndindex(foldings, number):
        others = np.flatnonzero(_digit(folds, folding, number) != fold)
        learned[folding, fold] = learn(others, first[others])
    buckets = features.BUCKETS if detector is Detector.TEXT else 0
    words = np.zeros((foldings, number, buckets), dtype=np.float32)
    words[:, :, used] = learned[:, :, columns.shape[1] :]
    return Fitted(scale=scale, style=weight * learned[:, :, : columns.shape[1]], words=words, slope=1.0)


def _foldings(pairs: int) -> tuple[int, int]:
    """How often all are folded, and into how many folds."""
    return next((times, folds) for most, times, folds in _FOLDINGS if pairs <= most)


def _digit(folds: npt.NDArray[np.int64], folding: int, number: int) -> npt.NDArray[np.int64]:
    """The fold of each pair in one folding, in [0, number); number divides FOLDS."""
    digits: npt.NDArray[np.int64] = folds // FOLDS**folding % FOLDS % number
    return digits


def _columns(detector: Detector, scale: Scale, styles: Numbers) -> Numbers:
    """Answer 1 less answer 2: the style of each, curved, or its length; shape (n, columns)."""
    one, other = np.moveaxis(scale.standard(styles), 1, 0)
    if detector is Detector.LENGTH:
        length: Numbers = (one - other)[:, [features.LENGTH]]
        return length
    return _curved(one) - _curved(other)


def _curved(standard: Numbers) -> Numbers:
    """Columns whose inner products are nearly the Gaussian kernel of the style columns.

    So that a weight may say "long, but not too long", or "a list where the prompt is copied". Taylor's series
    up to the squares: a constant, the columns and their products, each row of length 1 at most.

    Args:
        standard: style columns of middle 0 and spread 1; shape (n, c).

    Returns:
        Shape (n, 1 + c + c (c + 1) / 2).

    Source: Cotter, Keshet and Srebro (2011), Explicit Approximations of the Gaussian Kernel, eq. 8.
    """
    left, right = np.triu_indices(standard.shape[1])
    products = standard[:, left] * standard[:, right] * np.where(left == right, 1.0, np.sqrt(2.0))
    near = 2 * _NEARNESS
    near_middle = np.exp(-_NEARNESS * (standard**2).sum(axis=1, keepdims=True))
    parts = (np.ones((len(standard), 1)), np.sqrt(near) * standard, near / np.sqrt(2.0) * products)
    curved: Numbers = near_middle * np.hstack(parts)
    return curved


def _joined(columns: Numbers, words: Any) -> Any:
    from scipy.sparse import csr_matrix, hstack

    return hstack([csr_matrix(columns), words], format="csr")


def _slope(margins: Numbers, first: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """What turns margins of unseen pairs into logits, above 0, and how likely the labels are then (log).

    Source: Platt (1999), Probabilistic Outputs for Support Vector Machines; without its intercept.
    """
    from scipy.optimize import minimize_scalar

    spread = float(np.sqrt((margins**2).mean()))
    if spread == 0:
        return 1.0, -len(first) * math.log(2)
    signed = np.where(first, margins, -margins) / spread

    def loss(slope: float) -> float:
        return float(np.logaddexp(0, -slope * signed).sum() + slope**2 / 2)

    found = minimize_scalar(loss, bounds=(1e-3, 50), method="bounded")
    return float(found.x) / spread, -float(np.logaddexp(0, -found.x * signed).sum())
