"""Slices of pairs that a lead wants labelled first. The only writer of batch and batch_pair.

A batch asks for the votes that the project asks for, or for more than its pairs have; it is done when they
have them, and a lead may end it before. Batches are worked through in the order of their rank. What they
served is no random sample, and says so by its arm.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import actions, events, projects

MOST_MORE = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """One slice and how far it is.

    Attributes:
        detail: what it was made from, such as a filter or a rule, in plain words by name.
        done: pairs that have the votes this batch asks for, or that were set aside.
        ended: when a lead ended it before it was done; None otherwise.
    """

    number: int
    name: str
    detail: Mapping[str, object]
    pairs: int
    done: int
    made_by: str
    made: datetime
    ended: datetime | None

    @property
    def is_open(self) -> bool:
        """It is still being served."""
        return self.ended is None and self.done < self.pairs


def make(
    database: Database,
    pair_ids: Collection[str],
    *,
    name: str,
    by: str,
    now: datetime,
    more: int = 0,
    detail: Mapping[str, object] | None = None,
) -> int:
    """Let these pairs be labelled before everything else, in the order given, after the batches there are.

    Args:
        name: for the lead; annotators never see it.
        more: 0 asks for the votes of the project; otherwise for so many more than each pair has now, to send
            pairs back for another vote.
        detail: what the batch was made from, for the page and the audit; no text of a pair.

    Returns:
        The number of the batch.

    Raises:
        InvalidInput: no name, no pair, or a number of votes that makes no sense.
        Unknown: there is no such pair.
    """
    wanted = list(dict.fromkeys(pair_ids))
    _check(wanted, name, more)
    with database.writing() as tx:
        actions.require_pairs(tx, wanted)
        number = _insert(tx, name.strip(), dict(detail or {}), by, now)
        tx.execute(
            """
            INSERT INTO batch_pair (batch, place, pair_id, votes)
            SELECT $batch, named.place, named.pair_id,
                   CASE WHEN $more = 0 THEN $asked ELSE coalesce(t.votes, 0) + $more END
            FROM (SELECT unnest($pairs) AS pair_id, unnest(range($count)) AS place) AS named
            LEFT JOIN tally AS t ON t.pair_id = named.pair_id
            """,
            {
                "batch": number,
                "more": more,
                "asked": projects.read(tx).votes_per_pair,
                "pairs": wanted,
                "count": len(wanted),
            },
        )
        told = {"batch": number, "pairs": len(wanted), "more": more}
        events.record(tx, actor=by, action="make batch", subject=name.strip(), detail=told, now=now)
    return number


def _check(wanted: Sequence[str], name: str, more: int) -> None:
    if not name.strip():
        raise InvalidInput("Give the batch a name.")
    if not wanted:
        raise InvalidInput("No pair was named, so there is nothing to label first.")
    if not 0 <= more <= MOST_MORE:
        raise InvalidInput(f"Ask for 0 to {MOST_MORE} further votes, not {more}.")


def every(database: Database) -> tuple[Batch, ...]:
    """All batches with their progress: open ones in their order, then the others, newest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            WITH far AS (
                SELECT p.batch, count(*) AS pairs,
                       count(*) FILTER (WHERE coalesce(t.votes, 0) >= p.votes OR a.place = 'aside') AS done
                FROM batch_pair AS p
                LEFT JOIN tally AS t ON t.pair_id = p.pair_id
                LEFT JOIN current_placement AS a ON a.pair_id = p.pair_id
                GROUP BY p.batch
            )
            SELECT b.number, b.name, b.detail, f.pairs, f.done, b.made_by, b.made, b.ended
            FROM batch AS b JOIN far AS f ON f.batch = b.number
            ORDER BY b.ended IS NOT NULL OR f.done = f.pairs, b.rank, b.number
            """
        ).fetchall()
    found = tuple(_from_row(row) for row in rows)
    waiting = [batch for batch in found if batch.is_open]
    return (*waiting, *sorted((b for b in found if not b.is_open), key=lambda b: b.number, reverse=True))


def end(database: Database, number: int, *, by: str, now: datetime) -> None:
    """Serve the pairs of this batch like all others again. Votes that are there stay.

    Raises:
        Unknown: there is no such batch, or it was ended before.
    """
    with database.writing() as tx:
        row = tx.execute(
            "UPDATE batch SET ended = $now WHERE number = $number AND ended IS NULL RETURNING name",
            {"number": number, "now": now},
        ).fetchone()
        if row is None:
            raise Unknown("That batch is not open any more. Reload the page.")
        events.record(tx, actor=by, action="end batch", subject=row[0], detail={"batch": number}, now=now)


def put_first(database: Database, number: int, *, by: str, now: datetime) -> None:
    """Work on this batch before the others.

    Raises:
        Unknown: there is no such batch, or it was ended.
    """
    with database.writing() as tx:
        row = tx.execute(
            """
            UPDATE batch SET rank = (SELECT min(rank) - 1 FROM batch)
            WHERE number = $number AND ended IS NULL RETURNING name
            """,
            {"number": number},
        ).fetchone()
        if row is None:
            raise Unknown("That batch is not open any more. Reload the page.")
        events.record(
            tx, actor=by, action="put batch first", subject=row[0], detail={"batch": number}, now=now
        )


def _insert(
    tx: duckdb.DuckDBPyConnection, name: str, detail: Mapping[str, object], by: str, now: datetime
) -> int:
    row = tx.execute(
        """
        INSERT INTO batch (name, detail, rank, made_by, made)
        SELECT $name, $detail, coalesce(max(rank), 0) + 1, $by, $now FROM batch
        RETURNING number
        """,
        {"name": name, "detail": json.dumps(dict(detail), ensure_ascii=False), "by": by, "now": now},
    ).fetchone()
    if row is None:
        raise RuntimeError("INSERT … RETURNING gave no row")
    return int(row[0])


def _from_row(row: tuple[int, str, str, int, int, str, datetime, datetime | None]) -> Batch:
    return Batch(
        number=row[0],
        name=row[1],
        detail=json.loads(row[2]),
        pairs=row[3],
        done=row[4],
        made_by=row[5],
        made=row[6],
        ended=row[7],
    )
