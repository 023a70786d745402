"""The thresholds a project has chosen. The only writer of rule_limits, whose rows are versions.

A release keeps the whole policy it was made with (release_moment), so that a later version changes
nothing about writing it again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events
from curation.validation.knobs import BY_NAME
from curation.validation.policy import Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The version in effect; version 0 until somebody has changed anything.

    Attributes:
        changes: thresholds that are not the default, by name.
        changed_by: pseudonym; "" for version 0.
    """

    version: int = 0
    changes: Mapping[str, float]
    changed_by: str = ""
    changed: datetime | None = None

    @property
    def policy(self) -> Policy:
        """The default policy with these thresholds; what a release asks besides is the release's."""
        return applied(Policy(), self.changes)


def current(db: Database) -> Limits:
    """The version in effect."""
    with db.reading() as cursor:
        return _read(cursor)


def change(db: Database, values: Mapping[str, float], *, by: str, now: datetime) -> Limits:
    """Put thresholds into effect for the next validation; those not named stay as they are.

    Args:
        values: threshold by name; one at its default is no longer listed as changed.
        by: pseudonym, for the audit.

    Raises:
        InvalidInput: no such threshold, one outside its range, or some that contradict each other.
    """
    for name, value in values.items():
        if name not in BY_NAME:
            raise InvalidInput(f"There is no threshold {name!r}. Thresholds: {', '.join(BY_NAME)}.")
        BY_NAME[name].check(value)
    with db.writing() as tx:
        before = _read(tx)
        wanted = {**before.changes, **values}
        kept = {name: value for name, value in wanted.items() if value != BY_NAME[name].default}
        if kept == dict(before.changes):
            return before
        applied(Policy(), kept)
        after = Limits(version=before.version + 1, changes=kept, changed_by=by, changed=now)
        tx.execute(
            """
            INSERT INTO rule_limits (version, changes, changed_by, changed)
            VALUES ($version, $changes, $by, $now)
            """,
            {"version": after.version, "changes": json.dumps(kept, sort_keys=True), "by": by, "now": now},
        )
        events.record(
            tx,
            actor=by,
            action="change rules",
            subject=str(after.version),
            now=now,
            detail=_differing(before.changes, kept),
        )
    return after


def applied(policy: Policy, changes: Mapping[str, float]) -> Policy:
    """The policy with these thresholds.

    Raises:
        InvalidInput: thresholds contradict each other, such as a warning beyond its error.
    """
    fields = {
        name: int(value) if BY_NAME[name].is_whole else float(value)
        for name, value in changes.items()
        if name in BY_NAME  # a threshold that a later version of the rules has dropped
    }
    return replace(policy, **fields)  # type: ignore[arg-type]


def _read(cursor: duckdb.DuckDBPyConnection) -> Limits:
    row = cursor.execute(
        "SELECT version, changes, changed_by, changed FROM rule_limits ORDER BY version DESC LIMIT 1"
    ).fetchone()
    if row is None:
        return Limits(changes={})
    return Limits(version=row[0], changes=json.loads(row[1]), changed_by=row[2], changed=row[3])


def _differing(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, object]:
    old = {name: before.get(name, knob.default) for name, knob in BY_NAME.items()}
    new = {name: after.get(name, knob.default) for name, knob in BY_NAME.items()}
    return {name: [old[name], new[name]] for name in BY_NAME if old[name] != new[name]}
