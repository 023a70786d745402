"""The votes that agreement and bias are measured on, gathered once per measurement.

Only the random arm counts (rules.md §5): pairs that were chosen because they looked wrong would make
people look worse than they are. Only first meetings count: a hidden repeat is not a second opinion.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from curation.database import Database
from curation.quality import tallies


@contextmanager
def gathered(database: Database) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which the temporary table `ballot` holds one row per person and pair.

    Several figures of one measurement then describe the same moment, however many votes arrive meanwhile.

    Columns: pair_id, annotator_id, winner (the verdict in canonical order), coded (the verdict in the
    order the votes file gave, canonical where there was none), strength, left_answer (NULL: sides
    unknown), seconds (NULL: not measured), decided (naive UTC), guideline_version. The views `sized` and
    `opposed` say what each vote is held against.
    """
    with database.reading() as cursor:
        gather(cursor)
        yield cursor


def gather(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make that table on a cursor that is open already, such as a validation's."""
    cursor.execute(
        """
        CREATE TEMP TABLE ballot AS
        SELECT d.pair_id, d.annotator_id, d.verdict AS winner,
               CASE WHEN g.first = 'answer_2' AND d.verdict = 'answer_1' THEN 'answer_2'
                    WHEN g.first = 'answer_2' AND d.verdict = 'answer_2' THEN 'answer_1'
                    ELSE d.verdict END AS coded,
               d.strength, d.left_answer, coalesce(d.seconds_active, d.seconds_shown) AS seconds,
               coalesce(d.client_time, d.server_time) AS decided, d.guideline_version
        FROM current_decision AS d
        LEFT JOIN given_order AS g ON g.pair_id = d.pair_id
        WHERE d.verdict NOT IN ('skip', 'cannot_judge') AND d.arm = 'random' AND d.round = 0
        QUALIFY row_number() OVER (PARTITION BY d.pair_id, d.annotator_id ORDER BY d.number DESC) = 1
        """
    )
    cursor.execute(tallies.EMPTY)
    for name, query in _HELD_AGAINST.items():
        cursor.execute(f"CREATE TEMP VIEW {name} AS {query}")


def settle(cursor: duckdb.DuckDBPyConnection) -> None:
    """Make tables of the views: somebody will ask for them again and again (validation.kept)."""
    for name, query in _HELD_AGAINST.items():
        cursor.execute(f"DROP VIEW {name}; CREATE TEMP TABLE {name} AS {query}")


def stamp(database: Database) -> tuple[int | str, ...]:
    """Changes whenever a figure over these votes could; only gold is ever changed or withdrawn."""
    with database.reading() as cursor:
        return (
            cursor.execute(
                """
            SELECT (SELECT coalesce(max(number), 0) FROM decision), (SELECT count(*) FROM given_order),
                   (SELECT count(*) FROM gold), (SELECT coalesce(CAST(max(added) AS VARCHAR), '') FROM gold)
            """
            ).fetchone()
            or ()
        )


# Views over `ballot`, read by those who hold votes against something.
_HELD_AGAINST = {
    # Each vote with the lengths of its pair in characters, and the seconds that reading it takes at least:
    # nobody reads 20 words a second, and a word with its space is about 6 characters.
    "sized": """
        SELECT b.pair_id, b.annotator_id, b.winner, b.left_answer, b.seconds,
               p.answer_1_chars AS one, p.answer_2_chars AS two,
               greatest(1.5, (p.prompt_chars + p.answer_1_chars + p.answer_2_chars) / 120.0) AS readable
        FROM ballot AS b JOIN pair AS p ON p.id = b.pair_id
    """,
    # Votes on pairs where more than half of the others, one person at least, say one thing.
    "opposed": """
        WITH said AS (SELECT pair_id, coded, count(*) AS times FROM ballot GROUP BY pair_id, coded),
        total AS (SELECT pair_id, sum(times) AS people FROM said GROUP BY pair_id)
        SELECT b.pair_id, b.annotator_id, b.coded, s.coded AS others, b.decided
        FROM ballot AS b
        JOIN total AS t ON t.pair_id = b.pair_id AND t.people >= 2
        JOIN said AS s ON s.pair_id = b.pair_id
        WHERE 2 * (s.times - CASE WHEN s.coded = b.coded THEN 1 ELSE 0 END) > t.people - 1
    """,
}
