"""Text search over prompts and answers: a column in lower case, scanned once a search and not once a look.

What is searched is what annotators see: fixed texts where there are any, else the import. `lower` costs more
than the scan, so it is paid once a pair and kept (docs/decisions/0052). What a search found stays in memory
while it is among the last few, so turning a page or changing the order scans nothing.
"""

import threading

import duckdb

from curation.database import Database
from curation.labelling import mends

_KEPT = 6  # searches; at a million pairs the longest holds 50 MB
_BLOCK = 50_000  # pairs written at a time; somebody who saves meanwhile waits for no more than a commit
# Between them stands a sign that nobody types, so that nothing is found across two texts.
_WORDS = "lower(p.prompt || chr(31) || p.answer_1 || chr(31) || p.answer_2)"


class Searches:
    """Tables found.s0, found.s1 and so on of a database in memory; each lists the pairs of one search."""

    def __init__(self) -> None:
        self.writing = threading.Lock()
        self._lock = threading.Lock()
        self._is_laid = False
        self._made = 0
        self._tables: dict[tuple[str, int, int], str] = {}

    def table(self, database: Database, text: str) -> str:
        """The name of a table (pair_id) of the pairs in which this text stands, in any case.

        Args:
            text: not empty.
        """
        with self._lock, database.reading() as cursor:
            if not self._is_laid:
                cursor.execute("ATTACH ':memory:' AS found")
                self._is_laid = True
            (pairs,) = cursor.execute("SELECT count(*) FROM pair").fetchone() or (0,)
            key = (text, int(pairs), mends.newest(cursor))
            if key in self._tables:
                self._tables[key] = self._tables.pop(key)  # the newest of the kept
                return self._tables[key]
            name = f"found.s{self._made}"
            self._made += 1
            _scan(cursor, name, text)
            self._tables[key] = name
            # Two more stay than are offered: a page that has just been given one may still read it.
            while len(self._tables) > _KEPT + 2:
                cursor.execute(f"DROP TABLE {self._tables.pop(next(iter(self._tables)))}")
            return name


def of(database: Database) -> Searches:
    """The searches of an open database."""
    return database.attached(Searches)


def prepare(database: Database) -> int:
    """Write the lower-case text of every pair that has none yet; how many that were.

    A search is right before and meanwhile, and slower: what is missing is read from the pairs themselves.
    """
    written = 0
    with of(database).writing:
        while ids := _missing(database):
            with database.bulk() as tx:
                tx.execute(
                    f"""
                    INSERT INTO search_text (pair_id, words)
                    SELECT p.id, {_WORDS} FROM pair AS p
                    WHERE p.rowid BETWEEN $first AND $last
                      AND NOT EXISTS (SELECT 1 FROM search_text AS t WHERE t.pair_id = p.id)
                    """,  # noqa: S608 - an expression of ours
                    {"first": ids[0], "last": ids[1]},
                )
            written += ids[2]
    return written


def prepare_beside(database: Database) -> None:
    """`prepare` in a thread of its own; returns at once. For pages."""
    kept = of(database)
    if kept.writing.locked():
        return
    with database.reading() as cursor:
        if not _is_behind(cursor):
            return
    threading.Thread(target=_prepare_quietly, args=(database,), name="search-text", daemon=True).start()


def _prepare_quietly(database: Database) -> None:
    try:
        prepare(database)
    except duckdb.ConnectionException:  # the app is closing; the rest is written at the next start
        return


def _is_behind(cursor: duckdb.DuckDBPyConnection) -> bool:
    row = cursor.execute("SELECT (SELECT count(*) FROM pair) > (SELECT count(*) FROM search_text)").fetchone()
    return bool(row and row[0])


def _missing(database: Database) -> tuple[int, int, int] | None:
    """First and last row id of the next pairs without, and their number."""
    with database.reading() as cursor:
        if not _is_behind(cursor):
            return None
        row = cursor.execute(
            """
            SELECT min(place), max(place), count(*) FROM (
                SELECT rowid AS place FROM pair ANTI JOIN search_text AS t ON t.pair_id = pair.id
                ORDER BY place LIMIT $most)
            """,
            {"most": _BLOCK},
        ).fetchone()
    return (int(row[0]), int(row[1]), int(row[2])) if row and row[2] else None


def _scan(cursor: duckdb.DuckDBPyConnection, name: str, text: str) -> None:
    cursor.execute(
        f"CREATE TABLE {name} AS SELECT pair_id FROM search_text WHERE contains(words, lower($text))",  # noqa: S608
        {"text": text},
    )
    if _is_behind(cursor):
        cursor.execute(
            f"""
            INSERT INTO {name}
            SELECT p.id FROM pair AS p ANTI JOIN search_text AS t ON t.pair_id = p.id
            WHERE contains({_WORDS}, lower($text))
            """,  # noqa: S608 - names of ours
            {"text": text},
        )
    if mends.newest(cursor):
        _replace_mended(cursor, name, text)


def _replace_mended(cursor: duckdb.DuckDBPyConnection, name: str, text: str) -> None:
    """Fixes change few pairs and are undone: their texts are read as they are, not kept in lower case."""
    # Not the view current_mend: it sorts every text to find the newest ones.
    fixed = """
        SELECT pair_id, prompt, answer_1, answer_2 FROM mend
        WHERE text_id IS NOT NULL AND number IN (SELECT max(number) FROM mend GROUP BY pair_id)
    """
    cursor.execute(f"DELETE FROM {name} WHERE pair_id IN (SELECT pair_id FROM ({fixed}))")  # noqa: S608 - ours
    cursor.execute(
        f"INSERT INTO {name} SELECT p.pair_id FROM ({fixed}) AS p WHERE contains({_WORDS}, lower($text))",  # noqa: S608
        {"text": text},
    )
