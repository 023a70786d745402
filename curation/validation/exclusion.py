"""Rows that stay out of a release, and the findings that say so."""

import duckdb

from curation.validation import concern
from curation.validation.finding import Finding, Scope, Severity

Cursor = duckdb.DuckDBPyConnection


def finding(cursor: Cursor, rule: str, *, total: int, message: str, fix: str = "") -> tuple[Finding, ...]:
    """The row finding of a rule that has written into `exclusion`; empty where it found nothing.

    Args:
        total: pairs the rule looked at.
        message: a sentence with {count} and {total}.
    """
    count, examples = concern.noted(
        cursor,
        rule,
        Severity.ERROR,
        "SELECT DISTINCT pair_id FROM exclusion WHERE rule = $rule",
        {"rule": rule},
    )
    if not count:
        return ()
    return (
        Finding(
            rule=rule,
            severity=Severity.ERROR,
            scope=Scope.ROW,
            count=count,
            share=count / total,
            examples=examples,
            message=message.format(count=count, total=total),
            fix=fix,
        ),
    )
