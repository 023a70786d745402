"""Rows that stay out of a release, and the findings that say so."""

import duckdb

from curation.validation.finding import EXAMPLES, Finding, Scope, Severity

Cursor = duckdb.DuckDBPyConnection


def finding(cursor: Cursor, rule: str, *, total: int, message: str, fix: str = "") -> tuple[Finding, ...]:
    """The row finding of a rule that has written into `exclusion`; empty where it found nothing.

    Args:
        total: pairs the rule looked at.
        message: a sentence with {count} and {total}.
    """
    (count,) = cursor.execute(
        "SELECT count(DISTINCT pair_id) FROM exclusion WHERE rule = $rule", {"rule": rule}
    ).fetchone() or (0,)
    if count == 0:
        return ()
    examples = cursor.execute(
        "SELECT DISTINCT pair_id FROM exclusion WHERE rule = $rule ORDER BY pair_id LIMIT $limit",
        {"rule": rule, "limit": EXAMPLES},
    ).fetchall()
    return (
        Finding(
            rule=rule,
            severity=Severity.ERROR,
            scope=Scope.ROW,
            count=count,
            share=count / total,
            examples=tuple(pair_id for (pair_id,) in examples),
            message=message.format(count=count, total=total),
            fix=fix,
        ),
    )
