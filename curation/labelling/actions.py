"""What every action of a reviewer has in common: an id that makes it happen once, a reason, pairs that exist.

An action may touch several pairs in several tables; its rows carry its id before the colon, so that it can be
undone as one (undoing.py). Nothing here writes a table but the audit.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.errors import InvalidInput, Unknown

UNDO = "undo-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Who acts, why and when.

    Attributes:
        id: made by the page, without a colon; the same id again changes nothing.
        now: naive UTC.
    """

    id: str
    reason: str
    by: str
    now: datetime

    def checked(self, pair_ids: Collection[str]) -> "Action":
        """The action itself.

        Raises:
            InvalidInput: it has no reason, or names no pair.
        """
        if not self.reason.strip():
            raise InvalidInput("Say why: this needs a reason, for the people who voted and for the audit.")
        if not pair_ids:
            raise InvalidInput("No pair was named, so nothing was done.")
        if ":" in self.id:
            raise ValueError("the colon ends the id of an action")
        return self


def require_pairs(tx: duckdb.DuckDBPyConnection, pair_ids: Collection[str]) -> None:
    """Every one of the pairs is there.

    Raises:
        Unknown: one is not; it is named.
    """
    missing = tx.execute(
        """
        SELECT named FROM (SELECT unnest($ids) AS named)
        WHERE NOT EXISTS (SELECT 1 FROM pair WHERE pair.id = named) ORDER BY named LIMIT 1
        """,
        {"ids": list(pair_ids)},
    ).fetchone()
    if missing is not None:
        raise Unknown(f"There is no pair {missing[0]}. It may belong to another workspace.")


def subject(pair_ids: Collection[str]) -> str:
    """What the audit calls these pairs."""
    return next(iter(pair_ids)) if len(pair_ids) == 1 else f"{len(pair_ids)} pairs"
