"""The last word on a pair, by a reviewer or a lead. The only writer of settlement, which is append-only.

One action settles one pair or several; its rows carry its id before the colon. Undo (undoing.py) is one more
action, whose rows say again what stood before. Votes are never touched: settlements and votes both stay.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo
from curation.labelling import actions, events, placements
from curation.labelling.actions import Action
from curation.model import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One row: who said what about a pair, when and why. `verdict` None takes back what stood before."""

    pair_id: str
    verdict: Verdict | None
    reason: str
    settled_by: str
    settled: datetime


def settle(database: Database, verdicts: Mapping[str, Verdict], action: Action) -> int:
    """Settle every pair of `verdicts` in one action, or none of them; one that was sent back waits no longer.

    Args:
        verdicts: pair id → verdict; an earlier settlement of the pair is replaced.

    Returns:
        How many pairs were settled; 0 where this action was done before.

    Raises:
        InvalidInput: no reason, no pair, or a skip for a verdict.
        Unknown: there is no such pair.
    """
    if any(not verdict.is_vote for verdict in verdicts.values()):
        raise InvalidInput(
            "A pair is settled with a winner, a tie or both bad. To leave it open, go to the next one."
        )
    return _act(database, verdicts, action, "settle")


def take_back(database: Database, pair_ids: Collection[str], action: Action) -> int:
    """Let the votes of these pairs speak again, whoever settled them.

    Raises:
        NothingToUndo: none of them is settled.
        InvalidInput, Unknown: as in `settle`.
    """
    with database.reading() as cursor:
        standing = _in_effect(cursor, pair_ids)
        repeated = rows_of(cursor, action.id)
    settled = [pair_id for pair_id in pair_ids if standing.get(pair_id) is not None]
    if pair_ids and not settled and not repeated:
        raise NothingToUndo("This pair is not settled.")
    return _act(database, dict.fromkeys(settled or pair_ids), action, "take back settlement")


def history(database: Database, pair_id: str) -> tuple[Settlement, ...]:
    """Everything that was ever settled about a pair, oldest first, what was taken back included."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT pair_id, verdict, reason, settled_by, settled
            FROM settlement WHERE pair_id = $pair_id ORDER BY number
            """,
            {"pair_id": pair_id},
        ).fetchall()
    return tuple(
        Settlement(
            pair_id=row[0],
            verdict=None if row[1] is None else Verdict(row[1]),
            reason=row[2],
            settled_by=row[3],
            settled=row[4],
        )
        for row in rows
    )


def restore(tx: duckdb.DuckDBPyConnection, action_id: str, undo: Action) -> list[str]:
    """Say again of each pair of an action what stood before it, unless it was settled anew; those pairs."""
    before = {pair_id: earlier for pair_id, earlier, newest in rows_of(tx, action_id) if newest}
    if before:
        _insert(tx, before, undo)
    return list(before)


def rows_of(cursor: duckdb.DuckDBPyConnection, action_id: str) -> list[tuple[str, Verdict | None, bool]]:
    """The pairs of an action: what was in effect before it, and whether its row is still the newest."""
    rows = actions.rows_of(cursor, "settlement", "verdict", action_id)
    return [(pair, None if said is None else Verdict(said), newest) for pair, said, newest in rows]


def _act(database: Database, verdicts: Mapping[str, Verdict | None], action: Action, name: str) -> int:
    action.checked(list(verdicts))
    with database.writing() as tx:
        if rows_of(tx, action.id):
            return 0
        actions.require_pairs(tx, list(verdicts))
        _insert(tx, verdicts, action)
        placements.call_home(tx, list(verdicts), action)
        _record(tx, verdicts, action, name)
    return len(verdicts)


def _insert(tx: duckdb.DuckDBPyConnection, verdicts: Mapping[str, Verdict | None], action: Action) -> None:
    tx.execute(
        """
        INSERT INTO settlement (id, pair_id, verdict, reason, settled_by, settled)
        SELECT $action || ':' || pair_id, pair_id, verdict, $reason, $by, $now
        FROM (SELECT unnest($pairs) AS pair_id, unnest($verdicts::VARCHAR[]) AS verdict)
        """,
        {
            "action": action.id,
            "pairs": list(verdicts),
            "verdicts": [None if verdict is None else verdict.value for verdict in verdicts.values()],
            "reason": action.reason.strip(),
            "by": action.by,
            "now": action.now,
        },
    )


def _record(
    tx: duckdb.DuckDBPyConnection, verdicts: Mapping[str, Verdict | None], action: Action, name: str
) -> None:
    counts = Counter("open" if verdict is None else verdict.value for verdict in verdicts.values())
    detail = {"action": action.id, "pairs": len(verdicts), "verdicts": dict(counts)}
    subject = actions.subject(list(verdicts))
    events.record(tx, actor=action.by, action=name, subject=subject, detail=detail, now=action.now)


def _in_effect(cursor: duckdb.DuckDBPyConnection, pair_ids: Collection[str]) -> dict[str, Verdict | None]:
    rows = cursor.execute(
        "SELECT pair_id, verdict FROM current_settlement WHERE pair_id IN (SELECT unnest($ids))",
        {"ids": list(pair_ids)},
    ).fetchall()
    return {row[0]: None if row[1] is None else Verdict(row[1]) for row in rows}
