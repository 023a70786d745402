"""V17, V18: who stands behind a winner. R01, R02: what a reviewer has set aside."""

from curation.labelling import rewrites
from curation.model import Tier
from curation.quality import tallies
from curation.validation import concern, exclusion, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy

TIERS = "SELECT tier, count(*) FROM releasable GROUP BY tier"
_WEAK = {
    Tier.SINGLE: "rest on a single vote",
    Tier.PRIOR: "rest on the imported preference alone, which no person has seen",
}


def set_aside(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """R01: a reviewer has set the pair aside, or another with the same texts; it stays out of everything.

    Source: no rule of rules.md; a reviewer's decision (docs/decisions/0028).
    """
    return exclusion.finding(
        cursor,
        "R01",
        total=snapshot.count(cursor),
        message="A reviewer has set aside {count:,} of {total:,} pairs.",
        fix="Put them back on the review page.",
    )


def mark_set_aside(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        SELECT DISTINCT coalesce(m.kept, a.pair_id), 'R01', 'a reviewer has set it aside'
        FROM current_placement AS a LEFT JOIN member AS m ON m.pair_id = a.pair_id
        WHERE a.place = 'aside' AND NOT a.for_kto
        """
    )


def one_answer(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """R02: one answer is empty and a lead has kept the other, which won, for exports of single answers.

    Where the empty one wins by now, or both have text, the pair is set aside and nothing of it is kept.

    Source: rules.md §2, V02, the offered fix; docs/decisions/0083.
    """
    return exclusion.finding(
        cursor,
        "R02",
        total=snapshot.count(cursor),
        message="Of {count:,} of {total:,} pairs one answer is empty, and the other is kept for KTO.",
        fix="Nothing is left to do. Undo the fix to have them as pairs again.",
    )


def mark_one_answer(cursor: Cursor, _policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        SELECT DISTINCT c.pair_id,
               CASE WHEN NOT f.empty_prompt AND chosen_of(c.winner, f.empty_2, f.empty_1)
                         AND NOT chosen_of(c.winner, f.empty_1, f.empty_2)
                         AND c.winner IN ('answer_1', 'answer_2')
                    THEN 'R02' ELSE 'R01' END AS rule,
               CASE rule WHEN 'R02' THEN 'one answer is empty; the other is kept in unpaired.parquet'
                    ELSE 'a reviewer has set it aside' END
        FROM current_placement AS a LEFT JOIN member AS m ON m.pair_id = a.pair_id
        JOIN candidate AS c ON c.pair_id = coalesce(m.kept, a.pair_id)
        JOIN fact AS f ON f.pair_id = c.pair_id
        WHERE a.place = 'aside' AND a.for_kto
        """
    )


def undecided_winner(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V17: a tie or both-bad has no winner; it moves to ties.parquet and never enters train or test.

    Filtering ties and low-rated winners is what made 5,922 of 12,859 Orca pairs train a better model
    than all of them (Argilla, distilabel-intel-orca-dpo-pairs).

    Source: rules.md §2, V17; Argilla (2024), distilabel-intel-orca-dpo-pairs.
    """
    total = snapshot.count(cursor)
    count, examples = concern.noted(
        cursor,
        "V17",
        Severity.ERROR,
        "SELECT pair_id FROM candidate WHERE winner IN ('tie', 'both_bad')",
    )
    if not count:
        return ()
    return (
        Finding(
            rule="V17",
            severity=Severity.ERROR,
            scope=Scope.ROW,
            count=count,
            share=count / total,
            examples=examples,
            message=f"{count:,} of {total:,} pairs are ties or both bad; they move to ties.parquet.",
            fix="Move to ties.parquet (always done at release).",
        ),
    )


def too_little(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V18, rows: support below the lead's minimum, a conflict, or nobody's word at all stays out.

    At an error of 0.20 a vote, one vote is wrong in 20 %, a majority of three in 10 %, two that agree in
    6 % (binomial); over 75 % of human disagreements are taste or an unclear prompt (arXiv 2410.14632).
    """
    left_out = "" if policy.rewrites else " Rewritten answers are left out."
    return exclusion.finding(
        cursor,
        "V18",
        total=snapshot.count(cursor),
        message="{count:,} of {total:,} pairs have less support than the minimum "
        f"“{policy.minimum_tier.value}”, or no winner at all.{left_out}",
        fix="Settle them: no number of votes does." if policy.minimum_tier is Tier.GOLD else "Queue a vote.",
    )


def mark_too_little(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        SELECT pair_id, 'V18',
               CASE tier WHEN 'none' THEN 'nobody and no import has named a winner'
                         WHEN 'conflict' THEN 'its votes have no majority'
                         ELSE 'its support is ' || tier || ', below the minimum ' || $minimum END
        FROM candidate
        WHERE tier NOT IN (SELECT unnest($allowed)) AND (winner IS NULL OR winner NOT IN ('tie', 'both_bad'))
        """,
        {"minimum": policy.minimum_tier.value, "allowed": [tier.value for tier in policy.allowed_tiers]},
    )
    if not policy.rewrites:
        cursor.execute(
            """
            INSERT INTO exclusion
            SELECT c.pair_id, 'V18', 'it is an answer that a person rewrote, which this release leaves out'
            FROM candidate AS c JOIN pair AS p ON p.id = c.pair_id WHERE p.source_id = $written
            """,
            {"written": rewrites.SOURCE},
        )


def weak(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V18, set: rows on one vote or on an imported preference may be released, but a person must say so.

    An imported preference is a hypothesis: re-judging Intel/orca_dpo_pairs found about 2,000 swapped and
    4,000 tied pairs of 12,859 (Argilla).

    Source: rules.md §2, V18; Argilla (2024), distilabel-intel-orca-dpo-pairs.
    """
    counts = {Tier(tier): count for tier, count in tallies.summed(cursor, TIERS, keys=1)}
    found = [tier for tier in _WEAK if tier in counts]
    if not found:
        return ()
    total = sum(counts.values())
    count, examples = concern.noted(
        cursor,
        "V18",
        Severity.WARNING,
        "SELECT pair_id FROM releasable WHERE list_contains($weak::VARCHAR[], tier)",
        {"weak": list(_WEAK)},
    )
    parts = " and ".join(f"{counts[tier]:,} {_WEAK[tier]}" for tier in found)
    return (
        Finding(
            rule="V18",
            severity=Severity.WARNING,
            scope=Scope.SET,
            count=count,
            share=count / total,
            examples=examples,
            message=f"Of {total:,} rows {parts}.",
            fix="Queue a vote, or raise the minimum.",
            threshold=policy.supported_share,
            value=1 - count / total,
        ),
    )
