"""One unchanging view of the database for a validation and the release that follows it.

Everything happens on one cursor inside one transaction that is rolled back at the end, so the rules and
the files of a release see the same decisions while people go on labelling. What is worked out lies in
temporary tables of ids and small values; texts are measured once and for all (measuring).

    candidate    one row per content: what people (or else the imports) say of it, over all its copies
    member       the pairs whose content was seen more than once, and which pair stands for them
    opinion      what the imports said of those contents, each different winner once
    fact         texts.TextFacts and traits.Traits of every candidate, as a release would write it
    pair         view: the pairs with the texts that fixes have given them; only where there are any
    exclusion    pair_id, rule, reason: rows that stay out of a release; written by the rules
    doubt        the same for rows that a release may hold, but that a person should look at
    concern      the query that finds the pairs of each finding (concern)
    contaminated what holds which protected prompt; unended: winners that do not end a sentence (V22, V28)
    ballot       the blind first votes; sized and opposed: what they are held against (quality.ballots)
    vote         the votes of the workspace, as its view of that name says, worked out once
    carried      which outward signs the two answers of a sampled row carry (V16); written: in which letters
                 they are written (V13); filled when asked for
    answered     what queries have counted of the other tables (quality.tallies)
    near_prompt  prompts that are nearly the same; drawn: what the split asks of each row (clusters)
    releasable   candidates with a winner that no rule excludes; once settled, with what rules about the set
                 ask of each row, so that none of them reads its texts
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from curation.database import Database
from curation.quality import ballots
from curation.validation import candidates, changes, learnt, measuring, protected

_REPORTS = ("sampled", "contrast", "test_row", "concerned", "measured_row")
MARKED = ("exclusion", "doubt", "contaminated", "unended")  # what rules write
Progress = Callable[[int, int], None]


@contextmanager
def opened(
    db: Database, progress: Progress = lambda _done, _total: None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which the tables above can be built; nothing of it stays but what was measured of texts.

    Args:
        progress: called with pairs measured and pairs to measure; an exception of it cancels.
    """
    measuring.fill(db, progress)
    protected.fill(db, progress)
    with db.frugal(), db.reading() as cursor:
        cursor.execute(learnt.TABLES)
        cursor.begin()
        found: learnt.Learnt | None = None
        try:
            yield cursor
            found = learnt.taken(cursor)
        finally:
            cursor.rollback()
    if found is not None:
        learnt.remember(db, found)


def prepare(cursor: duckdb.DuckDBPyConnection, progress: Progress) -> int:
    """Build the tables; returns the number of candidates."""
    _take_votes(cursor)
    candidates.gather(cursor)
    cursor.execute(_EXCLUSION)
    cursor.execute(CHOSEN_OF)
    cursor.execute(_RELEASABLE)
    total = count(cursor)
    _take_facts(cursor, progress)
    lay_over_mends(cursor)
    ballots.gather(cursor)
    ballots.settle(cursor)
    progress(total, total)
    return total


def settle(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make `releasable` a table: nothing is excluded from here on, and every later rule asks for it.

    Added are the place in the queue's random order, lengths in characters, origins, and whether the source
    says how the chosen answer ended.
    """
    cursor.execute(
        """
        CREATE TEMP TABLE kept_row AS
        SELECT r.*, p.shuffle,
               chosen_of(r.winner, p.answer_1_chars, p.answer_2_chars) AS chosen_chars,
               chosen_of(r.winner, p.answer_2_chars, p.answer_1_chars) AS rejected_chars,
               chosen_of(r.winner, p.origin_1, p.origin_2) AS chosen_origin,
               chosen_of(r.winner, p.origin_2, p.origin_1) AS rejected_origin,
               EXISTS (SELECT 1 FROM ending AS e WHERE e.pair_id = r.pair_id
                       AND chosen_of(r.winner, e.finish_1, e.finish_2) <> '') AS is_ending_told
        FROM releasable AS r JOIN pair AS p ON p.id = r.pair_id;
        DROP VIEW releasable;
        ALTER TABLE kept_row RENAME TO releasable
        """
    )


def unsettle(cursor: duckdb.DuckDBPyConnection) -> None:
    """As before any rule has written a row."""
    for table in MARKED:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608 - names of ours
    cursor.execute("DROP TABLE releasable")
    cursor.execute(_RELEASABLE)


def forget_excluded_doubts(cursor: duckdb.DuckDBPyConnection) -> None:
    """Rows that stay out in any case are nothing to look at."""
    cursor.execute("DELETE FROM doubt WHERE pair_id NOT IN (SELECT pair_id FROM releasable)")


def is_marked(cursor: duckdb.DuckDBPyConnection) -> bool:
    """The rules have written their rows on this snapshot."""
    found = cursor.execute(
        "SELECT 1 FROM duckdb_tables() WHERE temporary AND table_name = 'releasable'"
    ).fetchone()
    return found is not None


def forget_reports(cursor: duckdb.DuckDBPyConnection) -> None:
    """Drop what rules and gate have made to report from those rows, so that they can report again."""
    for table in _REPORTS:
        cursor.execute(f"DROP TABLE IF EXISTS temp.{table}")
    cursor.execute("DELETE FROM concern")


def stamp(db: Database) -> tuple[int, ...]:
    """Numbers that change whenever what a validation says may change; cheap, for a page's cache.

    Every table behind a validation is append-only, so its count is its version.
    """
    with db.reading() as cursor:
        row = cursor.execute(
            """
            SELECT (SELECT count(*) FROM pair), (SELECT count(*) FROM appearance),
                   (SELECT count(*) FROM decision), (SELECT count(*) FROM settlement),
                   (SELECT count(*) FROM placement), (SELECT count(*) FROM mend),
                   (SELECT count(*) FROM protected_prompt)
            """
        ).fetchone()
    return tuple(int(number) for number in row or ())


def count(cursor: duckdb.DuckDBPyConnection) -> int:
    """Candidates: different contents."""
    (total,) = cursor.execute("SELECT count(*) FROM candidate").fetchone() or (0,)
    return int(total)


def _take_votes(cursor: duckdb.DuckDBPyConnection) -> None:
    """The view asks for the newest of everybody's decisions each time."""
    cursor.execute(f"CREATE TEMP TABLE vote AS SELECT * FROM {changes.base(cursor, 'vote')}")  # noqa: S608


def _take_facts(cursor: duckdb.DuckDBPyConnection, progress: Progress) -> None:
    """What is kept of every candidate's texts; pairs imported a moment ago are measured now."""
    progress(0, 1)
    missing = measuring.count_missing(cursor)
    lay_texts(cursor)
    # A view copies nothing: each rule reads the columns it asks for. A million facts have fifty.
    cursor.execute(
        f"""
        CREATE TEMP {"TABLE" if missing else "VIEW"} fact AS
        SELECT t.* EXCLUDE (measure) FROM text_fact AS t ANTI JOIN other_text USING (pair_id)
        UNION ALL
        SELECT t.* EXCLUDE (measure) REPLACE (o.pair_id AS pair_id)
        FROM text_of AS o JOIN text_fact AS t ON t.pair_id = o.text_id;
        """  # noqa: S608 - one of two words of ours
    )
    if missing:
        batches = [measuring.measured(rows) for rows in measuring.missing(cursor)]
        fresh = pa.Table.from_batches(batches)  # noqa: F841 - DuckDB finds it by name
        cursor.execute(
            """
            INSERT INTO fact BY NAME
            SELECT * FROM fresh SEMI JOIN candidate USING (pair_id) ANTI JOIN text_of USING (pair_id)
            UNION ALL BY NAME
            SELECT f.* REPLACE (o.pair_id AS pair_id)
            FROM text_of AS o JOIN fresh AS f ON f.pair_id = o.text_id
            """
        )


def lay_texts(cursor: duckdb.DuckDBPyConnection) -> None:
    """Say which measurements are those of candidates."""
    cursor.execute(
        """
        CREATE OR REPLACE TEMP TABLE text_of AS  -- only where it is not the pair's own
        SELECT m.pair_id, m.text_id FROM current_mend AS m SEMI JOIN candidate USING (pair_id);
        CREATE OR REPLACE TEMP TABLE other_text AS  -- what is measured and no candidate's present text
        SELECT pair_id FROM text_fact ANTI JOIN candidate USING (pair_id)
        UNION ALL SELECT pair_id FROM text_of;
        """
    )


def lay_over_mends(cursor: duckdb.DuckDBPyConnection) -> None:
    """From here on this cursor sees the texts that fixes have made, under the name `pair`.

    So no rule and no file of a release needs to know of fixes. What was imported stays in the table.
    """
    laid, mended = cursor.execute(
        "SELECT EXISTS (SELECT 1 FROM duckdb_views() WHERE temporary AND view_name = 'imported_pair'),"
        " EXISTS (SELECT 1 FROM text_of)"
    ).fetchone() or (False, False)
    if not laid and not mended:
        return
    cursor.execute(
        "CREATE OR REPLACE TEMP TABLE mended AS"
        " SELECT pair_id, context, prompt, answer_1, answer_2 FROM current_mend"
    )
    if laid:
        return
    looking_back = cursor.execute(
        "SELECT 1 FROM duckdb_views() WHERE temporary AND view_name = 'pair'"
    ).fetchone()
    if looking_back:  # a release of the past (release.moment)
        cursor.execute("ALTER VIEW pair RENAME TO imported_pair")
    else:
        cursor.execute(
            f"CREATE TEMP VIEW imported_pair AS SELECT * FROM {changes.base(cursor, 'pair')}"  # noqa: S608
        )
    cursor.execute(
        """
        CREATE TEMP VIEW pair AS
        SELECT p.* REPLACE (
            coalesce(m.context, p.context) AS context,
            coalesce(m.prompt, p.prompt) AS prompt,
            coalesce(m.answer_1, p.answer_1) AS answer_1,
            coalesce(m.answer_2, p.answer_2) AS answer_2,
            coalesce(length(m.prompt)::INTEGER, p.prompt_chars) AS prompt_chars,
            coalesce(length(m.answer_1)::INTEGER, p.answer_1_chars) AS answer_1_chars,
            coalesce(length(m.answer_2)::INTEGER, p.answer_2_chars) AS answer_2_chars)
        FROM imported_pair AS p LEFT JOIN mended AS m ON m.pair_id = p.id
        """
    )


# (winner, answer 1's, answer 2's) gives the chosen answer's; the rejected one's with the two exchanged.
CHOSEN_OF = """
CREATE TEMP MACRO chosen_of(winner, one, other) AS CASE winner WHEN 'answer_1' THEN one ELSE other END
"""
_EXCLUSION = """
CREATE TEMP TABLE exclusion (pair_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, reason VARCHAR NOT NULL);

CREATE TEMP TABLE concern (
    rule VARCHAR NOT NULL, severity VARCHAR NOT NULL, nth BIGINT NOT NULL, query VARCHAR NOT NULL,
    given VARCHAR NOT NULL);
CREATE TEMP TABLE near_prompt (one VARCHAR NOT NULL, other VARCHAR NOT NULL);
CREATE TEMP TABLE doubt (pair_id VARCHAR NOT NULL, rule VARCHAR NOT NULL, reason VARCHAR NOT NULL);
CREATE TEMP TABLE contaminated (pair_id VARCHAR NOT NULL, name VARCHAR NOT NULL, number BIGINT NOT NULL);
CREATE TEMP TABLE unended (pair_id VARCHAR NOT NULL, chars BIGINT NOT NULL);
CREATE TEMP TABLE carried (pair_id VARCHAR NOT NULL, signs_1 BOOLEAN[] NOT NULL, signs_2 BOOLEAN[] NOT NULL);
CREATE TEMP TABLE written (pair_id VARCHAR NOT NULL, places USMALLINT[] NOT NULL, weights DOUBLE[] NOT NULL);
"""
_RELEASABLE = """
CREATE TEMP VIEW releasable AS  -- as it stands while rows are being excluded; settle() makes it a table
SELECT c.pair_id, c.winner, c.tier, c.votes, c.votes_1, c.votes_2, c.votes_tie, c.votes_both_bad, c.strength,
       c.agreement, c.from_random_arm
FROM candidate AS c
WHERE c.winner IN ('answer_1', 'answer_2')
  AND NOT EXISTS (SELECT 1 FROM exclusion AS e WHERE e.pair_id = c.pair_id);
"""
