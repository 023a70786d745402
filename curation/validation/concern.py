"""Which pairs each finding is about: the query that found them, kept beside the finding until somebody asks.

A rule counts by this query, takes its examples from it, and whoever opens or queues the pairs runs it
again on the same snapshot, so that the three cannot differ. A query costs nothing to keep; the ids of a
finding about a million pairs would cost more than the rules. The count and the examples are followed where
a few contents change (tallies).
"""

import json
from collections.abc import Mapping

import duckdb

from curation.quality import tallies
from curation.validation.finding import EXAMPLES, Severity


def noted(
    cursor: duckdb.DuckDBPyConnection,
    rule: str,
    severity: Severity,
    query: str,
    values: Mapping[str, object] | None = None,
    *,
    adds_up: bool = True,
) -> tuple[int, tuple[str, ...]]:
    """How many pairs a query finds, and the first of them by id; where there are any, it is kept.

    Args:
        query: gives pair_id, each once, from tables of the snapshot that later rules leave as they are.
        values: of its parameters, as JSON can hold them.
        adds_up: whether a pair is found depends on rows of its content alone (tallies).
    """
    given = dict(values or {})
    if adds_up:
        count, first = tallies.found(cursor, query, given, least=EXAMPLES)
    else:
        count, first = tallies.looked_up(cursor, query, given)
    if not count:
        return 0, ()
    cursor.execute(
        """
        INSERT INTO concern
        SELECT $rule, $severity, count(*), $query, $given FROM concern
        WHERE rule = $rule AND severity = $severity
        """,
        {"rule": rule, "severity": severity.value, "query": query, "given": json.dumps(given)},
    )
    return count, tuple(first[:EXAMPLES])


def gather(cursor: duckdb.DuckDBPyConnection, rule: str, severity: Severity, nth: int = 0) -> bool:
    """Make the table `concerned` (pair_id) of the pairs behind a finding; False where there is none such.

    Args:
        nth: which finding, where a rule has several of one severity (history.keyed).
    """
    row = cursor.execute(
        "SELECT query, given FROM concern WHERE rule = $rule AND severity = $severity AND nth = $nth",
        {"rule": rule, "severity": severity.value, "nth": nth},
    ).fetchone()
    if row is None:
        return False
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE concerned AS {row[0]}", json.loads(row[1]))
    return True
