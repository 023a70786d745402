"""What a run of choices tends towards: a side of the screen, or the longer answer. Pure arithmetic."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

# rules.md §2, V14 and V15, and §4. (choice)
ENOUGH = 100
POSITION_MARGIN = 0.08
POSITION_P = 0.01
LENGTH_RATIO = 1.1
LENGTH_RANGE = (0.35, 0.65)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tendency:
    """How often one of two things was chosen.

    Attributes:
        chosen: times it was, 0 … n.
        n: choices between the two.
    """

    chosen: int
    n: int

    @property
    def share(self) -> float | None:
        """In [0, 1]; None without a choice."""
        return self.chosen / self.n if self.n else None

    @property
    def turned(self) -> "Tendency":
        """How often the other of the two was chosen."""
        return Tendency(chosen=self.n - self.chosen, n=self.n)

    @property
    def interval(self) -> tuple[float, float] | None:
        """Where the share lies with 95 % confidence, within [0, 1]; None without a choice.

        Source: Wilson (1927), Probable inference, the law of succession, and statistical inference.
        """
        if self.share is None:
            return None
        z, n = 1.959964, self.n
        middle = (self.share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z * math.sqrt(self.share * (1 - self.share) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        return max(0.0, middle - half), min(1.0, middle + half)

    @property
    def p_value(self) -> float | None:
        """Chance that a fair coin lands at least as unevenly; two-sided and exact; None without a choice."""
        return _coin_p_value(self.chosen, self.n) if self.n else None

    @property
    def is_positional(self) -> bool:
        """Left was chosen more or less often than chance explains (rule V14)."""
        return self.leans(margin=POSITION_MARGIN, p=POSITION_P, least=ENOUGH)

    @property
    def is_lengthy(self) -> bool:
        """Length alone goes far in saying which answer wins (rule V15)."""
        low, high = LENGTH_RANGE
        return self.is_outside(low, high, least=ENOUGH)

    def leans(self, *, margin: float, p: float, least: int) -> bool:
        """At least `least` choices, a share off 0.5 by more than `margin`, and a p-value below `p`."""
        if self.n < least or self.p_value is None:
            return False
        return abs(2 * self.chosen - self.n) > 2 * margin * self.n and self.p_value < p

    def is_outside(self, low: float, high: float, *, least: int) -> bool:
        """At least `least` choices, and a share below `low` or above `high`."""
        return self.n >= least and self.share is not None and not low <= self.share <= high


def length_auroc(gaps: Iterable[tuple[int, int]]) -> float | None:
    """Area under the ROC curve of the length difference, every preference read from both sides.

    With g the winner's length minus the loser's, it is the chance that g of one preference exceeds -g of
    another, ties counting half.

    Args:
        gaps: each different g and how many preferences have it.

    Returns:
        A number in [0, 1]; None without a preference.

    Source: Mann and Whitney (1947), by counting over equal values of g.
    """
    table = np.array(list(gaps), dtype=np.int64).reshape(-1, 2)
    wins = int(table[:, 1].sum())
    if not wins:
        return None
    scores, place = np.unique(np.concatenate([table[:, 0], -table[:, 0]]), return_inverse=True)
    counts = np.concatenate([table[:, 1], table[:, 1]])
    is_win = np.arange(counts.size) < len(table)
    won = np.bincount(place[is_win], weights=counts[is_win], minlength=scores.size)  # (scores,)
    lost = np.bincount(place[~is_win], weights=counts[~is_win], minlength=scores.size)  # (scores,)
    below = lost.cumsum() - lost
    return float((won * (below + lost / 2)).sum() / wins**2)


def _coin_p_value(chosen: int, n: int) -> float:
    fewer = min(chosen, n - chosen)
    if 2 * fewer == n:
        return 1.0
    # log C(n, i) for i = 0 … fewer, as C(n, i) = C(n, i - 1) · (n - i + 1) / i; logs, because 2^n overflows.
    steps = np.arange(1, fewer + 1, dtype=np.float64)
    logs = np.concatenate([[0.0], np.log((n - steps + 1) / steps)]).cumsum() - n * np.log(2)
    return float(min(1.0, 2 * np.exp(logs).sum()))
