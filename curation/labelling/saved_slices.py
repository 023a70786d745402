"""Filters of Browse that somebody gave a name, for the whole project. The only writer of saved_slice."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import duckdb

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import events
from curation.labelling.matching import Filter, Order
from curation.model import State, Tier, Verdict

_MOST_LETTERS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSlice:
    """A filter and an order with a name; what it finds is looked up anew each time."""

    name: str
    wanted: Filter
    order: Order
    saved_by: str
    saved: datetime


def save(db: Database, name: str, wanted: Filter, order: Order, *, by: str, now: datetime) -> None:
    """Keep a filter under a name.

    Raises:
        InvalidInput: no name, one that is too long or taken, or a filter that leaves nothing out.
    """
    named = name.strip()
    if not named or len(named) > _MOST_LETTERS:
        raise InvalidInput(f"Give the slice a name of 1 to {_MOST_LETTERS} characters.")
    if wanted == Filter():
        raise InvalidInput("Set a filter first: a slice of everything is the whole list.")
    given = {field: value for field, value in asdict(wanted).items() if value not in (None, "")}
    if wanted.language == "":
        given["language"] = ""
    with db.writing() as tx:
        try:
            tx.execute(
                """
                INSERT INTO saved_slice (name, filter, sorted, saved_by, saved)
                VALUES ($name, $filter, $sorted, $by, $now)
                """,
                {
                    "name": named,
                    "filter": json.dumps(given, ensure_ascii=False),
                    "sorted": order,
                    "by": by,
                    "now": now,
                },
            )
        except duckdb.ConstraintException as error:
            raise InvalidInput(f"There is a slice named {named} already. Choose another name.") from error
        events.record(tx, actor=by, action="save slice", subject=named, detail=wanted.told, now=now)


def every(db: Database) -> tuple[SavedSlice, ...]:
    """All of them, by name."""
    with db.reading() as cursor:
        rows = cursor.execute(
            "SELECT name, filter, sorted, saved_by, saved FROM saved_slice ORDER BY lower(name), name"
        ).fetchall()
    return tuple(
        SavedSlice(
            name=row[0],
            wanted=_filter(json.loads(row[1])),
            order=Order(row[2]),
            saved_by=row[3],
            saved=row[4],
        )
        for row in rows
    )


def remove(db: Database, name: str, *, by: str, now: datetime) -> None:
    """Forget a slice; its pairs stay what they are.

    Raises:
        Unknown: there is none of this name.
    """
    with db.writing() as tx:
        row = tx.execute(
            """
            DELETE FROM saved_slice WHERE name = $name RETURNING name
            """,
            {"name": name},
        ).fetchone()
        if row is None:
            raise Unknown(f"There is no slice named {name} any more. Reload the page.")
        events.record(tx, actor=by, action="remove slice", subject=name, now=now)


def _filter(given: Mapping[str, Any]) -> Filter:
    kinds = {"state": State, "winner": Verdict, "tier": Tier}
    values: dict[str, Any] = {
        name: kinds[name](value) if name in kinds else value for name, value in given.items()
    }
    return Filter(**values)
