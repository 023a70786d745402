"""V12: something at the edge of an answer gives the winner away."""

from dataclasses import dataclass

from curation.quality import tallies
from curation.validation import concern, texts
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy

_NAMED = 5  # features a message names at most, worst first


@dataclass(frozen=True, slots=True, kw_only=True)
class _Leak:
    """A feature seen in `chosen` winners and `rejected` losers of `pairs` decisive pairs."""

    feature: str
    chosen: int
    rejected: int
    pairs: int

    @property
    def difference(self) -> float:
        """Rate difference, in [0, 1]."""
        return abs(self.chosen - self.rejected) / self.pairs

    @property
    def is_trimmed(self) -> bool:
        return self.feature in texts.REMOVED_BY_TRIMMING

    @property
    def sentence(self) -> str:
        end = " The release trims it." if self.is_trimmed else ""
        return (
            f"{self.feature[0].upper()}{self.feature[1:]}: {self.chosen:,} of {self.pairs:,} chosen, "
            f"{self.rejected:,} of {self.pairs:,} rejected answers.{end}"
        )


def leak(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V12: a one-bit edge feature whose rates in chosen and rejected answers differ.

    A model then learns the edge instead of the content. In the first 100 rows of Intel/orca_dpo_pairs
    every rejected answer begins with a blank and no chosen one does, so that "do not begin with a
    blank" has a reward accuracy of 1. A release trims both sides: what trimming removes is a warning
    whatever its rate, what survives is an error from policy.leak_error on (docs/decisions/0003).

    Source: rules.md §1 and §2, V12, measured on Intel/orca_dpo_pairs.
    """
    found = _leaks(cursor, policy)
    errors = [each for each in found if not each.is_trimmed and each.difference >= policy.leak_error]
    warnings = [each for each in found if each not in errors]
    return (
        *_finding(cursor, Severity.ERROR, errors, policy.leak_error),
        *_finding(cursor, Severity.WARNING, warnings, policy.leak_warning),
    )


def _leaks(cursor: Cursor, policy: Policy) -> list[_Leak]:
    (pairs,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    found = [
        _Leak(feature=feature, chosen=chosen, rejected=rejected, pairs=pairs)
        for feature, chosen, rejected in tallies.summed(cursor, _SEEN, keys=1)
        if pairs >= policy.leak_pairs and abs(chosen - rejected) >= policy.leak_warning * pairs
    ]
    return sorted(found, key=lambda each: (-abs(each.chosen - each.rejected), each.feature))


def _finding(cursor: Cursor, severity: Severity, leaks: list[_Leak], threshold: float) -> tuple[Finding, ...]:
    if not leaks:
        return ()
    worst = leaks[0]
    count, examples = concern.noted(  # the pairs that have the worst feature on exactly one side
        cursor,
        "V12",
        severity,
        """
        SELECT r.pair_id FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id
        WHERE list_contains(f.edges_1, $feature) <> list_contains(f.edges_2, $feature)
        """,
        {"feature": worst.feature},
    )
    more = f" And {len(leaks) - _NAMED} more." if len(leaks) > _NAMED else ""
    return (
        Finding(
            rule="V12",
            severity=severity,
            scope=Scope.SET,
            count=count,
            share=count / worst.pairs,
            examples=examples,
            message=" ".join(each.sentence for each in leaks[:_NAMED]) + more,
            fix="Trim both sides (always done at release)."
            if worst.is_trimmed
            else "Find out where the answers come from; trimming does not remove this.",
            threshold=threshold,
            value=worst.difference,
        ),
    )


# In how many chosen and in how many rejected answers each feature is seen.
_SEEN = """
WITH side AS (
    SELECT chosen_of(r.winner, f.edges_1, f.edges_2) AS chosen,
           chosen_of(r.winner, f.edges_2, f.edges_1) AS rejected
    FROM releasable AS r JOIN fact AS f ON f.pair_id = r.pair_id
),
seen AS (
    SELECT unnest(chosen) AS feature, 1 AS chosen, 0 AS rejected FROM side
    UNION ALL SELECT unnest(rejected), 0, 1 FROM side
)
SELECT feature, sum(chosen)::BIGINT, sum(rejected)::BIGINT FROM seen GROUP BY feature
"""
