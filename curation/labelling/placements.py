"""Pairs that a reviewer has set aside or sent back for another vote. The only writer of placement.

Append-only; the newest row of a pair is in effect. Votes and settlements of the pair stay what they are: a
pair that is put back stands as if it had never been away.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import duckdb

from curation.database import Database
from curation.errors import NothingToUndo
from curation.labelling import actions, events
from curation.labelling.actions import Action


class Place(StrEnum):
    """Where a pair may be put."""

    ASIDE = "aside"  # out of the queue, of the counts and of releases
    SENT_BACK = "sent_back"  # waits for one more vote than it had
    ONE_ANSWER = "one_answer"  # aside, but its one answer with text stays for exports of single answers (V02)


# What a row says, in SQL.
_PLACE = "CASE WHEN for_kto THEN 'one_answer' ELSE place END"


@dataclass(frozen=True, slots=True, kw_only=True)
class Placement:
    """One row: who put a pair where, when and why. `place` None is where every pair begins."""

    pair_id: str
    place: Place | None
    reason: str
    placed_by: str
    placed: datetime


def set_aside(database: Database, pair_ids: Collection[str], action: Action) -> int:
    """Keep these pairs out of everything that is labelled, counted or released.

    Returns:
        How many pairs were set aside; 0 where this action was done before.

    Raises:
        InvalidInput: no reason, or no pair.
        Unknown: there is no such pair.
    """
    return _act(database, pair_ids, Place.ASIDE, action, "set aside")


def send_back(database: Database, pair_ids: Collection[str], action: Action) -> int:
    """Ask somebody who has not judged these pairs for one more vote on each; otherwise as `set_aside`."""
    return _act(database, pair_ids, Place.SENT_BACK, action, "send back")


def keep_one(database: Database, pair_ids: Collection[str], action: Action) -> int:
    """Set pairs with an empty answer aside and keep the other answer for KTO; otherwise as `set_aside`."""
    return _act(database, pair_ids, Place.ONE_ANSWER, action, "keep one answer")


def put_back(database: Database, pair_ids: Collection[str], action: Action) -> int:
    """Let these pairs be where every pair begins; otherwise as `set_aside`.

    Raises:
        NothingToUndo: none of them is set aside or sent back.
    """
    with database.reading() as cursor:
        placed = _in_effect(cursor, pair_ids)
        repeated = rows_of(cursor, action.id)
    away = [pair_id for pair_id in pair_ids if placed.get(pair_id) is not None]
    if pair_ids and not away and not repeated:
        raise NothingToUndo("This pair is neither set aside nor sent back.")
    return _act(database, away or pair_ids, None, action, "put back")


def history(database: Database, pair_id: str) -> tuple[Placement, ...]:
    """Where a pair has ever been put, oldest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            f"""
            SELECT pair_id, {_PLACE}, reason, placed_by, placed
            FROM placement WHERE pair_id = $pair_id ORDER BY number
            """,  # noqa: S608 - a name of ours
            {"pair_id": pair_id},
        ).fetchall()
    return tuple(
        Placement(
            pair_id=row[0],
            place=None if row[1] is None else Place(row[1]),
            reason=row[2],
            placed_by=row[3],
            placed=row[4],
        )
        for row in rows
    )


def place(tx: duckdb.DuckDBPyConnection, places: Mapping[str, Place | None], action: Action) -> None:
    """Write the rows of an action inside the caller's transaction."""
    tx.execute(
        """
        INSERT INTO placement (id, pair_id, place, for_kto, votes, reason, placed_by, placed)
        SELECT $action || ':' || named.pair_id, named.pair_id,
               CASE WHEN named.place = 'one_answer' THEN 'aside' ELSE named.place END,
               coalesce(named.place = 'one_answer', false), coalesce(t.votes, 0), $reason, $by, $now
        FROM (SELECT unnest($pairs) AS pair_id, unnest($places::VARCHAR[]) AS place) AS named
        LEFT JOIN tally AS t ON t.pair_id = named.pair_id
        """,
        {
            "action": action.id,
            "pairs": list(places),
            "places": [None if place is None else place.value for place in places.values()],
            "reason": action.reason.strip(),
            "by": action.by,
            "now": action.now,
        },
    )


def call_home(tx: duckdb.DuckDBPyConnection, pair_ids: Collection[str], action: Action) -> None:
    """Whichever of these pairs was sent back waits no longer: part of settling it."""
    placed = _in_effect(tx, pair_ids)
    waiting = [pair_id for pair_id, where in placed.items() if where is Place.SENT_BACK]
    if waiting:
        place(tx, dict.fromkeys(waiting), action)


def restore(
    tx: duckdb.DuckDBPyConnection, action_id: str, undo: Action, made: Collection[str] = ()
) -> list[str]:
    """Put each pair of an action where it was before it, unless it was put elsewhere since; those pairs.

    Args:
        made: pairs that were not there before the action; a pair is never deleted, so they are set aside.
    """
    before = {
        pair_id: Place.ASIDE if pair_id in made else earlier
        for pair_id, earlier, newest in rows_of(tx, action_id)
        if newest
    }
    if before:
        place(tx, before, undo)
    return list(before)


def rows_of(cursor: duckdb.DuckDBPyConnection, action_id: str) -> list[tuple[str, Place | None, bool]]:
    """The pairs of an action: where each was before it, and whether its row is still the newest."""
    rows = actions.rows_of(cursor, "placement", _PLACE, action_id)
    return [(pair, None if said is None else Place(said), newest) for pair, said, newest in rows]


def _act(
    database: Database, pair_ids: Collection[str], where: Place | None, action: Action, name: str
) -> int:
    wanted = list(dict.fromkeys(pair_ids))
    action.checked(wanted)
    with database.writing() as tx:
        if rows_of(tx, action.id):
            return 0
        actions.require_pairs(tx, wanted)
        place(tx, dict.fromkeys(wanted, where), action)
        detail = {"action": action.id, "pairs": len(wanted)}
        events.record(
            tx, actor=action.by, action=name, subject=actions.subject(wanted), detail=detail, now=action.now
        )
    return len(wanted)


def _in_effect(cursor: duckdb.DuckDBPyConnection, pair_ids: Collection[str]) -> dict[str, Place | None]:
    rows = cursor.execute(
        f"SELECT pair_id, {_PLACE} FROM current_placement WHERE pair_id IN (SELECT unnest($ids))",  # noqa: S608
        {"ids": list(pair_ids)},
    ).fetchall()
    return {row[0]: None if row[1] is None else Place(row[1]) for row in rows}
