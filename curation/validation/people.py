"""V19, V20, V21: how far the people behind the labels agree, and whether each can be relied on."""

from curation.quality import agreement, annotators, coefficients
from curation.validation import concern, exclusion, snapshot
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy


def conflict(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V19: the votes on a content have no majority, or lie far apart on the strength scale.

    The scale runs from -3 (answer 1 much better) to +3; a tie is 0. Over 75 % of such disagreements are
    taste or an unclear prompt (arXiv 2410.14632), so a lead decides, not a count. What a lead has
    settled is no conflict.
    """
    return exclusion.finding(
        cursor,
        "V19",
        total=snapshot.count(cursor),
        message="In {count:,} of {total:,} pairs the votes have no majority, or lie more than "
        f"{policy.conflict_spread} steps apart on the strength scale.",
        fix="Settle them.",
    )


def mark_conflict(cursor: Cursor, policy: Policy) -> None:
    cursor.execute(
        """
        INSERT INTO exclusion
        WITH newest AS (  -- one vote a person and content
            SELECT coalesce(m.kept, v.pair_id) AS pair_id,
                   turned(v.verdict, coalesce(m.same_order, true)) AS verdict, v.strength
            FROM vote AS v LEFT JOIN member AS m ON m.pair_id = v.pair_id
            QUALIFY row_number() OVER (
                PARTITION BY coalesce(m.kept, v.pair_id), v.annotator_id ORDER BY v.number DESC) = 1
        ),
        spread AS (
            SELECT pair_id,
                   max(CASE verdict WHEN 'answer_1' THEN -strength WHEN 'answer_2' THEN strength ELSE 0 END)
                   - min(CASE verdict WHEN 'answer_1' THEN -strength WHEN 'answer_2' THEN strength ELSE 0 END)
                   AS steps
            FROM newest GROUP BY pair_id
        )
        SELECT c.pair_id, 'V19',
               CASE c.tier WHEN 'conflict' THEN 'its votes have no majority'
                    ELSE 'its votes lie ' || s.steps || ' steps apart on the strength scale' END
        FROM candidate AS c JOIN spread AS s ON s.pair_id = c.pair_id
        WHERE c.tier = 'conflict' OR (c.tier <> 'gold' AND s.steps > $spread)
        """,
        {"spread": policy.conflict_spread},
    )


def agree(cursor: Cursor, policy: Policy) -> tuple[Finding, ...]:
    """V20: people agree so little that a label says more about who gave it than about the answers.

    Krippendorff's alpha (nominal, blind first votes of the random arm): below 0.67 conclusions are
    tentative (Krippendorff 2004, Content Analysis, p. 241); preferences are usually below that, hence
    the lower limits. An error needs enough overlaps; with few of them the message says so.

    Source: Krippendorff (2004), Content Analysis; limits of rules.md §2, V20.
    """
    patterns = agreement.verdict_patterns(cursor)
    overlaps = int(patterns.shared.pairs.sum())
    alpha = coefficients.krippendorff_alpha(patterns)
    if overlaps < policy.agreement_least or alpha is None or alpha >= policy.agreement_warning:
        return ()
    enough = overlaps >= policy.agreement_overlaps
    severity = Severity.ERROR if enough and alpha < policy.agreement_error else Severity.WARNING
    low, high = coefficients.alpha_interval(patterns) or (alpha, alpha)
    caveat = "" if enough else f" So few overlaps (fewer than {policy.agreement_overlaps}) are a rough guide."
    count, examples = concern.noted(  # at least one pair where alpha is defined and below 1
        cursor,
        "V20",
        severity,
        "SELECT pair_id FROM ballot GROUP BY pair_id HAVING min(coded) <> max(coded)",
    )
    return (
        Finding(
            rule="V20",
            severity=severity,
            scope=Scope.SET,
            count=count,
            share=count / overlaps,
            examples=examples,
            message=f"On {overlaps:,} pairs judged by two people or more Krippendorff's alpha is {alpha:.2f} "
            f"(95 % interval {low:.2f} to {high:.2f}).{caveat}",
            fix="Look at what people confuse, and review the guidelines.",
            threshold=policy.agreement_error if severity is Severity.ERROR else policy.agreement_warning,
            value=round(alpha, 6),
        ),
    )


def unreliable(cursor: Cursor, _policy: Policy) -> tuple[Finding, ...]:
    """V21: rows that rest on one vote of a person whose votes follow a side, a length, or no reading time.

    A flag is a reason for a conversation and never for deleting anything (rules.md §4): a warning.
    """
    flagged = {each.annotator_id: each.flags for each in annotators.checked_on(cursor) if each.flags}
    if not flagged:
        return ()
    count, examples = concern.noted(
        cursor,
        "V21",
        Severity.WARNING,
        """
        SELECT DISTINCT r.pair_id
        FROM releasable AS r
        LEFT JOIN member AS m ON m.kept = r.pair_id
        JOIN vote AS v ON v.pair_id = coalesce(m.pair_id, r.pair_id)
        WHERE r.tier = 'single' AND list_contains($people::VARCHAR[], v.annotator_id)
        """,
        {"people": list(flagged)},
    )
    if not count:
        return ()
    (total,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    people = ", ".join(f"{name} ({', '.join(flags)})" for name, flags in flagged.items())
    return (
        Finding(
            rule="V21",
            severity=Severity.WARNING,
            scope=Scope.ROW,
            count=count,
            share=count / total,
            examples=examples,
            message=f"{count:,} of {total:,} rows rest on one vote of a flagged person: {people}.",
            fix="Queue a second vote.",
        ),
    )
