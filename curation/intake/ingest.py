"""Rows in, all of a source or none of it: pairs, votes, and what makes neither with its reason.

The id of a source is a hash of its bytes and of the mapping. Importing the same thing again finds it
finished and adds nothing; an import that is cancelled or killed leaves nothing behind.
"""

import logging
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb
import pyarrow as pa

from curation import text
from curation.database import Database
from curation.errors import InvalidInput
from curation.intake import containers, crew, formats, sources, unpaired, votes
from curation.intake.blocks import Block
from curation.intake.containers import Container
from curation.intake.fields import ColumnMapping, Rule, Shape, root
from curation.intake.locations import Located
from curation.intake.sources import Counts, Refusal, Source
from curation.labelling import events, pairs

_log = logging.getLogger(__name__)


class _Cancelled(Exception):
    """Leaves the transaction, which rolls back."""


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
        refusals: the first 1,000 rows that make no pair; sources.refusals pages through all of them.
        finished: False where it was cancelled; nothing was kept.
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
    if mapping.needs_rule:
        raise _no_rule(located.location)
    source = _source(located, mapping, imported_by, now)
    if mapping.shape.has_votes:
        outcome = _votes(database, container, mapping, source, progress)
    else:
        outcome = _pairs(database, container, mapping, source, progress, cancelled)
    columns = container.columns()
    used = {root(name) for name in mapping.columns.values()}
    unused = () if mapping.read_columns is None else tuple(name for name in columns if name not in used)
    return replace(outcome, unused=unused)


def mapping_of(container: Container, name: str, mapping: ColumnMapping | None) -> ColumnMapping:
    """The mapping asked for, checked, or the one that the columns say.

    Raises:
        InvalidInput: no layout is recognised, or a mapped column is missing.
    """
    head = container.head()
    if mapping is None:
        mapping = formats.recognise(head.columns, head.rows)
        if mapping is None:
            raise formats.unknown_layout(name, head.columns)
    formats.check_columns(mapping, head.columns)
    return mapping


def source_id_of(located: Located, mapping: ColumnMapping) -> str:
    """Equal for the same bytes under the same mapping; 32 hexadecimal digits."""
    return text.digest(["source", located.sha256, mapping.as_json()])


def _pairs(
    database: Database,
    container: Container,
    mapping: ColumnMapping,
    source: Source,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
) -> Outcome:
    try:
        with database.bulk() as tx:
            before = sources.find(database, source.id)
            if before is not None and before.finished:
                return _repeated(database, before)
            sources.begin(tx, source)
            with closing(crew.read(container, mapping, source.id, source.imported)) as found:
                total, after = Counts(), 0
                for block in found:
                    total = _store(tx, source, block, total, after=None if before else after)
                    after = block.lines
                    if progress is not None:
                        progress(Progress(done=block.done, total=container.size, counts=total))
                    if cancelled is not None and cancelled():
                        raise _Cancelled
            if mapping.shape is Shape.UNPAIRED:
                unpaired.pair_up(tx, source.id, source.imported)
            _finish(tx, source)
    except _Cancelled:
        return Outcome(
            source_id=source.id,
            layout=source.layout,
            counts=Counts(),
            refusals=(),
            finished=False,
            repeated=False,
        )
    return _done(database, source)


def _store(
    tx: duckdb.DuckDBPyConnection, source: Source, block: Block, total: Counts, *, after: int | None
) -> Counts:
    new = 0 if block.pairs is None else _added(tx, block.pairs, after)
    if block.refusals:
        sources.refuse(tx, source.id, block.refusals)
    if block.halves is not None:
        unpaired.hold(tx, block.halves)
    aside = sum(refusal.aside for refusal in block.refusals)
    return Counts(
        accepted=total.accepted + new,
        refused=total.refused + len(block.refusals) - aside,
        duplicate=total.duplicate + (0 if block.pairs is None else block.pairs.num_rows - new),
        aside=total.aside + aside,
    )


def _added(tx: duckdb.DuckDBPyConnection, arrived: pa.Table, after: int | None) -> int:
    # None: an older version began this source, and may have added some of its rows.
    return pairs.add_table(tx, arrived) if after is None else pairs.add_next(tx, arrived, after=after)


def _finish(tx: duckdb.DuckDBPyConnection, source: Source) -> None:
    total = sources.counts(tx, source.id)
    if sources.finish(tx, source.id, total):
        events.record(
            tx,
            actor=source.imported_by,
            action="import source",
            now=source.imported,
            subject=source.id,
            detail={"location": source.location, "layout": source.layout, "accepted": total.accepted},
        )
    _log.info("import of %s: %s", source.id, total)


def _votes(
    database: Database,
    container: Container,
    mapping: ColumnMapping,
    source: Source,
    progress: Callable[[Progress], None] | None,
) -> Outcome:
    """Exports of labelling tools: their votes stay votes of the people who gave them."""
    before = sources.find(database, source.id)
    if before is not None and before.finished:
        return _repeated(database, before)
    votes.take_rows(
        database,
        replace(source, kind="votes"),
        votes.unfolded(container.rows(), mapping),
        tell=lambda done: (
            progress(Progress(done=done, total=container.size, counts=Counts())) if progress else None
        ),
    )
    return _done(database, source)


def _done(database: Database, source: Source) -> Outcome:
    kept = sources.get(database, source.id)
    return Outcome(
        source_id=source.id,
        layout=source.layout,
        counts=_counts(kept),
        refusals=sources.refusals(database, source.id, limit=1000),
        finished=True,
        repeated=False,
    )


def _counts(kept: Source) -> Counts:
    return Counts(
        accepted=kept.accepted,
        refused=kept.refused,
        duplicate=kept.duplicate,
        aside=kept.aside,
        votes=kept.votes,
    )


def _repeated(database: Database, before: Source) -> Outcome:
    """The same source again: every pair that was taken is a duplicate now."""
    counts = replace(_counts(before), accepted=0, duplicate=before.accepted + before.duplicate)
    return Outcome(
        source_id=before.id,
        layout=before.layout,
        counts=counts,
        refusals=sources.refusals(database, before.id, limit=1000),
        finished=True,
        repeated=True,
    )


def _no_rule(name: str) -> InvalidInput:
    rules = "; ".join(f"{rule.value}: {rule.words}" for rule in Rule)
    return InvalidInput(
        f"{name} holds several answers a row. Say which pairs they make, on the Import page or with --rule: "
        f"{rules}."
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
