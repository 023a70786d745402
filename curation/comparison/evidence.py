"""When enough has been judged: a test that stays true however often somebody looks at it.

People look at a win rate after every vote and stop when they like it. A fixed test read every ten votes calls
two equal models different 28 times in 100; this one keeps its promise at every look (rules.md §7).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

PRIOR = 5.0  # a of the beta prior: most true win rates lie between 30 and 70 %
LINE = 20.0  # Ville: under equal models E ever reaches 20 with a chance of at most 1 in 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Evidence that two models differ, after each decisive judgement.

    Attributes:
        path: E after 1, 2, … decisive judgements; 1 means no evidence either way.
        crossed: number of decisive judgements after which E first reached LINE; None where it never has.
        wins, losses: decisive judgements so far.
    """

    path: tuple[float, ...]
    crossed: int | None
    wins: int
    losses: int

    @property
    def now(self) -> float:
        """E at present; 1 before the first decisive judgement."""
        return self.path[-1] if self.path else 1.0

    @property
    def p_value(self) -> float:
        """Valid at any time: 1 over the largest E so far, at most 1."""
        return min(1.0, 1.0 / max(self.path, default=1.0))


def follow(decisive: Iterable[bool]) -> Evidence:
    """The e-process over decisive judgements in the order they were given; ties say nothing here.

    Args:
        decisive: True for a win. One judgement a pair: several of one pair are not independent.

    Source: beta-binomial mixture E = B(a + w, a + l) / B(a, a) · 2^(w + l); Robbins (1970), Ville (1939).
    """
    wins = losses = 0
    path: list[float] = []
    crossed = None
    for won in decisive:
        wins, losses = wins + won, losses + (not won)
        path.append(value(wins, losses))
        if crossed is None and path[-1] >= LINE:
            crossed = len(path)
    return Evidence(path=tuple(path), crossed=crossed, wins=wins, losses=losses)


def value(wins: int, losses: int) -> float:
    """E after so many decisive judgements, at least 0."""
    return math.exp(
        _log_beta(PRIOR + wins, PRIOR + losses) - _log_beta(PRIOR, PRIOR) + (wins + losses) * math.log(2)
    )


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)
