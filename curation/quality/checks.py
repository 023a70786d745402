"""What a person's votes can be held against: pairs whose winner is known, and pairs they met a second time.

A gold pair looks like any other, and a hidden repeat shows the same answers with their sides exchanged;
neither is part of the random arm, so neither is part of agreement.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp, lgamma, log

import duckdb

from curation.quality.tendencies import Tendency

# rules.md §4. (choice)
ENOUGH = 20
GOLD_SHARE = 0.85
GOLD_QUANTILE = 0.05
CONSISTENT_SHARE = 0.75


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """What became of a person's votes when they met the pair again; undefined where nothing was repeated.

    Attributes:
        same: the same verdict, of all repeats.
        same_side: the same side of the screen, of those where both times an answer was preferred and the
            sides are known: with sides exchanged that is the other answer, a habit and not a judgement.
    """

    same: Tendency
    same_side: Tendency

    @property
    def is_low(self) -> bool:
        """Too few of enough repeats got the same verdict."""
        return self.same.n >= ENOUGH and (self.same.share or 0.0) < CONSISTENT_SHARE


NEVER_REPEATED = Consistency(same=Tendency(chosen=0, n=0), same_side=Tendency(chosen=0, n=0))


def gold_scores(cursor: duckdb.DuckDBPyConnection) -> Mapping[str, Tendency]:
    """How often each person found the known winner of a gold pair, by whatever arm they met it."""
    rows = cursor.execute(
        """
        SELECT v.annotator_id, count(*) FILTER (WHERE v.verdict = g.verdict), count(*)
        FROM vote AS v JOIN gold AS g ON g.pair_id = v.pair_id GROUP BY v.annotator_id
        """
    ).fetchall()
    return {annotator_id: Tendency(chosen=met, n=n) for annotator_id, met, n in rows}


def consistencies(cursor: duckdb.DuckDBPyConnection) -> Mapping[str, Consistency]:
    """How often each person said the same again, of the pairs they met twice."""
    rows = cursor.execute(
        """
        WITH again AS (
            SELECT pair_id, annotator_id, verdict, left_answer FROM current_decision
            WHERE round > 0 AND verdict NOT IN ('skip', 'cannot_judge')
            QUALIFY row_number() OVER (PARTITION BY pair_id, annotator_id ORDER BY number DESC) = 1
        ),
        both_times AS (
            SELECT a.annotator_id, a.verdict = v.verdict AS same,
                   a.verdict IN ('answer_1', 'answer_2') AND v.verdict IN ('answer_1', 'answer_2')
                   AND a.left_answer IS NOT NULL AND v.left_answer IS NOT NULL AS sided,
                   (a.verdict = a.left_answer) = (v.verdict = v.left_answer) AS same_side
            FROM again AS a JOIN vote AS v ON v.pair_id = a.pair_id AND v.annotator_id = a.annotator_id
        )
        SELECT annotator_id, count(*) FILTER (WHERE same), count(*),
               count(*) FILTER (WHERE sided AND same_side), count(*) FILTER (WHERE sided)
        FROM both_times GROUP BY annotator_id
        """
    ).fetchall()
    return {
        annotator_id: Consistency(same=Tendency(chosen=same, n=n), same_side=Tendency(chosen=side, n=sided))
        for annotator_id, same, n, side, sided in rows
    }


def is_below_gold(score: Tendency) -> bool:
    """So few known winners were found that who finds 85 % of them does as badly in under 5 % of cases."""
    return score.n >= ENOUGH and score.chosen < quantile(score.n, GOLD_SHARE, GOLD_QUANTILE)


def quantile(n: int, share: float, at: float) -> int:
    """The smallest number of successes in n tries that is not exceeded with a chance of at least `at`.

    Args:
        share: chance of a success, in (0, 1).
        at: in (0, 1).

    Returns:
        In [0, n].

    Source: the binomial distribution, summed from below.
    """
    total = 0.0
    for successes in range(n + 1):
        total += _binomial(n, successes, share)
        if total > at - 1e-12:  # a sum that is exact on paper may miss by its last digits
            return successes
    return n


def _binomial(n: int, successes: int, share: float) -> float:
    # Logs: share^n underflows from a few thousand tries on.
    ways = lgamma(n + 1) - lgamma(successes + 1) - lgamma(n - successes + 1)
    return exp(ways + successes * log(share) + (n - successes) * log(1 - share))
