"""Answers that came alone, paired where both kinds exist. The only writer of the table unpaired.

The first good answer to a prompt meets its first bad one, the second the second; what is left over is kept.
"""

from collections.abc import Iterator
from datetime import datetime

import duckdb
import pyarrow as pa

from curation import text
from curation.labelling import pairs
from curation.model import Answer, Pair, Provenance, Verdict

_BATCH = 2000


def hold(tx: duckdb.DuckDBPyConnection, halves: pa.Table) -> None:  # noqa: ARG001 - DuckDB finds it by name
    """Keep answers until the whole file is read."""
    _prepare(tx)
    tx.execute("INSERT INTO half SELECT line, context, prompt, answer, good, finish FROM halves")


def pair_up(tx: duckdb.DuckDBPyConnection, source_id: str, now: datetime) -> tuple[int, int]:
    """Make pairs of what is held and keep the rest.

    Returns:
        pairs made, and how many of them were new.
    """
    _prepare(tx)
    tx.execute(
        """
        CREATE TEMP TABLE matched AS
        WITH numbered AS (
            SELECT line, context, prompt, answer, good, finish,
                   row_number() OVER (PARTITION BY context, prompt, good ORDER BY line) AS turn
            FROM half
        )
        SELECT row_number() OVER (ORDER BY g.line) AS number, g.line, b.line AS bad_line, g.context, g.prompt,
               g.answer AS chosen, b.answer AS rejected, g.finish, b.finish AS bad_finish
        FROM numbered AS g
        JOIN numbered AS b ON b.context = g.context AND b.prompt = g.prompt AND b.turn = g.turn AND NOT b.good
        WHERE g.good
        """
    )
    made = new = 0
    for batch in _matched(tx, source_id):
        made += len(batch)
        new += pairs.add(tx, batch, now)
    tx.execute(
        """
        INSERT INTO unpaired (source_id, source_row, context, prompt, answer, good)
        SELECT $source_id, line, context, prompt, answer, good FROM half
        WHERE line NOT IN (SELECT line FROM matched UNION ALL SELECT bad_line FROM matched)
        ORDER BY line
        """,
        {"source_id": source_id},
    )
    return made, new


def _prepare(tx: duckdb.DuckDBPyConnection) -> None:
    # Temporary: gone with the cursor of the import.
    tx.execute(
        "CREATE TEMP TABLE IF NOT EXISTS half"
        " (line BIGINT, context VARCHAR, prompt VARCHAR, answer VARCHAR, good BOOLEAN, finish VARCHAR)"
    )


def _matched(tx: duckdb.DuckDBPyConnection, source_id: str) -> Iterator[list[Pair]]:
    first = 1
    while rows := tx.execute(
        "SELECT line, context, prompt, chosen, rejected, finish, bad_finish FROM matched"
        " WHERE number BETWEEN $first AND $last ORDER BY number",
        {"first": first, "last": first + _BATCH - 1},
    ).fetchall():
        yield [_pair(source_id, *row) for row in rows]
        first += _BATCH


def _pair(  # one argument a column
    source_id: str, line: int, context: str, prompt: str, chosen: str, rejected: str, good: str, bad: str
) -> Pair:
    turns = text.context_from_json(context)
    pair_id, place = text.canonical(turns, prompt, chosen, rejected)
    first = place is Answer.ONE
    return Pair(
        id=pair_id,
        source_id=source_id,
        source_row=line,
        context=turns,
        prompt=prompt,
        answer_1=chosen if first else rejected,
        answer_2=rejected if first else chosen,
        origin_1="",
        origin_2="",
        prior_winner=Verdict(place.value),
        prior_provenance=Provenance.IMPORTED,
        finish_1=good if first else bad,
        finish_2=bad if first else good,
    )
