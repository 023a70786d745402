"""The moment of a release: how far every table had grown, and looking back at exactly that.

The tables behind a release are append-only, so their state at any moment is their first rows. Looking back
lays a temporary view of those rows over each table, under its name: every rule and every query then reads
the past without knowing it. Other cursors see the present; the views go with the transaction.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import pyarrow as pa

from curation.errors import InvalidInput
from curation.model import Tier
from curation.release import write
from curation.validation import measuring, runner
from curation.validation.exclusion import Cursor
from curation.validation.policy import Policy

# Row numbers of DuckDB are dense and in the order of arrival where rows are never deleted; a copy of the
# database (backups) keeps them. `number` where a table has one of its own.
TABLES = {
    "pair": "rowid",
    "appearance": "rowid",
    "given_order": "rowid",
    "protected_prompt": "rowid",
    "decision": "number",
    "settlement": "number",
    "rewrite": "rowid",
    "edit": "rowid",
    "placement": "number",
    "mend": "number",
    "ending": "rowid",
    "stated_licence": "number",
    "guideline": "version",
    "project": "version",
}
Marks = Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What decided a release besides the texts.

    Attributes:
        marks: last row of each table; -1 where it was empty.
        made_with: versions of what decides bytes; another version may write other bytes.
    """

    policy: Policy
    marks: Marks
    made_with: Mapping[str, str]


def present(cursor: Cursor, policy: Policy) -> Moment:
    """The moment that the snapshot of this cursor sees."""
    return Moment(policy=policy, marks=_marks(cursor), made_with=versions())


def versions() -> dict[str, str]:
    """What decides the bytes of a release and is no part of the workspace."""
    return {
        "format": str(write.FORMAT),
        "rules": runner.RULE_SET,
        "measure": str(measuring.MEASURE),
        "pyarrow": pa.__version__,
    }


def look_back(cursor: Cursor, moment: Moment) -> None:
    """Let this cursor, inside its transaction, see the tables as they were.

    Raises:
        InvalidInput: rows of that moment are no longer in the database.
    """
    now = _marks(cursor)
    lost = sorted(table for table, mark in moment.marks.items() if now.get(table, -1) < mark)
    if lost:
        raise InvalidInput(
            f"The database no longer holds the state of that moment: rows of {', '.join(lost)} are missing. "
            "Restore a backup that was made after the release."
        )
    for table, column in TABLES.items():
        # Names and numbers of ours, none of them text from outside; a view takes no parameters.
        cursor.execute(
            f"CREATE TEMP VIEW {table} AS SELECT * FROM {_database(cursor)}.main.{table}"  # noqa: S608
            f" WHERE {column} <= {int(moment.marks.get(table, -1))}"
        )


def to_json(moment: Moment) -> dict[str, str]:
    """The columns of release_moment."""
    return {
        "policy": json.dumps(asdict(moment.policy), sort_keys=True),
        "marks": json.dumps(dict(moment.marks), sort_keys=True),
        "made_with": json.dumps(dict(moment.made_with), sort_keys=True),
    }


def from_json(policy: str, marks: str, made_with: str) -> Moment:
    """The inverse of to_json; a threshold that did not exist then has its default."""
    known = {field: value for field, value in json.loads(policy).items() if field in asdict(Policy())}
    return Moment(policy=_policy(known), marks=json.loads(marks), made_with=json.loads(made_with))


def _policy(values: dict[str, Any]) -> Policy:
    tuples = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Policy(**{**values, **tuples, "minimum_tier": Tier(values["minimum_tier"])})


def _marks(cursor: Cursor) -> dict[str, int]:
    # rowid is what DuckDB calls it; on an empty table max() is NULL.
    marks = {}
    for table, column in TABLES.items():
        (last,) = cursor.execute(f"SELECT max({column}) FROM {table}").fetchone() or (None,)  # noqa: S608
        marks[table] = -1 if last is None else int(last)
    return marks


def _database(cursor: Cursor) -> str:
    (name,) = cursor.execute("SELECT current_database()").fetchone() or ("",)
    return '"' + str(name).replace('"', '""') + '"'
