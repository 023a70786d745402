"""Every pair as one narrow row, kept beside the database so that filters, orders and pages never read a text.

The tables stay the truth: the shelf holds nothing that reading them from the start would not give. It follows
the logs by row id, as the desk does, and files anew the pairs they speak of.
"""

import threading
from collections.abc import Callable, Collection

import duckdb

from curation.database import Database
from curation.labelling import standings
from curation.labelling.touched import Touched
from curation.model import State, Tier, Verdict

_FEW = 200  # pairs up to which each is looked up by name
_Key = tuple[object, ...]


class Shelf:
    """The table shelf.entry of a database in memory that is attached beside the workspace's.

    Columns: pair_id, source_id, source_row, imported (minus its milliseconds, of the source), lengths in
    characters (prompt_chars, answer_1_chars, answer_2_chars, chars of all three), prior_winner, by_votes
    (NULL: no majority), winner, tier, votes, agreement, newest (minus its milliseconds; 0 without one), aside
    and state.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_laid = False
        self._stamp = (-1, -1)  # commits, and those that wrote only decisions
        self._next_pair = 0
        self._touched = Touched()
        self._counts: dict[_Key, int] = {}

    def count(self, wanted: _Key, counted: Callable[[], int]) -> int:
        """How many pairs match, counted once between two commits: turning a page and sorting keep the number.

        Args:
            wanted: equal for equal filters.
        """
        # The stamp is read first: what is counted while somebody commits is kept for the past, never read.
        key = (self._stamp, wanted)
        if key not in self._counts:
            self._counts[key] = counted()
        return self._counts[key]

    def catch_up(self, database: Database) -> None:
        """File what was committed since the last time; the first time, everything."""
        with self._lock:
            stamp = (database.commits, database.changes["decision"])
            if stamp == self._stamp:
                return
            with database.reading() as cursor:
                self._lay(cursor)
                touched = self._touched.pairs(cursor)
                (end,) = cursor.execute("SELECT coalesce(max(rowid), -1) + 1 FROM pair").fetchone() or (0,)
                if self._next_pair:
                    _file(cursor, touched, self._next_pair)
                elif end:
                    _file_everything(cursor)
                self._next_pair = end
                self._touched.seen()
            self._counts = {}
            self._stamp = stamp

    def _lay(self, cursor: duckdb.DuckDBPyConnection) -> None:
        if self._is_laid:
            return
        cursor.execute("ATTACH ':memory:' AS shelf")
        # A closed set as a number: to compare and sort a million of them takes a third of the time of words.
        verdict, tier, state = (f"ENUM{tuple(map(str, words))}" for words in (Verdict, Tier, State))
        cursor.execute(
            f"""
            CREATE TABLE shelf.entry (
                pair_id VARCHAR, source_id VARCHAR, source_row BIGINT, imported DOUBLE,
                prompt_chars INTEGER, answer_1_chars INTEGER, answer_2_chars INTEGER, chars INTEGER,
                prior_winner {verdict}, by_votes {verdict}, winner {verdict}, tier {tier}, votes INTEGER,
                agreement DOUBLE, newest DOUBLE, aside BOOLEAN, state {state})
            """
        )
        cursor.execute("CREATE TABLE shelf.touched (pair_id VARCHAR)")
        self._is_laid = True


def of(database: Database) -> Shelf:
    """The shelf of an open database, made on first use and as it was at the last commit."""
    kept = database.attached(Shelf)
    kept.catch_up(database)
    return kept


def _file(cursor: duckdb.DuckDBPyConnection, touched: Collection[str], first_new: int) -> None:
    """Look up the pairs that the logs speak of, and those that are new, and lay each where it belongs."""
    new = cursor.execute("SELECT id FROM pair WHERE rowid >= $first", {"first": first_new}).fetchall()
    ids = list({*touched, *(pair_id for (pair_id,) in new)})
    if not ids:
        return
    cursor.begin()
    cursor.execute("DELETE FROM shelf.touched")
    cursor.execute("INSERT INTO shelf.touched SELECT unnest($ids)", {"ids": ids})
    cursor.execute("DELETE FROM shelf.entry WHERE pair_id IN (SELECT pair_id FROM shelf.touched)")
    if len(ids) <= _FEW:
        query, names = standings.asked(ids)
        # Named beside the table as well: DuckDB looks an id up in an index only where it is written out.
        _insert(cursor, query, f"p.id IN ({', '.join(f'${name}' for name in names)})", names)
    else:
        _insert(cursor, standings.within("shelf.touched"), "true", {})
    cursor.commit()


def _file_everything(cursor: duckdb.DuckDBPyConnection) -> None:
    query, names = standings.asked(None)
    cursor.begin()
    cursor.execute("DELETE FROM shelf.entry")
    _insert(cursor, query, "true", names)
    cursor.commit()


def _insert(cursor: duckdb.DuckDBPyConnection, query: str, which: str, names: dict[str, object]) -> None:
    cursor.execute(
        f"""
        INSERT INTO shelf.entry
        SELECT s.pair_id, p.source_id, p.source_row, -epoch_ms(coalesce(o.imported, p.imported)),
               p.prompt_chars, p.answer_1_chars, p.answer_2_chars,
               p.prompt_chars + p.answer_1_chars + p.answer_2_chars,
               s.prior_winner, s.by_votes, s.winner, s.tier, s.votes, s.agreement,
               coalesce(-epoch_ms(s.newest), 0), s.aside,
               CASE WHEN s.aside THEN 'aside' WHEN s.tier = 'gold' THEN 'settled'
                    WHEN s.tier = 'conflict' THEN 'contested' WHEN s.votes > 0 THEN 'decided'
                    ELSE 'undecided' END
        FROM ({query}) AS s
        JOIN pair AS p ON p.id = s.pair_id AND {which}
        LEFT JOIN source AS o ON o.id = p.source_id
        """,  # noqa: S608 - a query of ours
        names,
    )
