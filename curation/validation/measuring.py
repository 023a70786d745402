"""Measures the texts of pairs, once: the table `text_fact`, filled by a pool of processes.

Texts are named by their hash (a pair's id, a mend's text_id), so what was measured stays true until the
measuring code changes: then raise MEASURE. Few pairs are measured here and now, many by workers
(measuring_worker).
"""

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from functools import partial
from typing import Any

import duckdb
import pyarrow as pa

from curation import workers
from curation.database import Database
from curation.validation import texts, traits

MEASURE = 4
Progress = Callable[[int, int], None]
Row = tuple[str, str, str, str, str]  # id, context, prompt, answer_1, answer_2

_BATCH = 500
HERE_AND_NOW = 3000  # pairs; starting workers takes as long as measuring about so many
_KINDS = {str: pa.string(), bool: pa.bool_(), float: pa.float64(), int: pa.int64()}
_PAIR = pa.schema([(name, pa.string()) for name in ("pair_id", "context", "prompt", "answer_1", "answer_2")])


def _schema() -> pa.Schema:
    columns: dict[str, Any] = {**texts.TextFacts.__annotations__, **traits.Traits.__annotations__}
    lists = {
        "edges_1": pa.list_(pa.string()),
        "edges_2": pa.list_(pa.string()),
        "bands": pa.list_(pa.uint32()),
    }
    return pa.schema(
        [(name, lists.get(name) or _KINDS.get(kind, pa.string())) for name, kind in columns.items()]
    )


SCHEMA = _schema()


def measured(rows: Sequence[Row]) -> pa.RecordBatch:
    """Measure pairs in this process."""
    values = [(*texts.facts(*row), *traits.read(*row[2:], earlier=texts.earlier(row[1]))) for row in rows]
    columns = list(zip(*values, strict=True)) if values else [()] * len(SCHEMA)
    arrays = [pa.array(list(column), field.type) for column, field in zip(columns, SCHEMA, strict=True)]
    return pa.record_batch(arrays, schema=SCHEMA)


def fill(database: Database, progress: Progress) -> int:
    """Measure and keep every pair that is not kept yet; returns how many those were.

    Each batch is a short transaction of its own, so that people go on labelling meanwhile, and what was
    measured is kept when the rest is cancelled (by an exception of `progress`).
    """
    with database.writing() as tx:
        tx.execute("DELETE FROM text_fact WHERE measure <> $measure", {"measure": MEASURE})
    with database.reading() as cursor:
        total = count_missing(cursor)
        done = 0
        with closing(_in_turn(missing(cursor), total)) as batches:
            for batch in batches:
                _keep(database, batch)
                done += batch.num_rows
                progress(done, total)
    return total


def count_missing(cursor: duckdb.DuckDBPyConnection) -> int:
    """Pairs that nobody has measured."""
    (total,) = cursor.execute(
        """
        SELECT (SELECT count(*) FROM pair AS p
                WHERE NOT EXISTS (SELECT 1 FROM text_fact AS t WHERE t.pair_id = p.id))
             + (SELECT count(DISTINCT text_id) FROM current_mend AS m
                WHERE NOT EXISTS (SELECT 1 FROM text_fact AS t WHERE t.pair_id = m.text_id))
        """
    ).fetchone() or (0,)
    return int(total)


def missing(cursor: duckdb.DuckDBPyConnection) -> Iterator[list[Row]]:
    """Texts that nobody has measured, in batches: those of pairs, and those that a fix has made of them.

    The latter have an id of their own (mends.Mend.text_id), so that both measurements are kept.
    """
    stream = cursor.execute(
        """
        SELECT p.id, p.context, p.prompt, p.answer_1, p.answer_2
        FROM pair AS p WHERE NOT EXISTS (SELECT 1 FROM text_fact AS t WHERE t.pair_id = p.id)
        UNION ALL
        SELECT m.text_id, coalesce(m.context, p.context), m.prompt, m.answer_1, m.answer_2
        FROM (SELECT DISTINCT ON (text_id) * FROM current_mend) AS m JOIN pair AS p ON p.id = m.pair_id
        WHERE NOT EXISTS (SELECT 1 FROM text_fact AS t WHERE t.pair_id = m.text_id)
        """
    )
    while rows := stream.fetchmany(_BATCH):
        yield rows


def _keep(database: Database, batch: pa.RecordBatch) -> None:
    fresh = pa.Table.from_batches([batch]).append_column(  # noqa: F841 - DuckDB finds it by name
        "measure", pa.array([MEASURE] * batch.num_rows, pa.int32())
    )
    with database.writing() as tx:
        # Two validations at once may measure the same pair: the first to keep it wins.
        tx.execute("INSERT OR IGNORE INTO text_fact BY NAME SELECT * FROM fresh")


def _in_turn(batches: Iterator[list[Row]], total: int) -> Generator[pa.RecordBatch, None, None]:
    if total <= HERE_AND_NOW:
        yield from map(measured, batches)
        return
    start = partial(workers.Worker, "curation.validation.measuring_worker", sends=_PAIR)
    yield from workers.answered(map(_as_batch, batches), start, workers.cores())


def _as_batch(rows: list[Row]) -> pa.RecordBatch:
    columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
    return pa.record_batch(columns, schema=_PAIR)
