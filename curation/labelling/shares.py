"""How often each arm of the queue serves a pair. The only writer of mix, whose newest row is in effect."""

import json
import math
from collections.abc import Mapping
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events
from curation.model import Arm

# The weighted mix of rules.md §5, in percent.
USUAL: Mapping[Arm, float] = {
    Arm.RANDOM: 40,
    Arm.SECOND_VOTE: 25,
    Arm.SUSPECTED: 15,
    Arm.UNCERTAIN: 10,
    Arm.GOLD: 5,
    Arm.ADJUDICATION: 2,
    Arm.REPEAT: 3,
}


def current(database: Database) -> Mapping[Arm, float]:
    """The weights in effect, one for each arm of USUAL; from memory where nothing has changed."""
    return database.remembered(_newest)


def change(database: Database, weights: Mapping[Arm, float], *, by: str, now: datetime) -> None:
    """Serve the arms by these weights from now on; only their proportions matter.

    Raises:
        InvalidInput: a weight is missing, is not a number of 0 or more, or leaves no ordinary pairs.
    """
    if set(weights) != set(USUAL) or not all(math.isfinite(w) and w >= 0 for w in weights.values()):
        raise InvalidInput("Give every arm a weight of 0 or more.")
    if sum(weight for arm, weight in weights.items() if arm not in (Arm.GOLD, Arm.REPEAT)) <= 0:
        raise InvalidInput(
            "Gold and repeats stand among ordinary pairs: give at least one other arm a weight."
        )
    named = {arm.value: weights[arm] for arm in USUAL}
    with database.writing() as tx:
        tx.execute(
            "INSERT INTO mix (weights, changed_by, changed) VALUES ($weights, $by, $now)",
            {"weights": json.dumps(named), "by": by, "now": now},
        )
        events.record(tx, actor=by, action="change mix", detail=named, now=now)


def _newest(cursor: duckdb.DuckDBPyConnection) -> Mapping[Arm, float]:
    row = cursor.execute("SELECT weights FROM mix ORDER BY number DESC LIMIT 1").fetchone()
    if row is None:
        return USUAL
    stored = json.loads(row[0])
    return {arm: float(stored.get(arm.value, weight)) for arm, weight in USUAL.items()}
