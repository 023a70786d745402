"""Pairs and what each source said of them. The only writer of the tables pair, appearance and ending."""

import hashlib
from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

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
        "turned": pa.bool_(),
        **dict.fromkeys(("origin_1", "origin_2", "prior_winner", "prior_provenance"), pa.string()),
        "shuffle": pa.int64(),
        **dict.fromkeys(("prompt_chars", "answer_1_chars", "answer_2_chars"), pa.int32()),
        "imported": pa.timestamp("us"),
        "fresh": pa.bool_(),
        "part": pa.int32(),
        **dict.fromkeys(("finish_1", "finish_2"), pa.string()),
    }
)

_MANY = 100  # rows below which the indexes answer sooner than a scan

_ADD_PAIRS = (
    "INSERT INTO pair BY NAME SELECT id, content, item, source_id, source_row, context, prompt,"
    " CASE WHEN turned THEN answer_2 ELSE answer_1 END AS answer_1,"
    " CASE WHEN turned THEN answer_1 ELSE answer_2 END AS answer_2,"
    " origin_1, origin_2, prior_winner, prior_provenance, shuffle, prompt_chars, answer_1_chars,"
    " answer_2_chars, imported FROM arrived WHERE fresh"
)
_ADD_APPEARANCES = (
    "INSERT INTO appearance (source_id, source_row, part, pair_id, prior_winner)"
    " SELECT source_id, source_row, part, id, prior_winner FROM arrived"
)
_UNLESS_NOTED = (  # the limits let DuckDB pass over nearly all of a large table
    " WHERE NOT EXISTS (SELECT 1 FROM appearance AS old WHERE old.source_id = arrived.source_id"
    " AND old.source_row = arrived.source_row AND old.part = arrived.part"
    " AND old.source_id BETWEEN $first_source AND $last_source"
    " AND old.source_row BETWEEN $first_row AND $last_row)"
)
_UNLESS_THERE = " ON CONFLICT DO NOTHING"  # asks the index for each row: as much work again

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


def add_table(tx: duckdb.DuckDBPyConnection, arrived: pa.Table) -> int:
    """`add` for pairs that are a table already, perhaps made in another process."""
    if not arrived.num_rows:
        return 0
    added = _add_pairs(tx, arrived)
    columns = [arrived[name].to_pylist() for name in ("source_id", "source_row", "part")]
    once = pa.array(fresh(list(zip(*columns, strict=True))), pa.bool_())
    sources, rows, _ = columns
    limits = {"first_source": min(sources), "last_source": max(sources)}
    limits |= {"first_row": min(rows), "last_row": max(rows)}
    _add_appearances(tx, arrived.filter(once), _UNLESS_NOTED, limits)
    return added


def add_next(tx: duckdb.DuckDBPyConnection, arrived: pa.Table, *, after: int) -> int:
    """`add_table` for a source that nothing was known of before this transaction: no row is looked for.

    Args:
        after: the last row of the source that may have been added; 0 at its beginning.

    Raises:
        ValueError: the rows do not go on after that one, each once.
    """
    rows, parts = (arrived[name].to_numpy() for name in ("source_row", "part"))
    ascends = (rows[1:] > rows[:-1]) | ((rows[1:] == rows[:-1]) & (parts[1:] > parts[:-1]))
    if not (ascends.all() and (rows[:1] > after).all()):
        raise ValueError(f"rows of a source are not in their order after row {after}")
    added = _add_pairs(tx, arrived)
    _add_appearances(tx, arrived)
    return added


def joined(tables: Sequence[pa.Table]) -> pa.Table:
    """Several such tables as one: each statement on a table costs as much as some thousand rows."""
    if len(tables) == 1:
        return tables[0]
    found = pa.concat_tables(tables)
    if len(np.unique(found["shuffle"].to_numpy())) == found.num_rows:
        return found  # equal ids have equal shuffles
    again = pa.array(fresh(found["id"].to_pylist()), pa.bool_())
    return found.set_column(found.schema.get_field_index("fresh"), "fresh", again)


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


def shuffles_of(ids: Sequence[str]) -> pa.Array:
    """Where each pair stands in the queue's random order: uniform in [0, 2^63), from a hash of its id."""
    begun = hashlib.blake2b(text.framed([b"shuffle"]), digest_size=8)
    digests = []
    for pair_id in ids:
        said = pair_id.encode()
        each = begun.copy()  # a third of the time of a new one
        each.update(len(said).to_bytes(8, "little") + said)
        digests.append(each.digest())
    return pa.array((np.frombuffer(b"".join(digests), ">u8") >> 1).astype("<i8"))


def table(pairs: Sequence[Pair], now: datetime) -> pa.Table:
    """Pairs in the order of their rows, as the table pair has them.

    Further columns: `fresh`, the first of its id; `part`, its number among the pairs of its row, from 0;
    `turned`, where the two answers, and they alone, still stand the other way round: `add_table` turns them.
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
            "turned": [False] * len(pairs),
            "origin_1": [pair.origin_1 for pair in pairs],
            "origin_2": [pair.origin_2 for pair in pairs],
            "prior_winner": _winners(pairs),
            "prior_provenance": [pair.prior_provenance.value for pair in pairs],
            "shuffle": shuffles_of([pair.id for pair in pairs]),
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


def fresh(ids: Sequence[Hashable]) -> list[bool]:
    """Whether each id is the first of its kind."""
    seen: set[Hashable] = set()
    return [not (each in seen or seen.add(each)) for each in ids]  # type: ignore[func-returns-value]


def _all_unknown(tx: duckdb.DuckDBPyConnection, arrived: pa.Table) -> bool:
    """No pair of these is there yet, so that nothing need be asked of each: half of the time of the insert.

    Equal ids have equal shuffles, and numbers are read faster than ids. False may also mean: not sure.
    """
    if arrived.num_rows < _MANY:
        return False
    (known,) = tx.execute(
        "SELECT EXISTS (SELECT 1 FROM pair SEMI JOIN arrived USING (shuffle))"
    ).fetchone() or (True,)
    return not known


def _add_pairs(tx: duckdb.DuckDBPyConnection, arrived: pa.Table) -> int:
    skip = "" if _all_unknown(tx, arrived) else _UNLESS_THERE
    (added,) = tx.execute(_ADD_PAIRS + skip).fetchone() or (0,)
    return int(added)


def _add_appearances(
    tx: duckdb.DuckDBPyConnection,
    arrived: pa.Table,
    unless: str = "",
    limits: Mapping[str, object] | None = None,
) -> None:
    tx.execute(_ADD_APPEARANCES + unless, limits)
    if any(pc.max(arrived[name]).as_py() for name in ("finish_1", "finish_2")):
        tx.execute(
            "INSERT INTO ending (source_id, source_row, part, pair_id, finish_1, finish_2)"
            " SELECT source_id, source_row, part, id, lower(finish_1), lower(finish_2) FROM arrived"
            " WHERE finish_1 <> '' OR finish_2 <> '' ON CONFLICT DO NOTHING"
        )


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
