"""What people decided. The only writer of the table decision, which is append-only.

Undo and change are further rows: a row that `supersedes` another replaces it, and one without a
verdict takes it back. The views of the schema say what is in effect.
"""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

import duckdb
import pyarrow as pa

from curation.database import Database
from curation.errors import AlreadyDecided, InvalidInput, NothingToUndo, Unknown
from curation.labelling import journal
from curation.model import Answer, Arm, Decision, Verdict

Row = tuple[
    str, str, str, int, str | None, int | None, str, str, str | None,
    str | None, str, int, float | None, float | None, datetime | None, datetime, str | None,
]  # fmt: skip

_ARRIVED = pa.schema(
    [
        *((name, pa.string()) for name in ("id", "pair_id", "annotator_id", "verdict", "left_answer", "arm")),
        *((name, pa.string()) for name in ("reasons", "comment", "rewrite", "supersedes")),
        *((name, pa.int32()) for name in ("position", "round", "strength", "guideline_version")),
        *((name, pa.float64()) for name in ("seconds_shown", "seconds_active")),
        *((name, pa.timestamp("us")) for name in ("client_time", "server_time")),
    ]
)


class Outcome(StrEnum):
    """What a save did. Either way the decision is on disk."""

    RECORDED = "recorded"
    ALREADY_THERE = "already there"


def record(database: Database, decision: Decision) -> Outcome:
    """Record one decision. When this returns it is on disk, and doing it again changes nothing.

    A further decision by the same person on the same pair is accepted, whether or not it names the
    one it supersedes: nobody's work is refused, and the newest in effect is the vote.

    Args:
        decision: `annotator_id` is taken on trust (from a signed token); `verdict` None takes back
            the decision that `supersedes` names, see also `undo`.

    Raises:
        Unknown: there is no such pair, or `supersedes` names no decision of this person on this pair.
        AlreadyDecided: the id is taken by a different decision.
        InvalidInput: verdict and supersedes are both None.
    """
    if decision.verdict is None and decision.supersedes is None:
        raise InvalidInput("To take back a decision, name it.")
    with database.writing() as tx:
        standing = _find(tx, decision.id)
        if standing is not None:
            return _repeated(standing, decision)
        _require_pair(tx, decision.pair_id)
        if decision.supersedes is not None:
            _require_own(tx, decision)
        _insert(tx, decision)
    return Outcome.RECORDED


def record_many(tx: duckdb.DuckDBPyConnection, batch: Sequence[Decision]) -> int:
    """Record imported votes inside the caller's transaction, in the order given.

    Ids must be derived from what was decided: one that is taken is the same vote again, and is left
    as it is. The pairs must exist, or be added in the same transaction.

    Returns:
        How many were new.
    """
    rows = [_parameters(decision) | {"position": place} for place, decision in enumerate(batch)]
    arrived = pa.Table.from_pylist(rows, _ARRIVED)  # noqa: F841 - DuckDB finds it by name
    # Numbered after sorting: a parallel insert hands out a column's default in any order.
    (added,) = tx.execute(
        """
        INSERT INTO decision BY NAME
        SELECT nextval('decision_number') AS number, id, pair_id, annotator_id, round, verdict, strength,
               reasons, comment, rewrite, left_answer, arm, guideline_version, seconds_shown, seconds_active,
               client_time, server_time, supersedes
        FROM (FROM arrived ORDER BY position)
        ON CONFLICT DO NOTHING
        """
    ).fetchone() or (0,)
    return int(added)


def undo(
    database: Database,
    *,
    undo_id: str,
    decision_id: str,
    annotator_id: str,
    now: datetime,
    client_time: datetime | None = None,
) -> Outcome:
    """Take back one decision: a further row that supersedes it and has no verdict.

    Where the decision had itself replaced an earlier one, the row says again what the earlier one
    said, so that what was in effect before is in effect again.

    Args:
        undo_id: made by the client; doing it again with the same id changes nothing.
        decision_id: the person's own decision, in effect.
        now: naive UTC.

    Raises:
        Unknown: the person has no such decision.
        NothingToUndo: it was replaced or taken back before.
        AlreadyDecided: undo_id is taken by something else.
    """
    with database.writing() as tx:
        target = _find(tx, decision_id)
        if target is None or target.annotator_id != annotator_id:
            raise Unknown(f"You have no decision {decision_id} that could be taken back.")
        taken_back = replace(
            _before(tx, target), id=undo_id, supersedes=target.id, client_time=client_time, server_time=now
        )
        standing = _find(tx, undo_id)
        if standing is not None:
            return _repeated(standing, taken_back)
        if target.verdict is None or _is_superseded(tx, decision_id):
            raise NothingToUndo("That decision was already replaced or taken back.")
        _insert(tx, taken_back)
    return Outcome.RECORDED


def history(database: Database, pair_id: str) -> tuple[Decision, ...]:
    """Everything that was ever decided about a pair, oldest first, undone decisions and undos included."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite,
                   left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time,
                   server_time, supersedes
            FROM decision WHERE pair_id = $pair_id ORDER BY number
            """,
            {"pair_id": pair_id},
        ).fetchall()
    return tuple(_from_row(row) for row in rows)


def by_annotator(database: Database, annotator_id: str, *, limit: int = 20) -> tuple[Decision, ...]:
    """The person's last decisions in effect, newest first; skips included."""
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        newest = book.recent(book.person(annotator_id), limit)
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite,
                   left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time,
                   server_time, supersedes
            FROM decision WHERE rowid IN (SELECT unnest($rows)) ORDER BY rowid DESC
            """,
            {"rows": newest},
        ).fetchall()
    return tuple(_from_row(row) for row in rows)


def _find(tx: duckdb.DuckDBPyConnection, decision_id: str) -> Decision | None:
    row = tx.execute(
        """
        SELECT id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite,
               left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time,
               server_time, supersedes
        FROM decision WHERE id = $id
        """,
        {"id": decision_id},
    ).fetchone()
    return None if row is None else _from_row(row)


def _repeated(standing: Decision, decision: Decision) -> Outcome:
    # Times, arm and guideline version may differ when a client sends again after a restart of the server.
    same = replace(
        decision,
        arm=standing.arm,
        guideline_version=standing.guideline_version,
        seconds_shown=standing.seconds_shown,
        seconds_active=standing.seconds_active,
        client_time=standing.client_time,
        server_time=standing.server_time,
    )
    if same != standing:
        raise AlreadyDecided(
            f"The decision id {decision.id} is taken by another decision. Nothing was changed; decide again."
        )
    return Outcome.ALREADY_THERE


def _require_pair(tx: duckdb.DuckDBPyConnection, pair_id: str) -> None:
    if tx.execute("SELECT 1 FROM pair WHERE id = $pair_id", {"pair_id": pair_id}).fetchone() is None:
        raise Unknown(f"There is no pair {pair_id}. It may belong to another workspace.")


def _require_own(tx: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    target = _find(tx, decision.supersedes or "")
    ours = (decision.annotator_id, decision.pair_id)
    if target is None or (target.annotator_id, target.pair_id) != ours:
        raise Unknown(f"You have no decision {decision.supersedes} on this pair that could be replaced.")


def _is_superseded(tx: duckdb.DuckDBPyConnection, decision_id: str) -> bool:
    found = tx.execute(
        "SELECT 1 FROM decision WHERE supersedes = $id LIMIT 1", {"id": decision_id}
    ).fetchone()
    return found is not None


def _before(tx: duckdb.DuckDBPyConnection, target: Decision) -> Decision:
    """What the decision replaced; itself without a verdict where it replaced nothing."""
    earlier = None if target.supersedes is None else _find(tx, target.supersedes)
    if earlier is not None:
        return earlier
    return replace(
        target,
        verdict=None,
        strength=None,
        reasons=(),
        comment="",
        rewrite=None,
        seconds_shown=None,
        seconds_active=None,
    )


def _insert(tx: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    tx.execute(
        """
        INSERT INTO decision (id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite,
                              left_answer, arm, guideline_version, seconds_shown, seconds_active, client_time,
                              server_time, supersedes)
        VALUES ($id, $pair_id, $annotator_id, $round, $verdict, $strength, $reasons, $comment, $rewrite,
                $left_answer, $arm, $guideline_version, $seconds_shown, $seconds_active, $client_time,
                $server_time, $supersedes)
        """,
        _parameters(decision),
    )


def _parameters(decision: Decision) -> dict[str, object]:
    return {
        "id": decision.id,
        "pair_id": decision.pair_id,
        "annotator_id": decision.annotator_id,
        "round": decision.round,
        "verdict": None if decision.verdict is None else decision.verdict.value,
        "strength": decision.strength,
        "reasons": json.dumps(decision.reasons, ensure_ascii=False),
        "comment": decision.comment,
        "rewrite": decision.rewrite,
        "left_answer": None if decision.left is None else decision.left.value,
        "arm": decision.arm.value,
        "guideline_version": decision.guideline_version,
        "seconds_shown": decision.seconds_shown,
        "seconds_active": decision.seconds_active,
        "client_time": decision.client_time,
        "server_time": decision.server_time,
        "supersedes": decision.supersedes,
    }


def _from_row(row: Row) -> Decision:
    return Decision(
        id=row[0],
        pair_id=row[1],
        annotator_id=row[2],
        round=row[3],
        verdict=None if row[4] is None else Verdict(row[4]),
        strength=row[5],
        reasons=tuple(json.loads(row[6])),
        comment=row[7],
        rewrite=row[8],
        left=None if row[9] is None else Answer(row[9]),
        arm=Arm(row[10]),
        guideline_version=row[11],
        seconds_shown=row[12],
        seconds_active=row[13],
        client_time=row[14],
        server_time=row[15],
        supersedes=row[16],
    )
