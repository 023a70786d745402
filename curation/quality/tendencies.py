"""What a run of choices tends towards: a side of the screen, or the longer answer. Pure arithmetic."""

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
    def p_value(self) -> float | None:
        """Chance that a fair coin lands at least as unevenly; two-sided and exact; None without a choice."""
        return _coin_p_value(self.chosen, self.n) if self.n else None

    @property
    def is_positional(self) -> bool:
        """Left was chosen more or less often than chance explains (rule V14)."""
        if self.n < ENOUGH or self.p_value is None:
            return False
        return abs(2 * self.chosen - self.n) > 2 * POSITION_MARGIN * self.n and self.p_value < POSITION_P

    @property
    def is_lengthy(self) -> bool:
        """Length alone goes far in saying which answer wins (rule V15)."""
        low, high = LENGTH_RANGE
        return self.n >= ENOUGH and self.share is not None and not low <= self.share <= high


def _coin_p_value(chosen: int, n: int) -> float:
    fewer = min(chosen, n - chosen)
    if 2 * fewer == n:
        return 1.0
    # log C(n, i) for i = 0 … fewer, as C(n, i) = C(n, i - 1) · (n - i + 1) / i; logs, because 2^n overflows.
    steps = np.arange(1, fewer + 1, dtype=np.float64)
    logs = np.concatenate([[0.0], np.log((n - steps + 1) / steps)]).cumsum() - n * np.log(2)
    return float(min(1.0, 2 * np.exp(logs).sum()))
