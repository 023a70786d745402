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


def rows_of(
    cursor: duckdb.DuckDBPyConnection, table: str, said: str, action_id: str
) -> list[tuple[str, str | None, bool]]:
    """The pairs of an action: what was in effect before it, and whether its row is still the newest.

    Args:
        table: an append-only one, whose rows have the id of their action before the colon.
        said: the SQL of what a row of it says of its pair.
    """
    return cursor.execute(
        f"""
        WITH told AS (  -- what was undone, and the undoing of it, stand in nobody's way
            SELECT id, pair_id, number, {said} AS said,
                   starts_with(id, $undo) OR $undo || id IN (SELECT id FROM {table}) AS void
            FROM {table}
            WHERE pair_id IN (SELECT pair_id FROM {table} WHERE split_part(id, ':', 1) = $action)
        ),
        placed AS (
            SELECT id, pair_id, number, lag(said) OVER (PARTITION BY pair_id ORDER BY number) AS before,
                   max(number) FILTER (WHERE NOT void) OVER (PARTITION BY pair_id) AS newest
            FROM told
        )
        SELECT pair_id, before, coalesce(number = newest, false) FROM placed
        WHERE split_part(id, ':', 1) = $action ORDER BY pair_id
        """,  # noqa: S608 - names of ours
        {"action": action_id, "undo": UNDO},
    ).fetchall()


def subject(pair_ids: Collection[str]) -> str:
    """What the audit calls these pairs."""
    return next(iter(pair_ids)) if len(pair_ids) == 1 else f"{len(pair_ids)} pairs"
