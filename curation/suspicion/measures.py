"""How well an order of suspicion finds wrong labels. Pure arithmetic; undefined is None."""

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Marks = npt.NDArray[np.bool_]


def auroc(suspicion: Numbers, wrong: Marks) -> float | None:
    """Chance that a wrong label is more suspected than a right one; ties count half.

    Args:
        suspicion: higher is more suspected; shape (n,).
        wrong: which labels are wrong; shape (n,).

    Returns:
        In [0, 1], 0.5 for a random order; None where all labels are wrong, or none is.

    Source: Hanley and McNeil (1982), the Mann-Whitney statistic.
    """
    bad, good = int(wrong.sum()), int((~wrong).sum())
    if not bad or not good:
        return None
    _, inverse, counts = np.unique(suspicion, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[inverse]  # mean rank of equal values, from 1
    return float((ranks[wrong].sum() - bad * (bad + 1) / 2) / (bad * good))


def recall_at(suspicion: Numbers, wrong: Marks, share: float) -> float | None:
    """Share of the wrong labels among the `share` most suspected; None where no label is wrong.

    Labels of equal suspicion at the limit count by what a random order of them would find.
    """
    if not wrong.any():
        return None
    return _found(suspicion, wrong, share * len(wrong)) / float(wrong.sum())


def precision_at(suspicion: Numbers, wrong: Marks, reviewed: int) -> float | None:
    """Share of wrong labels among the `reviewed` most suspected; None where there are not so many."""
    if not 0 < reviewed <= len(wrong):
        return None
    return _found(suspicion, wrong, reviewed) / reviewed


def found_along(suspicion: Numbers, wrong: Marks, shares: Numbers) -> Numbers:
    """recall_at for each of the shares, in [0, 1]; zeros where no label is wrong. Shape (m,)."""
    at, found = _steps(suspicion, wrong)
    return np.interp(shares * len(wrong), at, found) / max(1, int(wrong.sum()))


def _found(suspicion: Numbers, wrong: Marks, reviewed: float) -> float:
    at, found = _steps(suspicion, wrong)
    return float(np.interp(reviewed, at, found))


def _steps(suspicion: Numbers, wrong: Marks) -> tuple[Numbers, Numbers]:
    """(reviewed, wrong found) at the end of each run of equal suspicion, both from 0; a line between them."""
    _, inverse, counts = np.unique(-suspicion, return_inverse=True, return_counts=True)
    found = np.bincount(inverse, weights=wrong.astype(np.float64))
    return np.concatenate([[0.0], np.cumsum(counts)]), np.concatenate([[0.0], np.cumsum(found)])
