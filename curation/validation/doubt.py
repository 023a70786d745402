"""Rows that may be released, but that a person should look at first, and the findings that say so."""

from collections.abc import Mapping

from curation.validation import concern
from curation.validation.exclusion import Cursor
from curation.validation.finding import Finding, Scope, Severity


def finding(
    cursor: Cursor,
    rule: str,
    *,
    message: str,
    fix: str = "",
    severity: Severity = Severity.WARNING,
    mark: str = "",
    found: tuple[str, Mapping[str, object]] | None = None,
) -> tuple[Finding, ...]:
    """The row finding of a rule that has written into `doubt`; empty where it doubts no releasable row.

    Args:
        message: a sentence with {count} and {total}; total is the rows that may be released.
        mark: what the rule has written into the column `rule`, where that is not its name.
        found: the query that gives the pairs, and its values, where they do not stand in `doubt`.
    """
    (total,) = cursor.execute("SELECT count(*) FROM releasable").fetchone() or (0,)
    query, values = found or ("SELECT DISTINCT pair_id FROM doubt WHERE rule = $mark", {"mark": mark or rule})
    count, examples = concern.noted(cursor, rule, severity, query, values)
    if not count:
        return ()
    return (
        Finding(
            rule=rule,
            severity=severity,
            scope=Scope.ROW,
            count=count,
            share=count / total,
            examples=examples,
            message=message.format(count=count, total=total),
            fix=fix,
        ),
    )
