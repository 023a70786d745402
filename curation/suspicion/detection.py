"""Looks for wrong labels: validation's snapshot in, scores in the table `suspicion` out.

The stored label of a pair is what is believed of it now: people's majority, else the import. Only labels that
a release could hold are looked at; rows that rules already exclude have their own queue. The texts are read
by processes of our own (worker), so the app stays usable, and an exception of `progress` ends them.

Cost: measuring new texts for the rules once (1 to 2 ms a pair), then docs/decisions/0030.
"""

import math
import tempfile
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb
import pyarrow as pa

from curation import text, workers
from curation.database import Database
from curation.suspicion import diversity, records
from curation.suspicion.model import PLACES
from curation.suspicion.records import Outcome
from curation.suspicion.report import Report
from curation.suspicion.worker import PAIR, REPORT
from curation.validation import budget, clusters, limits, runner, snapshot, sources
from curation.validation.policy import Policy

VERSION = 3  # raise it when features or model change, so that kept looks are looked at again
# Pairs to learn from, in the queue's random order; more would cost the worker memory.
SAMPLE = 20_000
LEAST = 50  # pairs; fewer teach nothing (as rule V13)
_BATCH = 500
_SEVERAL = 5000  # pairs; starting another worker takes as long as reading about so many
_ASKED = 0.5  # seconds between two chances to cancel a fit
_Z = 1.64  # one-sided 5 %: the model tells labels better than a coin
_KNOWS_WHO = "A model of such labels knows who wrote an answer, not which one is better."
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """What the snapshot says before anything is learned."""

    model: str
    pairs: int
    off: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """What was learned; no scores where `off` says why they would be of no use."""

    off: str
    report: Report | None = None
    scores: pa.Table | None = None


def detect(
    database: Database,
    *,
    by: str,
    now: datetime,
    policy: Policy | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Outcome:
    """Score every label that may be released, or say why none can be.

    Args:
        by: who asked.
        progress: called with pairs done and to do, first while texts are measured for the rules, then while
            labels are learned and scored; an exception of it cancels, and the scores before stay in effect.

    Returns:
        What is now in effect: the kept look where nothing has changed since.
    """
    chosen = policy or limits.current(database).policy
    with snapshot.opened(database, progress) as cursor:
        candidates(cursor, chosen, progress)
        diversity.keep(database, diversity.gathered(cursor), now)
        look = _looked(cursor, chosen)
        known = records.latest(database)
        if known is not None and known.model == look.model:
            return known
        found = _Found(off=look.off) if look.off else _learned(cursor, look.pairs, chosen, progress)
    outcome = Outcome(
        model=look.model, off=found.off, pairs=look.pairs, report=found.report, asked_by=by, computed=now
    )
    records.keep(database, outcome, found.scores)
    return outcome


def candidates(cursor: duckdb.DuckDBPyConnection, policy: Policy, progress: Progress) -> None:
    """Make the table `suspect` on a snapshot: pair_id, winner, folds, place.

    Places are the queue's random order, from 1. Folds are the digits of a hash of the prompt cluster, so that
    near-duplicates never learn from each other.
    """
    snapshot.prepare(cursor, progress)
    budget.take(cursor, ())
    clusters.build(cursor, policy)
    runner.mark_rows(cursor, policy)
    snapshot.settle(cursor)
    cursor.execute(
        """
        CREATE TEMP TABLE suspect AS
        SELECT r.pair_id, r.winner, ('0x' || left(c.cluster, 8))::BIGINT % $places AS folds,
               row_number() OVER (ORDER BY r.shuffle, r.pair_id) AS place
        FROM releasable AS r JOIN cluster AS c ON c.pair_id = r.pair_id
        """,
        {"places": PLACES},
    )


def _looked(cursor: duckdb.DuckDBPyConnection, policy: Policy) -> _Look:
    # A fix changes what is read, and so the look.
    ((pairs, labels),) = cursor.execute(
        """
        SELECT count(*), sum(md5_number_lower(coalesce(o.text_id, s.pair_id) || s.winner || s.folds)::HUGEINT)
        FROM suspect AS s LEFT JOIN text_of AS o ON o.pair_id = s.pair_id
        """
    ).fetchall()  # all of it: a result left open keeps the cursor from reading in batches
    leak = sources.leak(cursor, policy)
    off = ""
    if leak:
        off = f"{leak[0].message} {_KNOWS_WHO}"
    elif pairs < LEAST:
        off = f"Labels that a release could hold: {pairs}. {LEAST} are needed to learn from."
    return _Look(model=f"{VERSION}-{text.digest([off, str(SAMPLE), str(labels)])}", pairs=pairs, off=off)


def _learned(cursor: duckdb.DuckDBPyConnection, pairs: int, policy: Policy, progress: Progress) -> _Found:
    sample = min(SAMPLE, pairs)
    with tempfile.TemporaryDirectory(prefix="pairloom-") as folder:
        start = partial(workers.Worker, "curation.suspicion.worker", folder, sends=PAIR)
        _teach(start, _sent(cursor, sample), lambda done: progress(done, sample + pairs))
        report = Report.from_json((Path(folder) / REPORT).read_text(encoding="utf-8"))
        off = _says_nothing(report, policy)
        if off:
            return _Found(off=off, report=report)
        scored: list[pa.RecordBatch] = []
        done = sample
        number = workers.cores() if pairs > _SEVERAL else 1
        texts = _sent(cursor, pairs)
        with closing(texts), closing(workers.answered(texts, start, number)) as answers:
            for batch in answers:
                scored.append(batch)
                done += batch.num_rows
                progress(done, sample + pairs)
    return _Found(off="", report=report, scores=_with_labels(cursor, pa.Table.from_batches(scored)))


def _teach(
    start: Callable[[], workers.Worker],
    batches: Generator[pa.RecordBatch, None, None],
    progress: Callable[[int], None],
) -> None:
    """Have one worker leave a model in its folder."""
    with closing(start()) as teacher, closing(batches):
        done = 0
        for batch in batches:
            teacher.answer(batch)
            done += batch.num_rows
            progress(done)
        whole = pa.record_batch([pa.array([], field.type) for field in PAIR], schema=PAIR)
        # The fit itself takes several seconds, in which somebody may want to cancel.
        with ThreadPoolExecutor(1) as beside:
            fitted = beside.submit(teacher.answer, whole)
            try:
                while not wait([fitted], timeout=_ASKED).done:
                    progress(done)
            except BaseException:
                teacher.close()  # which ends the thread's waiting
                raise
            fitted.result()


def _sent(cursor: duckdb.DuckDBPyConnection, limit: int) -> Generator[pa.RecordBatch, None, None]:
    """The first so many suspects with their texts, straight from the database to the pipe."""
    stream = cursor.sql(
        """
        SELECT s.pair_id, s.winner = 'answer_1' AS first, s.folds, p.prompt, p.answer_1, p.answer_2
        FROM suspect AS s JOIN pair AS p ON p.id = s.pair_id WHERE s.place <= $limit
        """,
        params={"limit": limit},
    ).to_arrow_reader(_BATCH)
    try:
        for batch in stream:
            if batch.num_rows:
                yield batch.cast(PAIR)
    finally:
        stream.close()  # a result left open would stop the snapshot from ending


def _with_labels(cursor: duckdb.DuckDBPyConnection, scored: pa.Table) -> pa.Table:  # noqa: ARG001
    """The scores beside the labels they are about; DuckDB finds `scored` by its name."""
    return cursor.sql(
        "SELECT s.*, t.winner FROM scored AS s JOIN suspect AS t USING (pair_id)"
    ).to_arrow_table()


def _says_nothing(report: Report, policy: Policy) -> str:
    """Why scores would be of no use, "" where they are."""
    if report.text.right >= policy.source_leak:
        return (
            f"From the texts of other pairs the model tells {report.text.right:.0%} of {report.fitted:,} "
            f"labels. {_KNOWS_WHO}"
        )
    margin = _Z * 0.5 / math.sqrt(report.fitted)
    if report.text.right > 0.5 + margin:
        return ""
    return (
        f"From the texts of other pairs the model tells {report.text.right:.0%} of {report.fitted:,} labels, "
        "no better than a coin. Random order is as good."
    )
