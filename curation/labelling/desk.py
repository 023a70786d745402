"""Which pairs lie on the reviewers' desk and why, kept beside the database so that no page reads all again.

The tables stay the truth: the desk holds nothing that reading them from the start would not give. It follows
the logs by row id, as the journal does (docs/decisions/0010), looks up the pairs they speak of and files them
anew.
"""

import threading
from enum import StrEnum

import duckdb

from curation.database import Database
from curation.labelling import standings
from curation.labelling.touched import Touched

# rules.md §5 leaves it open. (choice)
SUSPECTED = 0.8
_FEW = 400  # pairs up to which looking each up is cheaper than reading all


class Reason(StrEnum):
    """Why a pair is here, the most urgent first. The last three are no longer open."""

    CONTESTED = "contested"  # votes without a majority
    FLAGGED = "flagged"  # somebody asked for a look, and said why
    CANNOT_JUDGE = "cannot_judge"  # somebody could not judge it, and will not see it again
    BOTH_BAD = "both_bad"  # somebody found both answers bad
    REWRITTEN = "rewritten"  # somebody wrote a better answer
    SKIPPED = "skipped"  # two or more people left it for later
    AGAINST_PRIOR = "against_prior"  # people found another winner than the import
    SUSPECTED = "suspected"  # a detector doubts the label, and no two people have confirmed it
    WAITING = "waiting"  # sent back for another vote that has not come
    SETTLED = "settled"  # a reviewer has settled it
    ASIDE = "aside"  # a reviewer has set it aside

    @property
    def bit(self) -> int:
        """Its place in a set of reasons that is one number."""
        return 1 << list(Reason).index(self)


CLOSED = Reason.WAITING.bit | Reason.SETTLED.bit | Reason.ASIDE.bit


def reasons(bits: int) -> tuple[Reason, ...]:
    """The reasons in a number, the most urgent first."""
    return tuple(reason for reason in Reason if bits & reason.bit)


class Desk:
    """The table desk.entry of a database in memory that is attached beside the workspace's.

    Columns: pair_id, bits (of Reason), by_votes (NULL: no majority), first and second (the order; those that
    are no longer open stand newest first).
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.is_filed = False  # every pair that was there at the first look
        self._stamp = (-1, -1)  # commits, and those that wrote only decisions
        self._suspicions: tuple[object, ...] = ()
        self._touched = Touched()

    def catch_up(self, database: Database) -> None:
        """File what was committed since the last time; the first time, everything. `lock` must be held."""
        stamp = (database.commits, database.changes["decision"])
        if stamp == self._stamp:
            return
        with database.reading() as cursor:
            if not self.is_filed:
                cursor.execute("ATTACH ':memory:' AS desk")
                cursor.execute(
                    "CREATE TABLE desk.entry (pair_id VARCHAR, bits INTEGER, by_votes VARCHAR,"
                    " first DOUBLE, second DOUBLE)"
                )
            suspicions = cursor.execute("SELECT count(*), max(computed) FROM suspicion").fetchone() or ()
            touched = list(self._touched.pairs(cursor))
            if self.is_filed and suspicions == self._suspicions and len(touched) <= _FEW:
                _file(cursor, touched)
            else:
                _file(cursor, None)
            self.is_filed, self._suspicions = True, suspicions
            self._touched.seen()
        self._stamp = stamp


def of(database: Database) -> Desk:
    """The desk of an open database, made on first use; take its lock before using it."""
    return database.attached(Desk)


def _file(cursor: duckdb.DuckDBPyConnection, pair_ids: list[str] | None) -> None:
    """Look these pairs up, or all, and lay each where it belongs."""
    if pair_ids is not None and not pair_ids:
        return
    query, names = standings.asked(pair_ids)
    cursor.begin()
    if pair_ids is None:
        cursor.execute("DELETE FROM desk.entry")
    else:
        cursor.execute("DELETE FROM desk.entry WHERE pair_id IN (SELECT unnest($ids))", {"ids": pair_ids})
    cursor.execute(
        f"""
        INSERT INTO desk.entry
        WITH told AS (
            SELECT pair_id, source_row, suspicion, settled, placed,
                   CASE WHEN tier <> 'gold' THEN by_votes END AS by_votes,
                   CASE WHEN aside THEN $aside WHEN tier = 'gold' THEN $settled WHEN waiting THEN $waiting
                        ELSE 0 END AS closed,
                   (tier = 'conflict')::INTEGER * $contested | flagged::INTEGER * $flagged
                   | (votes_both_bad > 0)::INTEGER * $both_bad | cannot_judge::INTEGER * $cannot_judge
                   | rewritten::INTEGER * $rewritten | (skips > 1)::INTEGER * $skipped
                   | (votes > 0 AND by_votes IS NOT NULL AND prior_winner IS NOT NULL
                      AND by_votes <> prior_winner)::INTEGER * $against_prior
                   | (coalesce(suspicion, 0) >= $limit
                      AND tier IN ('prior', 'single', 'none'))::INTEGER * $suspected AS open
            FROM ({query})
        )
        SELECT pair_id, CASE WHEN closed > 0 THEN closed ELSE open END, by_votes,
               CASE closed WHEN 0 THEN (open & -open) WHEN $settled THEN -epoch_ms(settled)
                           ELSE -epoch_ms(placed) END,
               CASE WHEN closed = 0 AND open = $suspected THEN -suspicion ELSE source_row END
        FROM told WHERE open > 0 OR closed > 0
        """,  # noqa: S608 - a query of ours
        names | {reason.value: reason.bit for reason in Reason} | {"limit": SUSPECTED},
    )
    cursor.commit()
