"""The votes that agreement and bias are measured on, gathered once per measurement.

Only the random arm counts (rules.md §5): pairs that were chosen because they looked wrong would make
people look worse than they are. Only first meetings count: a hidden repeat is not a second opinion.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from curation.database import Database


@contextmanager
def gathered(database: Database) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor on which the temporary table `ballot` holds one row per person and pair.

    Several figures of one measurement then describe the same moment, however many votes arrive meanwhile.

    Columns: pair_id, annotator_id, winner (the verdict in canonical order), coded (the verdict in the
    order the votes file gave, canonical where there was none), strength, left_answer (NULL: sides
    unknown), seconds (NULL: not measured), decided (naive UTC), guideline_version.
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
