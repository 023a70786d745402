"""Undo of a reviewer's action, whatever it was and however many pairs it touched, as one.

Each pair stands again as before the action. One that somebody has settled, set aside or sent back since then
keeps what was said last.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import Unknown
from curation.labelling import actions, edits, events, mends, placements, settlements
from curation.labelling.actions import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """An action that can be undone: some of it is in effect.

    Attributes:
        what: the verb of the audit, such as "settle" or "set aside".
        pairs: how many pairs it touched and nobody has touched since; an edit counts as one.
    """

    id: str
    what: str
    pairs: int
    when: datetime


def latest(database: Database, by: str) -> Done | None:
    """This person's newest action that can be undone; None where there is none."""
    with database.reading() as cursor:
        row = cursor.execute(
            """
            WITH acted AS (
                SELECT 1 AS rank, split_part(id, ':', 1) AS action, pair_id, number, settled_by AS actor,
                       settled AS moment,
                       CASE WHEN verdict IS NULL THEN 'take back settlement' ELSE 'settle' END AS what
                FROM settlement
                UNION ALL
                SELECT 2, split_part(id, ':', 1), pair_id, number, placed_by, placed,
                       CASE WHEN for_kto THEN 'keep one answer' WHEN place = 'aside' THEN 'set aside'
                            WHEN place = 'sent_back' THEN 'send back' ELSE 'put back' END
                FROM placement
                UNION ALL
                SELECT 3, split_part(id, ':', 1), pair_id, number, mended_by, mended, 'fix' FROM mend
            ),
            undone AS (SELECT DISTINCT substr(action, len($undo) + 1) AS action FROM acted
                       WHERE starts_with(action, $undo)),
            standing AS (
                SELECT rank, action, pair_id, number, actor, moment, what,
                       max(number) OVER (PARTITION BY rank, pair_id) = number AS newest
                FROM acted ANTI JOIN undone USING (action) WHERE NOT starts_with(action, $undo)
            )
            SELECT action, arg_min(what, rank), count(DISTINCT pair_id), max(moment) FROM standing
            WHERE newest AND actor = $by
            GROUP BY action ORDER BY max(moment) DESC, max(number) DESC LIMIT 1
            """,
            {"by": by, "undo": actions.UNDO},
        ).fetchone()
        if row is None:
            return None
        made = edits.made_by(cursor, row[0])
    # An edit is of one pair to whoever made it, though it touches the pair it made too.
    return Done(id=row[0], what="edit" if made else row[1], pairs=len(made) or int(row[2]), when=row[3])


def undo(database: Database, action_id: str, *, by: str, now: datetime) -> int:
    """Undo one action; doing it twice changes nothing.

    Returns:
        How many pairs stand again as before.

    Raises:
        Unknown: there is no such action.
    """
    action = Action(id=actions.UNDO + action_id, reason="Undone", by=by, now=now)
    with database.writing() as tx:
        if not _is_known(tx, action_id):
            raise Unknown(f"There is no action {action_id} that could be undone.")
        if _is_known(tx, action.id):
            return 0
        made = edits.made_by(tx, action_id)
        touched = {
            *settlements.restore(tx, action_id, action),
            *placements.restore(tx, action_id, action, made),
            *mends.restore(tx, action_id, action),
        }
        # What an edit made goes away with it: to whoever reads the audit, one edit was of one pair.
        again = touched.difference(made)
        if touched:
            detail = {"action": action_id, "pairs": len(again)}
            subject = actions.subject(again or touched)
            events.record(tx, actor=by, action="undo", subject=subject, detail=detail, now=now)
    return len(again)


def _is_known(tx: duckdb.DuckDBPyConnection, action_id: str) -> bool:
    tables = (settlements, placements, mends)
    return any(table.rows_of(tx, action_id) for table in tables)
