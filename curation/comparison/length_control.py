"""The win rate as it would be if both models wrote answers of one length."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from curation.comparison import winning
from curation.comparison.winning import Judged, Numbers

FROM = 20  # judged pairs; below, two parameters say more about chance than about length (choice)
_RESAMPLES = 500  # each one is a fit
_STEPS = 50
_PRIOR = 1 / 2.5**2  # of the slope: normal with scale 2.5 (Gelman et al. 2008) keeps separated data finite


@dataclass(frozen=True, slots=True, kw_only=True)
class Controlled:
    """The win rate at equal length, in [0, 1], with a 95 % interval by prompt.

    Attributes:
        slope: log-odds for an answer that is much longer; above 0, judges here prefer length.
    """

    rate: float
    low: float
    high: float
    slope: float


def controlled(judged: Sequence[Judged], *, seed: int = 0) -> Controlled | None:
    """Logistic regression of the outcome on tanh of the standardised length difference, read at zero.

    Returns:
        None below FROM judged pairs, or where all answers are equally long.

    Source: Dubois et al. (2024), Length-Controlled AlpacaEval, arXiv 2404.04475, eq. 2 without the terms
    for instruction difficulty, which need many models.
    """
    longer = np.array([one.longer for one in judged], dtype=np.float64)
    if len(judged) < FROM or not longer.std():
        return None
    lean = np.tanh(longer / longer.std())
    scores = np.array([one.score for one in judged])
    level, slope = _fit(lean, scores)
    low, high = winning.percentiles(_resampled(judged, lean, scores, seed))
    return Controlled(rate=_sigmoid(level), low=low, high=high, slope=slope)


def _resampled(judged: Sequence[Judged], lean: Numbers, scores: Numbers, seed: int) -> Numbers:
    groups: dict[str, list[int]] = {}
    for index, one in enumerate(judged):
        groups.setdefault(one.prompt, []).append(index)
    rows = [np.array(group) for group in groups.values()]
    generator = np.random.default_rng(seed)
    rates = np.empty(_RESAMPLES)
    for index in range(_RESAMPLES):
        drawn = np.concatenate([rows[i] for i in generator.integers(0, len(rows), len(rows))])
        rates[index] = _sigmoid(_fit(lean[drawn], scores[drawn])[0])
    return rates


def _fit(lean: Numbers, scores: Numbers) -> tuple[float, float]:
    """(level, slope) by Newton's method; a tie counts as half a win. Both carry the weak prior."""
    design = np.stack([np.ones_like(lean), lean], axis=1)  # (n, 2)
    weights = np.zeros(2)
    penalty = np.eye(2) * _PRIOR
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-design @ weights))
        gradient = design.T @ (scores - chance) - penalty @ weights
        curvature = (design * (chance * (1 - chance))[:, None]).T @ design + penalty
        step = np.linalg.solve(curvature, gradient)
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    return float(weights[0]), float(weights[1])


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))
