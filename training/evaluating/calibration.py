"""Does a margin mean what it says: how often the model is right where it is that sure. No tensors."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from curation.comparison import winning

LEAST = 10  # pairs of a bin; fewer make an interval that says nothing (choice)
MOST = 5  # bins


@dataclass(frozen=True, slots=True, kw_only=True)
class Bin:
    """Pairs of which the model is about equally sure.

    Attributes:
        sure: mean of σ(|margin|), in [0.5, 1]: the chance the model gives to the answer it prefers.
        right: share of them where it prefers the chosen answer, in [0, 1].
        low, high: Wilson's 95 % interval of that share.
    """

    n: int
    sure: float
    right: float
    low: float
    high: float


def bins(margins: Sequence[float]) -> tuple[Bin, ...]:
    """Bins of equal size from least to most sure; empty below LEAST pairs.

    Args:
        margins: implicit reward margins of held-out pairs, chosen minus rejected; in DPO σ(margin) is the
            chance that the chosen answer is preferred (Rafailov et al. 2023, eq. 6).
    """
    count = min(MOST, len(margins) // LEAST)
    ordered = sorted(margins, key=abs)
    return tuple(
        _bin(ordered[place * len(ordered) // count : (place + 1) * len(ordered) // count])
        for place in range(count)
    )


def error(found: Sequence[Bin]) -> float | None:
    """Expected calibration error: mean distance of sureness and share right, in [0, 1]; None without bins.

    Source: Guo et al. (2017), On Calibration of Modern Neural Networks, eq. 3.
    """
    total = sum(one.n for one in found)
    return sum(one.n * abs(one.sure - one.right) for one in found) / total if total else None


def words(found: Sequence[Bin]) -> str:
    """What the bins say together, and only where their intervals bear it out."""
    if not found:
        return f"Below {LEAST} held-out pairs nothing can be said of calibration."
    over = sum(one.high < one.sure for one in found)
    under = sum(one.low > one.sure for one in found)
    if over and not under:
        return "Overconfident: the model is right less often than its margins say."
    if under and not over:
        return (
            "Underconfident: the model is right more often than its margins say, as after a short training."
        )
    if over and under:
        return "Its margins are off in both directions: do not read them as chances."
    return "Within what so few pairs can tell, the margins mean what they say."


def _bin(margins: Sequence[float]) -> Bin:
    right = sum(margin > 0 for margin in margins)
    low, high = winning.wilson(right, len(margins))
    sure = math.fsum(1 / (1 + math.exp(-min(abs(margin), 700.0))) for margin in margins) / len(margins)
    return Bin(n=len(margins), sure=sure, right=right / len(margins), low=low, high=high)
