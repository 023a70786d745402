"""How often one model's answers are preferred to another's, with what so many judgements can say."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]

RESAMPLES = 2000
_Z95 = 1.959963984540054  # 97.5 % quantile of the normal distribution
_Z80 = 0.8416212335729143  # 80 % quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One judged pair, seen from the model in question.

    Attributes:
        prompt: pairs of one prompt are resampled together, as they are not independent.
        score: 1 where its answer was preferred, 0 where the other was, 1/2 for a tie and for both bad.
        longer: characters by which its answer is longer; negative where it is shorter.
    """

    prompt: str
    score: float
    longer: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """A win rate: (wins + ties/2) / n, in [0, 1], with a 95 % interval."""

    rate: float
    low: float
    high: float
    wins: int
    ties: int
    losses: int
    prompts: int

    @property
    def n(self) -> int:
        return self.wins + self.ties + self.losses


def win_rate(judged: Sequence[Judged], *, seed: int = 0) -> Rate | None:
    """The win rate, with a percentile bootstrap over prompts (rules.md §7).

    Few prompts that all say the same leave the bootstrap no spread to see; then Wilson's interval over the
    prompts, which knows that few were asked, stands in its place.

    Returns:
        None where nothing was judged.
    """
    if not judged:
        return None
    sums, sizes = by_prompt(judged)
    low, high = percentiles(_resampled_means(sums, sizes, seed))
    rate = float(sums.sum() / sizes.sum())
    if high - low < 1e-12:
        low, high = wilson(rate * len(sums), len(sums))
    return Rate(
        rate=rate,
        low=low,
        high=high,
        wins=sum(one.score == 1 for one in judged),
        ties=sum(one.score == 0.5 for one in judged),
        losses=sum(one.score == 0 for one in judged),
        prompts=len(sums),
    )


def by_prompt(judged: Sequence[Judged]) -> tuple[Numbers, Numbers]:
    """(prompts,) summed scores and (prompts,) numbers of judged pairs, in the order prompts first appear."""
    totals: dict[str, tuple[float, int]] = {}
    for one in judged:
        score, count = totals.get(one.prompt, (0.0, 0))
        totals[one.prompt] = (score + one.score, count + 1)
    table = np.array(list(totals.values()), dtype=np.float64).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def percentiles(values: Numbers) -> tuple[float, float]:
    """The middle 95 % of (resamples,) values."""
    low, high = np.percentile(values, [2.5, 97.5])
    return float(low), float(high)


def wilson(successes: float, n: int) -> tuple[float, float]:
    """95 % interval of a share; source: Wilson (1927), as in Brown, Cai and DasGupta (2001), eq. 4."""
    share, z2 = successes / n, _Z95**2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = _Z95 * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
    # The share is inside by the formula; without this, rounding puts 1.0 outside of its own interval.
    return max(0.0, min(share, centre - half)), min(1.0, max(share, centre + half))


def sign_test(wins: int, losses: int) -> float:
    """Two-sided exact p value of a coin that fell so; McNemar's exact test where the two disagree.

    Returns:
        In (0, 1]; 1 where nothing fell.
    """
    fell, tail, ways = wins + losses, 0, 1
    for k in range(min(wins, losses) + 1):
        tail += ways
        ways = ways * (fell - k) // (k + 1)  # C(fell, k + 1), exact; math.comb anew each time is far slower
    return min(1.0, 2 * tail / (1 << fell))


def decisive_needed(rate: float) -> int:
    """Decisive judgements with which a fixed test at 5 % sees a true win rate with 80 % chance.

    Args:
        rate: in (0, 1), not 1/2.

    Source: normal approximation for one proportion, Fleiss, Levin and Paik (2003), sec. 2.5; it gives the
    783 / 194 / 85 of rules.md §7 for 55 / 60 / 65 %.
    """
    if not 0 < rate < 1 or rate == 0.5:
        raise ValueError("rate must lie in (0, 1) and differ from 1/2")
    spread = _Z95 * 0.5 + _Z80 * math.sqrt(rate * (1 - rate))
    return math.ceil((spread / (rate - 0.5)) ** 2)


def _resampled_means(sums: Numbers, sizes: Numbers, seed: int) -> Numbers:
    generator = np.random.default_rng(seed)
    means = np.empty(RESAMPLES)
    for index in range(RESAMPLES):
        drawn = generator.integers(0, len(sums), len(sums))
        means[index] = sums[drawn].sum() / sizes[drawn].sum()
    return means
