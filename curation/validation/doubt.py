"""Rows that may be released, but that a person should look at first, and the findings that say so."""

from curation.validation.exclusion import Cursor
from curation.validation.finding import EXAMPLES, Finding, Scope, Severity


def finding(
    cursor: Cursor,
    rule: str,
    *,
    message: str,
    fix: str = "",
    severity: Severity = Severity.WARNING,
    mark: str = "",
) -> tuple[Finding, ...]:
    """The row finding of a rule that has written into `doubt`; empty where it doubts no releasable row.

    Args:
        message: a sentence with {count} and {total}; total is the rows that may be released.
        mark: what the rule has written into the column `rule`, where that is not its name.
    """
    (total,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    (count,) = cursor.execute(
        "SELECT count(DISTINCT pair_id) FROM doubt SEMI JOIN releasable USING (pair_id) WHERE rule = $rule",
        {"rule": mark or rule},
    ).fetchone() or (0,)
    if count == 0:
        return ()
    examples = cursor.execute(
        "SELECT DISTINCT pair_id FROM doubt SEMI JOIN releasable USING (pair_id) WHERE rule = $rule"
        " ORDER BY pair_id LIMIT $limit",
        {"rule": mark or rule, "limit": EXAMPLES},
    ).fetchall()
    return (
        Finding(
            rule=rule,
            severity=severity,
            scope=Scope.ROW,
            count=count,
            share=count / total,
            examples=tuple(pair_id for (pair_id,) in examples),
            message=message.format(count=count, total=total),
            fix=fix,
        ),
    )
