"""Pairs and what each source said of them. The only writer of the tables pair, appearance and ending."""

from collections.abc import Sequence
from datetime import datetime

import duckdb
import pyarrow as pa

from curation import text
from curation.database import Database
from curation.errors import Unknown
from curation.model import Pair, Provenance, Verdict

SCHEMA = pa.schema(
    {
        **dict.fromkeys(("id", "content", "item", "source_id"), pa.string()),
        "source_row": pa.int64(),
        "context": pa.string(),
        # large_string: a batch may hold more than 2 GiB of text
        **dict.fromkeys(("prompt", "answer_1", "answer_2"), pa.large_string()),
        **dict.fromkeys(("origin_1", "origin_2", "prior_winner", "prior_provenance"), pa.string()),
        "shuffle": pa.int64(),
        **dict.fromkeys(("prompt_chars", "answer_1_chars", "answer_2_chars"), pa.int32()),
        "imported": pa.timestamp("us"),
        "fresh": pa.bool_(),
        "part": pa.int32(),
        **dict.fromkeys(("finish_1", "finish_2"), pa.string()),
    }
)

Row = tuple[str, str, int, str, str, str, str, str, str, str | None, str, str]


def get(database: Database, pair_id: str) -> Pair:
    """One pair by its id.

    Raises:
        Unknown: there is no such pair.
    """
    with database.reading() as cursor:
        row = cursor.execute(
            "SELECT id, source_id, source_row, context, prompt, answer_1, answer_2, origin_1, origin_2,"
            " prior_winner, prior_provenance, item FROM pair WHERE id = $pair_id",
            {"pair_id": pair_id},
        ).fetchone()
    if row is None:
        raise Unknown(f"There is no pair {pair_id}. It may belong to another workspace.")
    return from_row(row)


def count(database: Database) -> int:
    """How many pairs the workspace holds."""
    with database.reading() as cursor:
        (total,) = cursor.execute("SELECT count(*) FROM pair").fetchone() or (0,)
    return int(total)


def add(tx: duckdb.DuckDBPyConnection, batch: Sequence[Pair], now: datetime) -> int:
    """Insert the pairs that are new and record an appearance of every one, new or not.

    Doing it again with the same batch changes nothing.

    Args:
        tx: an open transaction.
        batch: accepted rows of one source; (source_id, source_row) is unique.
        now: naive UTC.

    Returns:
        How many pairs were new.
    """
    return add_table(tx, table(batch, now))


def add_table(tx: duckdb.DuckDBPyConnection, arrived: pa.Table) -> int:  # noqa: ARG001 - found by name
    """`add` for pairs that are a table already, perhaps made in another process."""
    (added,) = tx.execute(
        "INSERT INTO pair BY NAME SELECT id, content, item, source_id, source_row, context, prompt, answer_1,"
        " answer_2, origin_1, origin_2, prior_winner, prior_provenance, shuffle, prompt_chars,"
        " answer_1_chars, answer_2_chars, imported FROM arrived WHERE fresh ON CONFLICT DO NOTHING"
    ).fetchone() or (0,)
    tx.execute(
        "INSERT INTO appearance (source_id, source_row, part, pair_id, prior_winner)"
        " SELECT source_id, source_row, part, id, prior_winner FROM arrived ON CONFLICT DO NOTHING"
    )
    tx.execute(
        "INSERT INTO ending (source_id, source_row, part, pair_id, finish_1, finish_2)"
        " SELECT source_id, source_row, part, id, lower(finish_1), lower(finish_2) FROM arrived"
        " WHERE finish_1 <> '' OR finish_2 <> '' ON CONFLICT DO NOTHING"
    )
    return int(added)


def from_row(row: Row) -> Pair:
    """A row of (id, source_id, source_row, context, prompt, answer_1, answer_2, origin_1, origin_2,
    prior_winner, prior_provenance, item) as a value."""
    (
        pair_id,
        source_id,
        source_row,
        context,
        prompt,
        one,
        two,
        origin_1,
        origin_2,
        winner,
        provenance,
        item,
    ) = row
    return Pair(
        id=pair_id,
        source_id=source_id,
        source_row=source_row,
        context=text.context_from_json(context),
        prompt=prompt,
        answer_1=one,
        answer_2=two,
        origin_1=origin_1,
        origin_2=origin_2,
        prior_winner=None if winner is None else Verdict(winner),
        prior_provenance=Provenance(provenance),
        item=item,
    )


def shuffle_of(pair_id: str) -> int:
    """Where the pair stands in the queue's random order: uniform in [0, 2^63)."""
    return int(text.digest(["shuffle", pair_id], size=8), 16) >> 1


def table(pairs: Sequence[Pair], now: datetime) -> pa.Table:
    """Pairs in the order of their rows, as the table pair has them.

    Two further columns: `fresh`, the first of its id; `part`, its number among the pairs of its row, from 0.
    """
    return pa.table(
        {
            "id": [pair.id for pair in pairs],
            "content": [_content(pair) for pair in pairs],
            "item": [pair.item for pair in pairs],
            "source_id": [pair.source_id for pair in pairs],
            "source_row": [pair.source_row for pair in pairs],
            "context": [text.context_json(pair.context) for pair in pairs],
            "prompt": [pair.prompt for pair in pairs],
            "answer_1": [pair.answer_1 for pair in pairs],
            "answer_2": [pair.answer_2 for pair in pairs],
            "origin_1": [pair.origin_1 for pair in pairs],
            "origin_2": [pair.origin_2 for pair in pairs],
            "prior_winner": _winners(pairs),
            "prior_provenance": [pair.prior_provenance.value for pair in pairs],
            "shuffle": [shuffle_of(pair.id) for pair in pairs],
            "prompt_chars": [len(pair.prompt) for pair in pairs],
            "answer_1_chars": [len(pair.answer_1) for pair in pairs],
            "answer_2_chars": [len(pair.answer_2) for pair in pairs],
            "imported": pa.repeat(pa.scalar(now, pa.timestamp("us")), len(pairs)),
            "fresh": fresh([pair.id for pair in pairs]),
            "part": _parts(pairs),
            "finish_1": [pair.finish_1 for pair in pairs],
            "finish_2": [pair.finish_2 for pair in pairs],
        },
        schema=SCHEMA,
    )


def fresh(ids: Sequence[str]) -> list[bool]:
    """Whether each id is the first of its kind."""
    seen: set[str] = set()
    return [not (each in seen or seen.add(each)) for each in ids]  # type: ignore[func-returns-value]


def _parts(pairs: Sequence[Pair]) -> list[int]:
    parts: list[int] = []
    for place, pair in enumerate(pairs):
        same_row = place > 0 and pairs[place - 1].source_row == pair.source_row
        parts.append(parts[-1] + 1 if same_row else 0)
    return parts


def _winners(pairs: Sequence[Pair]) -> pa.Array:
    return pa.array(
        [None if pair.prior_winner is None else pair.prior_winner.value for pair in pairs], pa.string()
    )


def _content(pair: Pair) -> str:
    # Without an item the id is the content hash already: one hash of the texts, not two.
    if not pair.item:
        return pair.id
    return text.content_hash(pair.context, pair.prompt, pair.answer_1, pair.answer_2)
