"""Weights of a symmetric logistic regression without intercept, learned from some rows of a matrix at a time.

Each row is what tells answer 1 from answer 2; both ways find the same weights, and differ in what they cost.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

# Of the loss against the penalty, C of scikit-learn. Chosen on planted flips in five public sets; what it is
# worth on a set left out: `python -m benchmarks.suspicion --tune`.
STRENGTH = 0.25
_STEPS, _CLOSE = 200, 1e-5  # of Newton's method, which takes about ten; liblinear takes about fifteen

Numbers = npt.NDArray[np.float64]
Learning = Callable[[npt.NDArray[np.int64], npt.NDArray[np.bool_]], Numbers]  # rows, labels → weights


def by_pairs(shown: Any) -> Learning:
    """Learns by the products of pairs: for few pairs many times faster than by columns, and exact."""
    gram: Numbers = (shown @ shown.T).toarray()

    def learned(rows: npt.NDArray[np.int64], first: npt.NDArray[np.bool_]) -> Numbers:
        if not len(rows):
            return np.zeros(shown.shape[1])
        shares = _shares(gram[np.ix_(rows, rows)], np.where(first, 1.0, -1.0))
        weights: Numbers = shown[rows].T @ shares
        return weights

    return learned


def _shares(gram: Numbers, signs: Numbers) -> Numbers:
    """How much of each pair is in the weights; shape (n,).

    Newton's method in the dual of logistic regression with the penalty |w|^2 / 2, with the largest curvature
    that the loss can have, 1/4, at each step: one factorisation serves them all.

    Args:
        gram: inner products of the pairs; shape (n, n).
        signs: 1 where the stored label is answer 1, else -1.

    Source: Zhu and Hastie (2005), Kernel Logistic Regression, eq. 11; Böhning and Lindsay (1988),
    Monotonicity of Quadratic-Approximation Algorithms.
    """
    from scipy.linalg import cho_factor, cho_solve
    from threadpoolctl import threadpool_limits

    shares: Numbers = np.zeros(len(signs))
    with threadpool_limits(1):  # the same bits on any number of cores, and none of them spins for the others
        factor = cho_factor(gram + np.diag(np.full(len(signs), 4 / (2 * STRENGTH))))
        for _ in range(_STEPS):
            margins = gram @ shares
            other = 1 / (1 + np.exp(np.clip(signs * margins, -50, 50)))  # chance of the other label
            before, shares = shares, cho_solve(factor, margins + 4 * signs * other)
            if np.abs(shares - before).max() < _CLOSE:
                break
    return shares


def by_columns(shown: Any) -> Learning:
    """Learns by scikit-learn, whose cost grows with the pairs and not with their square."""

    def learned(rows: npt.NDArray[np.int64], first: npt.NDArray[np.bool_]) -> Numbers:
        from scipy.sparse import issparse
        from sklearn.linear_model import LogisticRegression

        if len(rows) < 2:  # scikit-learn needs both classes
            return np.zeros(shown.shape[1])
        # Turned so that every second winner comes first: both classes occur, and the loss is the same.
        winner_first = np.arange(len(rows)) % 2 == 0
        turned = np.where(first == winner_first, 1.0, -1.0)
        model = LogisticRegression(
            C=2 * STRENGTH,
            fit_intercept=False,
            solver="liblinear",
            dual=issparse(shown),  # the same weights in a fifth of the time; one column alone is quick anyway
            max_iter=_STEPS,
            random_state=0,  # the dual's coordinates take turns by chance
        )
        model.fit(_times(turned, shown[rows]), winner_first)
        weights: Numbers = model.coef_[0]
        return weights

    return learned


def _times(signs: Numbers, shown: Any) -> Any:
    from scipy.sparse import diags, issparse

    return diags(signs) @ shown if issparse(shown) else signs[:, None] * shown
