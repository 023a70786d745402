"""What people decided. The only writer of the table decision, which is append-only.

Undo and change are further rows: a row that `supersedes` another replaces it, and one without a
verdict takes it back. The views of the schema say what is in effect.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

import duckdb
import pyarrow as pa

from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo, Unknown
from curation.labelling import decision_rows, details, journal, resent, rewrites, takebacks
from curation.model import Decision

_UNDO_REACH = 100  # rows of the log that redo looks back on


class Outcome(StrEnum):
    """What a save did. Either way the decision is on disk."""

    RECORDED = "recorded"
    ALREADY_THERE = "already there"


def record(database: Database, decision: Decision, *, seen: int | None = None) -> Outcome:
    """Record one decision. When this returns it is on disk, and doing it again changes nothing.

    A further decision by the same person on the same pair is accepted, whether or not it names the
    one it supersedes: nobody's work is refused, and the newest in effect is the vote.

    Args:
        decision: `annotator_id` is taken on trust (from a signed token); `verdict` None takes back
            the decision that `supersedes` names, see also `undo`.
        seen: the version of the project the person was shown; None for the one in effect.

    Raises:
        Unknown: there is no such pair, or `supersedes` names no decision of this person on this pair.
        AlreadyDecided: the id is taken by a different decision.
        InvalidInput: verdict and supersedes are both None, or a detail is not what it may be.
    """
    if decision.verdict is None and decision.supersedes is None:
        raise InvalidInput("To take back a decision, name it.")
    details.check(decision)
    with database.writing(only="decision" if decision.rewrite is None else None) as tx:
        standing = decision_rows.find(tx, decision.id)
        if standing is not None:
            resent.check(standing, decision)
            return Outcome.ALREADY_THERE
        _require_pair(tx, decision.pair_id)
        if decision.supersedes is not None:
            _require_own(tx, decision)
        details.check_against(details.versions(tx), decision, seen)
        _insert(tx, decision)
    return Outcome.RECORDED


def is_plain(database: Database, decision: Decision, seen: int | None) -> bool:
    """The decision can be written as it is: a first word on a pair that is there, with nothing to refuse.

    What is not plain is for `record`, which says what is wrong with it.
    """
    if decision.verdict is None or decision.supersedes is not None or decision.rewrite is not None:
        return False
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        if decision.pair_id not in book.places:
            return False
    try:
        details.check(decision)
        details.check_against(database.remembered(details.versions), decision, seen)
    except InvalidInput:
        return False
    return True


def record_plain(database: Database, batch: Sequence[Decision]) -> bool:
    """Record plain decisions in one transaction; False, and none is recorded, where an id is taken."""
    if not batch:
        return True
    book = journal.of(database)
    try:
        with database.writing(only="decision") as tx:
            # Nobody else writes until this block has ended.
            reads, decided = book.reads, database.changes["decision"] + 1
            _insert_all(tx, batch)
    except duckdb.ConstraintException:
        return False
    book.tell([decision_rows.told(decision) for decision in batch], decided=decided, reads=reads)
    return True


def record_many(tx: duckdb.DuckDBPyConnection, batch: Sequence[Decision]) -> int:
    """Record imported votes inside the caller's transaction, in the order given.

    Ids must be derived from what was decided: one that is taken is the same vote again, and is left
    as it is. The pairs must exist, or be added in the same transaction.

    Returns:
        How many were new.
    """
    rows = [decision_rows.parameters(decision) | {"position": place} for place, decision in enumerate(batch)]
    arrived = pa.Table.from_pylist(rows, decision_rows.ARRIVED)  # noqa: F841 - DuckDB finds it by name
    # Numbered after sorting: a parallel insert hands out a column's default in any order.
    (added,) = tx.execute(
        """
        INSERT INTO decision BY NAME
        SELECT nextval('decision_number') AS number, id, pair_id, annotator_id, round, verdict, strength,
               reasons, comment, rewrite, flag, left_answer, arm, guideline_version, seconds_shown,
               seconds_active, client_time, server_time, supersedes, text_seen
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
        target = decision_rows.find(tx, decision_id)
        if target is None or target.annotator_id != annotator_id:
            raise Unknown(f"You have no decision {decision_id} that could be taken back.")
        standing = decision_rows.find(tx, undo_id)
        if standing is not None:
            resent.check_undo(standing, target)
            return Outcome.ALREADY_THERE
        if target.verdict is None or decision_rows.is_superseded(tx, decision_id):
            raise NothingToUndo("That decision was already replaced or taken back.")
        before = _before(tx, target)
        _insert(
            tx, replace(before, id=undo_id, supersedes=target.id, client_time=client_time, server_time=now)
        )
    return Outcome.RECORDED


def history(database: Database, pair_id: str) -> tuple[Decision, ...]:
    """Everything that was ever decided about a pair, oldest first, undone decisions and undos included."""
    with database.reading() as cursor:
        return tuple(decision_rows.of_pair(cursor, pair_id))


def redo(
    database: Database,
    *,
    redo_id: str,
    decision_id: str,
    annotator_id: str,
    now: datetime,
    client_time: datetime | None = None,
) -> Outcome:
    """Decide again exactly what was taken back: a further row, in the place of what is in effect on the pair.

    Args:
        redo_id: made by the client; doing it again with the same id changes nothing.
        decision_id: the person's own decision that was taken back.
        now: naive UTC.

    Raises:
        Unknown: the person has no such decision.
        AlreadyDecided: redo_id is taken by something else.
    """
    with database.writing() as tx:
        target = decision_rows.find(tx, decision_id)
        if target is None or target.annotator_id != annotator_id or target.verdict is None:
            raise Unknown(f"You have no decision {decision_id} that could be brought back.")
        states = takebacks.states(decision_rows.log(tx, target.pair_id, annotator_id))
        again = replace(
            target,
            id=redo_id,
            supersedes=states[-1].id if states else None,
            client_time=client_time,
            server_time=now,
        )
        standing = decision_rows.find(tx, redo_id)
        if standing is not None:
            resent.check(standing, replace(again, supersedes=standing.supersedes))
            return Outcome.ALREADY_THERE
        _insert(tx, again)
    return Outcome.RECORDED


def in_effect(database: Database, pair_id: str, annotator_id: str) -> Decision | None:
    """What this person's decision on the pair says now; None where they have none."""
    with database.reading() as cursor:
        states = takebacks.states(decision_rows.log(cursor, pair_id, annotator_id))
    return states[-1] if states else None


def undone(database: Database, annotator_id: str) -> tuple[Decision, ...]:
    """What the person took back and has not decided anew since: what redo brings back, the next one last."""
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        newest = book.entries.newest(book.person(annotator_id), _UNDO_REACH)
    with database.reading() as cursor:
        return takebacks.undone(decision_rows.numbered(cursor, newest)[::-1])


def by_annotator(database: Database, annotator_id: str, *, limit: int = 20) -> tuple[Decision, ...]:
    """The person's last decisions in effect, newest first; skips included."""
    book = journal.of(database)
    with book.lock:
        book.catch_up(database)
        newest = book.entries.recent(book.person(annotator_id), limit)
    with database.reading() as cursor:
        return tuple(decision_rows.numbered(cursor, newest))


def _require_pair(tx: duckdb.DuckDBPyConnection, pair_id: str) -> None:
    if tx.execute("SELECT 1 FROM pair WHERE id = $pair_id", {"pair_id": pair_id}).fetchone() is None:
        raise Unknown(f"There is no pair {pair_id}. It may belong to another workspace.")


def _require_own(tx: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    target = decision_rows.find(tx, decision.supersedes or "")
    ours = (decision.annotator_id, decision.pair_id)
    if target is None or (target.annotator_id, target.pair_id) != ours:
        raise Unknown(f"You have no decision {decision.supersedes} on this pair that could be replaced.")


def _before(tx: duckdb.DuckDBPyConnection, target: Decision) -> Decision:
    """What was in effect before the decision; itself without a verdict where nothing was."""
    states = takebacks.states(decision_rows.log(tx, target.pair_id, target.annotator_id))
    if len(states) > 1 and states[-1].id == target.id:
        return states[-2]
    return replace(
        target,
        verdict=None,
        strength=None,
        reasons=(),
        comment="",
        rewrite=None,
        flag=None,
        seconds_shown=None,
        seconds_active=None,
    )


def _insert(tx: duckdb.DuckDBPyConnection, decision: Decision) -> None:
    _insert_all(tx, [decision])
    rewrites.add(tx, decision, decision.server_time)


def _insert_all(tx: duckdb.DuckDBPyConnection, batch: Sequence[Decision]) -> None:
    rows = [decision_rows.parameters(decision) for decision in batch]
    tx.execute(
        """
        INSERT INTO decision (id, pair_id, annotator_id, round, verdict, strength, reasons, comment, rewrite,
                              flag, left_answer, arm, guideline_version, seconds_shown, seconds_active,
                              client_time, server_time, supersedes, text_seen)
        SELECT unnest($id), unnest($pair_id), unnest($annotator_id), unnest($round), unnest($verdict),
               unnest($strength), unnest($reasons), unnest($comment), unnest($rewrite), unnest($flag),
               unnest($left_answer), unnest($arm), unnest($guideline_version), unnest($seconds_shown),
               unnest($seconds_active), unnest($client_time), unnest($server_time), unnest($supersedes),
               unnest($text_seen)
        """,
        {name: [row[name] for row in rows] for name in rows[0]},
    )
