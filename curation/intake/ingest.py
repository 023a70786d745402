"""Rows in, batch by batch: accepted, refused or duplicate; an interruption loses and doubles nothing.

The id of a source is a hash of its bytes and of the mapping. Importing the same thing again finds it
finished and adds nothing; after an interruption it goes on under the same id.
"""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime

from curation import text
from curation.database import Database
from curation.intake import containers, formats, rows, sources
from curation.intake.formats import ColumnMapping
from curation.intake.locations import Located
from curation.intake.row import Row
from curation.intake.sources import Counts, Refusal, Source
from curation.labelling import events, pairs
from curation.model import Pair

_log = logging.getLogger(__name__)

_BATCH_ROWS = 2000
_BATCH_CHARACTERS = 16_000_000
_REASON_CHARACTERS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is.

    Attributes:
        done, total: bytes of a text file, rows of a Parquet file.
        counts: rows of this run so far.
    """

    done: int
    total: int
    counts: Counts


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What an import did.

    Attributes:
        counts: accepted + refused + duplicate is the number of rows read.
        refusals: the first 1,000 refused rows; sources.refusals pages through all of them.
        finished: False where it was cancelled; importing it again goes on.
        repeated: the same source had been imported before, so nothing was added.
        unused: columns that mean nothing under the mapping, so that a misspelt `system` is seen.
    """

    source_id: str
    layout: str
    counts: Counts
    refusals: tuple[Refusal, ...]
    finished: bool
    repeated: bool
    unused: tuple[str, ...] = ()


def ingest(
    database: Database,
    located: Located,
    *,
    imported_by: str,
    now: datetime,
    mapping: ColumnMapping | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Outcome:
    """Import every row of a source.

    Args:
        imported_by: pseudonym for the audit.
        now: naive UTC.
        mapping: what the columns mean; None takes the layout that their names say.
        progress: called after each batch, outside any transaction.
        cancelled: asked after each batch; True ends the import, which can be repeated.

    Raises:
        UnreadableSource: the file cannot be read as rows at all. Nothing was imported.
        InvalidInput: the layout is unknown or a mapped column is missing. Nothing was imported.
    """
    container = containers.recognise(located.path)
    mapping = mapping_of(container, located.location, mapping)
    source = _source(located, mapping, imported_by, now)
    before = sources.find(database, source.id)
    if before is not None and before.finished:
        outcome = _repeated(database, before)
    else:
        with database.writing() as tx:
            sources.begin(tx, source)
        whole = _run(database, container, mapping, source, progress, cancelled)
        outcome = _close(database, source, whole=whole)
    used = mapping.columns.values()
    return replace(outcome, unused=tuple(name for name in container.columns() if name not in used))


def mapping_of(container: containers.Container, name: str, mapping: ColumnMapping | None) -> ColumnMapping:
    """The mapping asked for, checked, or the one that the column names say.

    Raises:
        InvalidInput: no layout is recognised, or a mapped column is missing.
    """
    columns = container.columns()
    if mapping is None:
        mapping = formats.recognise(columns)
        if mapping is None:
            raise formats.unknown_layout(name, columns)
    formats.check_columns(mapping, columns)
    return mapping


def read(row: Row, mapping: ColumnMapping, source_id: str) -> Pair | Refusal:
    """One row as a pair, or as the reason why not."""
    if row.values is None:
        return _refusal(row, row.problem)
    try:
        return rows.pair_from(row.values, mapping, source_id=source_id, line=row.line)
    except rows.Refused as refused:
        return _refusal(row, str(refused))


def source_id_of(located: Located, mapping: ColumnMapping) -> str:
    """Equal for the same bytes under the same mapping; 32 hexadecimal digits."""
    return text.digest(["source", located.sha256, mapping.as_json()])


@dataclass(slots=True)
class _Batch:
    """Rows read but not yet stored."""

    accepted: list[Pair]
    refused: list[Refusal]
    done: int = 0
    characters: int = 0

    def take(self, found: Pair | Refusal, done: int) -> None:
        self.done = done
        if isinstance(found, Refusal):
            self.refused.append(found)
            return
        self.accepted.append(found)
        self.characters += len(found.prompt) + len(found.answer_1) + len(found.answer_2)

    @property
    def is_full(self) -> bool:
        held = len(self.accepted) + len(self.refused)
        return held >= _BATCH_ROWS or self.characters >= _BATCH_CHARACTERS


def _run(
    database: Database,
    container: containers.Container,
    mapping: ColumnMapping,
    source: Source,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
) -> bool:
    """Store every batch; False where it was cancelled on the way."""
    total = Counts(accepted=0, refused=0, duplicate=0)
    for batch in _read_ahead(_batches(container, mapping, source.id)):
        total = _store(database, source, batch, total)
        if progress is not None:
            progress(Progress(done=batch.done, total=container.size, counts=total))
        if cancelled is not None and cancelled():
            return False
    return True


def _read_ahead(batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """The same batches, the next one read while the last is stored: both take about equally long."""
    with ThreadPoolExecutor(1, thread_name_prefix="intake") as reader:
        coming = reader.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = reader.submit(next, batches, None)
            yield batch


def _batches(container: containers.Container, mapping: ColumnMapping, source_id: str) -> Iterator[_Batch]:
    batch = _Batch([], [])
    for row in container.rows(tuple(mapping.columns.values())):
        batch.take(read(row, mapping, source_id), row.done)
        if batch.is_full:
            yield batch
            batch = _Batch([], [])
    if batch.accepted or batch.refused:
        yield batch


def _store(database: Database, source: Source, batch: _Batch, total: Counts) -> Counts:
    """One batch, one transaction."""
    with database.writing() as tx:
        new = pairs.add(tx, batch.accepted, source.imported) if batch.accepted else 0
        if batch.refused:
            sources.refuse(tx, source.id, batch.refused)
    return Counts(
        accepted=total.accepted + new,
        refused=total.refused + len(batch.refused),
        duplicate=total.duplicate + len(batch.accepted) - new,
    )


def _close(database: Database, source: Source, *, whole: bool) -> Outcome:
    with database.writing() as tx:
        total = sources.counts(tx, source.id)
        if whole and sources.finish(tx, source.id, total):
            events.record(
                tx,
                actor=source.imported_by,
                action="import source",
                now=source.imported,
                subject=source.id,
                detail={"location": source.location, "layout": source.layout, "accepted": total.accepted},
            )
    _log.info("import of %s: %s", source.id, total)
    return Outcome(
        source_id=source.id,
        layout=source.layout,
        counts=total,
        refusals=sources.refusals(database, source.id, limit=1000),
        finished=whole,
        repeated=False,
    )


def _repeated(database: Database, before: Source) -> Outcome:
    """The same source again: every row that was taken is a duplicate now."""
    counts = Counts(accepted=0, refused=before.refused, duplicate=before.accepted + before.duplicate)
    return Outcome(
        source_id=before.id,
        layout=before.layout,
        counts=counts,
        refusals=sources.refusals(database, before.id, limit=1000),
        finished=True,
        repeated=True,
    )


def _source(located: Located, mapping: ColumnMapping, imported_by: str, now: datetime) -> Source:
    return Source(
        id=source_id_of(located, mapping),
        kind=located.kind,
        location=located.location,
        revision=located.revision,
        sha256=located.sha256,
        layout=mapping.layout,
        mapping=mapping.as_json(),
        licence=located.licence,
        accepted=0,
        refused=0,
        duplicate=0,
        finished=False,
        imported_by=imported_by,
        imported=now,
    )


def _refusal(row: Row, reason: str) -> Refusal:
    return Refusal(line=row.line, reason=_storable(reason)[:_REASON_CHARACTERS], excerpt=row.excerpt())


def _storable(sentence: str) -> str:
    # A reason may quote a column name with half a surrogate pair in it.
    return sentence.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
