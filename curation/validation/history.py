"""What validations found, run by run, so that a finding can say how it has changed since the last.

The only writer of validation_run. A run that found what the newest one found, under the same policy and on as
many pairs, is not kept again: opening a page twice is no news.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.validation.finding import Finding
from curation.validation.policy import Policy
from curation.validation.runner import Validation

Key = tuple[str, str, int]  # rule, severity, and which of several of both


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One validation.

    Attributes:
        pairs: pairs in the workspace then.
        policy: settings that were not the default, as JSON.
        counts: pairs and share by finding.
    """

    number: int
    ran: datetime
    pairs: int
    policy: str
    counts: Mapping[Key, tuple[int, float]]


def keep(db: Database, validation: Validation, policy: Policy, *, now: datetime) -> Run | None:
    """Write down what a validation found.

    Returns:
        The newest run that differs, which is what to compare with; None where this is the first.
    """
    settings = json.dumps(policy.changes, sort_keys=True)
    counts = counted(validation.findings)
    with db.writing() as tx:
        runs = _newest(tx, 2)
        if runs and (runs[0].pairs, runs[0].policy, runs[0].counts) == (validation.pairs, settings, counts):
            return runs[1] if len(runs) > 1 else None
        tx.execute(
            """
            INSERT INTO validation_run (number, ran, pairs, policy, findings)
            VALUES ($number, $ran, $pairs, $policy, $findings)
            """,
            {
                "number": runs[0].number + 1 if runs else 1,
                "ran": now,
                "pairs": validation.pairs,
                "policy": settings,
                "findings": json.dumps([[*key, *value] for key, value in counts.items()]),
            },
        )
    return runs[0] if runs else None


def newest(db: Database, limit: int) -> list[Run]:
    """The last runs, newest first."""
    with db.reading() as cursor:
        return _newest(cursor, limit)


def counted(findings: Iterable[Finding]) -> dict[Key, tuple[int, float]]:
    """Count and share by finding. A rule may find two things of one severity, such as loops and cuts."""
    counts: dict[Key, tuple[int, float]] = {}
    for key, each in keyed(findings):
        counts[key] = (each.count, each.share)
    return counts


def keyed(findings: Iterable[Finding]) -> list[tuple[Key, Finding]]:
    """Every finding with the key it is remembered under."""
    seen: dict[tuple[str, str], int] = {}
    found = []
    for each in findings:
        kind = (each.rule, each.severity.value)
        seen[kind] = seen.get(kind, -1) + 1
        found.append(((*kind, seen[kind]), each))
    return found


def trend(now: Finding, before: Run | None, key: Key) -> str:
    """How a finding has changed, for the screen; "" on the first run."""
    if before is None:
        return ""
    count, _ = before.counts.get(key, (0, 0.0))
    if count == 0:
        return "new since the last run"
    if count == now.count:
        return "as many as at the last run"
    return f"{abs(now.count - count):,} {'more' if now.count > count else 'fewer'} than at the last run"


def gone(findings: Iterable[Finding], before: Run | None) -> tuple[str, ...]:
    """Rules of the last run that find nothing any more."""
    if before is None:
        return ()
    return tuple(sorted({rule for rule, _, _ in before.counts} - {each.rule for each in findings}))


def _newest(cursor: duckdb.DuckDBPyConnection, limit: int) -> list[Run]:
    rows = cursor.execute(
        "SELECT number, ran, pairs, policy, findings FROM validation_run ORDER BY number DESC LIMIT $limit",
        {"limit": limit},
    ).fetchall()
    return [_from_row(row) for row in rows]


def _from_row(row: tuple[int, datetime, int, str, str]) -> Run:
    found = json.loads(row[4])
    counts = {(rule, severity, nth): (count, share) for rule, severity, nth, count, share in found}
    return Run(number=row[0], ran=row[1], pairs=row[2], policy=row[3], counts=counts)
