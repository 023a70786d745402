"""The last word on a pair, by a reviewer or a lead. The only writer of settlement, which is append-only.

One action settles one pair or several; its rows carry its id before the colon. Undo is one more action, whose
rows say again what stood before. Votes are never touched: settlements and votes both stay.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo, Unknown
from curation.labelling import events
from curation.model import Verdict

_UNDO = "undo-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """One row: who said what about a pair, when and why. `verdict` None takes back what stood before."""

    pair_id: str
    verdict: Verdict | None
    reason: str
    settled_by: str
    settled: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One act of settling, of `pairs` pairs at once."""

    id: str
    pairs: int
    reason: str
    settled: datetime


def settle(
    database: Database,
    verdicts: Mapping[str, Verdict],
    *,
    action_id: str,
    reason: str,
    by: str,
    now: datetime,
) -> int:
    """Settle every pair of `verdicts` in one action, or none of them.

    Args:
        verdicts: pair id → verdict; an earlier settlement of the pair is replaced.
        action_id: made by the page, without a colon; doing it again with the same id changes nothing.
        now: naive UTC.

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
    return _act(database, dict(verdicts), action_id=action_id, reason=reason, by=by, now=now, name="settle")


def take_back(
    database: Database, pair_id: str, *, action_id: str, reason: str, by: str, now: datetime
) -> int:
    """Let the votes of a pair speak again, whoever settled it.

    Raises:
        NothingToUndo: no settlement of the pair is in effect.
        InvalidInput, Unknown: as in `settle`.
    """
    with database.reading() as cursor:
        standing = _in_effect(cursor, [pair_id])
        repeated = _rows_of(cursor, action_id)
    if standing.get(pair_id) is None and not repeated:
        raise NothingToUndo("This pair is not settled.")
    return _act(
        database,
        {pair_id: None},
        action_id=action_id,
        reason=reason,
        by=by,
        now=now,
        name="take back settlement",
    )


def undo(database: Database, action_id: str, *, by: str, now: datetime) -> int:
    """Undo one action: each of its pairs stands again as before it; doing it twice changes nothing.

    A pair that was settled anew since then keeps what was said last.

    Returns:
        How many pairs were put back.

    Raises:
        Unknown: there is no such action.
    """
    with database.writing() as tx:
        rows = _rows_of(tx, action_id)
        if not rows:
            raise Unknown(f"There is no settlement {action_id} that could be undone.")
        before = {pair_id: earlier for pair_id, earlier, newest in rows if newest}
        if _rows_of(tx, _UNDO + action_id) or not before:
            return 0
        _insert(tx, before, action_id=_UNDO + action_id, reason="Undone", by=by, now=now)
        _record(tx, before, action_id=action_id, by=by, now=now, name="undo settlement")
    return len(before)


def latest(database: Database, by: str) -> Action | None:
    """This person's newest action that can be undone: some of it is in effect. None where there is none."""
    with database.reading() as cursor:
        row = cursor.execute(
            """
            WITH placed AS (
                SELECT split_part(id, ':', 1) AS action, number, reason, settled_by, settled,
                       lead(number) OVER (PARTITION BY pair_id ORDER BY number) IS NULL AS newest
                FROM settlement
            )
            SELECT action, count(*), max(reason), max(settled) FROM placed
            WHERE newest AND settled_by = $by AND NOT starts_with(action, $undo)
            GROUP BY action ORDER BY max(number) DESC LIMIT 1
            """,
            {"by": by, "undo": _UNDO},
        ).fetchone()
    return None if row is None else Action(id=row[0], pairs=int(row[1]), reason=row[2], settled=row[3])


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


def _act(
    database: Database,
    verdicts: Mapping[str, Verdict | None],
    *,
    action_id: str,
    reason: str,
    by: str,
    now: datetime,
    name: str,
) -> int:
    if not reason.strip():
        raise InvalidInput(
            "Say why: a settlement needs a reason, for the people who voted and for the audit."
        )
    if not verdicts:
        raise InvalidInput("No pair was named, so nothing was settled.")
    if ":" in action_id:
        raise ValueError("the colon ends the id of an action")
    with database.writing() as tx:
        if _rows_of(tx, action_id):
            return 0
        _require_pairs(tx, list(verdicts))
        _insert(tx, verdicts, action_id=action_id, reason=reason.strip(), by=by, now=now)
        _record(tx, verdicts, action_id=action_id, by=by, now=now, name=name)
    return len(verdicts)


def _require_pairs(tx: duckdb.DuckDBPyConnection, pair_ids: list[str]) -> None:
    missing = tx.execute(
        """
        SELECT named FROM (SELECT unnest($ids) AS named)
        WHERE NOT EXISTS (SELECT 1 FROM pair WHERE pair.id = named) ORDER BY named LIMIT 1
        """,
        {"ids": pair_ids},
    ).fetchone()
    if missing is not None:
        raise Unknown(f"There is no pair {missing[0]}. It may belong to another workspace.")


def _insert(
    tx: duckdb.DuckDBPyConnection,
    verdicts: Mapping[str, Verdict | None],
    *,
    action_id: str,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    tx.execute(
        """
        INSERT INTO settlement (id, pair_id, verdict, reason, settled_by, settled)
        SELECT $action_id || ':' || pair_id, pair_id, verdict, $reason, $by, $now
        FROM (SELECT unnest($pairs) AS pair_id, unnest($verdicts::VARCHAR[]) AS verdict)
        """,
        {
            "action_id": action_id,
            "pairs": list(verdicts),
            "verdicts": [None if verdict is None else verdict.value for verdict in verdicts.values()],
            "reason": reason,
            "by": by,
            "now": now,
        },
    )


def _record(
    tx: duckdb.DuckDBPyConnection,
    verdicts: Mapping[str, Verdict | None],
    *,
    action_id: str,
    by: str,
    now: datetime,
    name: str,
) -> None:
    only = next(iter(verdicts)) if len(verdicts) == 1 else ""
    counts = Counter("open" if verdict is None else verdict.value for verdict in verdicts.values())
    detail = {"action": action_id, "pairs": len(verdicts), "verdicts": dict(counts)}
    events.record(tx, actor=by, action=name, subject=only or f"{len(verdicts)} pairs", detail=detail, now=now)


def _rows_of(cursor: duckdb.DuckDBPyConnection, action_id: str) -> list[tuple[str, Verdict | None, bool]]:
    """The pairs of an action: what was in effect before it, and whether its row is still the newest."""
    rows = cursor.execute(
        """
        WITH placed AS (
            SELECT id, pair_id, lag(verdict) OVER of_pair AS before,
                   lead(number) OVER of_pair IS NULL AS newest
            FROM settlement
            WHERE pair_id IN (SELECT pair_id FROM settlement WHERE split_part(id, ':', 1) = $action_id)
            WINDOW of_pair AS (PARTITION BY pair_id ORDER BY number)
        )
        SELECT pair_id, before, newest FROM placed WHERE split_part(id, ':', 1) = $action_id ORDER BY pair_id
        """,
        {"action_id": action_id},
    ).fetchall()
    return [(row[0], None if row[1] is None else Verdict(row[1]), bool(row[2])) for row in rows]


def _in_effect(cursor: duckdb.DuckDBPyConnection, pair_ids: list[str]) -> dict[str, Verdict | None]:
    rows = cursor.execute(
        "SELECT pair_id, verdict FROM current_settlement WHERE pair_id IN (SELECT unnest($ids))",
        {"ids": pair_ids},
    ).fetchall()
    return {row[0]: None if row[1] is None else Verdict(row[1]) for row in rows}
