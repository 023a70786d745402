"""A file, or a stretch of it, as blocks: plain rows many at once, and what is odd among them row by row.

Knows no database and no other process: `crew` runs it in several.
"""

import codecs
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa

from curation.intake import blocks, columnar, csv_columns, plain_columns, table_rows
from curation.intake.arrow_rows import plain_row
from curation.intake.blocks import Batch, Block
from curation.intake.containers import Container, Kind
from curation.intake.fields import ColumnMapping
from curation.intake.row import MAX_ROW_CHARACTERS, Row

_ODD = 64 * 1024  # bytes around an odd row that are read row by row
_ODD_ROWS = 64  # likewise, of a table
_PIECE = 8 * 1024 * 1024
_ROWS = 4000  # of a table, looked at together
_MOST_TEXT = 64 * 1024 * 1024  # bytes of them: dictionaries may stand for far more than they hold

Stretch = tuple[int, int]  # bytes of a file from and to, each at the beginning of a line


def of(
    container: Container,
    mapping: ColumnMapping,
    source_id: str,
    now: datetime,
    stretch: Stretch | None = None,
) -> Iterator[Block]:
    """The rows of a file, or of a stretch of it, block by block; the last one `ends`.

    Args:
        stretch: of JSON lines; the whole of another file, whose rows must be plain. None reads row by row.
    """
    job = _Job(container, mapping, source_id, now)
    if stretch is None:
        return _ended(job.one_by_one(container.rows(mapping.read_columns)))
    if container.kind is Kind.JSON_LINES and not plain_columns.can_read(mapping):
        return _ended(job.lines_one_by_one(stretch))
    if container.kind is Kind.TABLE:
        return _ended(job.csv_at_once(stretch[1]))
    if not container.kind.is_text:
        return _ended(job.table_at_once())
    return _ended(job.lines_at_once(stretch))


def _ended(found: Iterator[Block]) -> Iterator[Block]:
    """The same, the last one marked and no other; an empty one where there is none."""
    last = Block(pairs=None, halves=None, refusals=(), done=0, lines=0)
    for number, block in enumerate(found):
        if number:
            yield replace(last, ends=False)  # the end of a piece is not that of all
        last = block
    yield replace(last, ends=True)


class _Job:
    """What is to be read, and as what."""

    def __init__(self, container: Container, mapping: ColumnMapping, source_id: str, now: datetime) -> None:
        self._container, self._mapping, self._source_id, self._now = container, mapping, source_id, now

    def one_by_one(self, rows: Iterator[Row]) -> Iterator[Block]:
        batch = Batch()
        for row in rows:
            batch.take(blocks.read(row, self._mapping, self._source_id), row)
            if batch.is_full:
                yield batch.block(self._now)
                batch = Batch(done=batch.done, lines=batch.lines)
        yield batch.block(self._now)

    def lines_one_by_one(self, stretch: Stretch) -> Iterator[Block]:
        return self._counted(self._container.rows(self._mapping.read_columns, stretch), stretch)

    def _counted(self, rows: Iterator[Row], stretch: Stretch) -> Iterator[Block]:
        for block in _ended(self.one_by_one(rows)):
            # Not the line of the last row, for blank lines may follow it.
            yield replace(block, lines=_feeds(self._container.path, stretch)) if block.ends else block

    def lines_at_once(self, stretch: Stretch) -> Iterator[Block]:
        """Pieces without an odd row at once; those with one are cut, the smallest read row by row."""
        lines, pieces = 0, [stretch]
        while pieces:
            start, end = pieces.pop()
            data = b"" if end - start > MAX_ROW_CHARACTERS else _bytes_of(self._container.path, (start, end))
            found = columnar.table(data, self._mapping, self._source_id, self._now)
            cut = data.find(b"\n", len(data) // 2) + 1
            if found is None and len(data) > _ODD and 0 < cut < len(data):
                pieces += [(start + cut, end), (start, start + cut)]
                continue
            piece = (
                self.lines_one_by_one((start, end)) if found is None else [_whole(found, found.num_rows, end)]
            )
            for block in piece:
                moved = block.moved(lines)
                yield moved
            lines = moved.lines

    def csv_at_once(self, size: int) -> Iterator[Block]:
        """Pieces between certain ends of rows; where an end is in doubt, the rest is read row by row."""
        path, delimiter = self._container.path, self._container.delimiter
        start, lines = csv_columns.after_header(path, delimiter), 1
        while start < size:
            data = csv_columns.closed(_read(path, start, _PIECE), ends=start + _PIECE >= size)
            whole = csv_columns.sound_end(data, delimiter) if start else 0
            if not whole:
                break
            for block in self._csv_pieces(data[:whole], start, size):
                moved = block.moved(lines)
                yield moved
            start, lines = start + whole, moved.lines
        if start < size:
            rest = table_rows.csv_rows(path, self._container.encoding, delimiter, (start, size))
            yield from (block.moved(lines if start else 0) for block in self.one_by_one(rest))

    def _csv_pieces(self, data: bytes, begins: int, size: int) -> Iterator[Block]:
        lines, pieces, delimiter = 0, [(begins, data)], self._container.delimiter
        while pieces:
            start, piece = pieces.pop()
            end = min(start + len(piece), size)  # the last line may have been given its feed
            found = self._of_csv(piece)
            cut = csv_columns.sound_end(piece[: len(piece) // 2], delimiter) if found is None else 0
            if len(piece) > _ODD and cut:
                pieces += [(start + cut, piece[cut:]), (start, piece[:cut])]
                continue
            rows = self._csv_slowly(start, end) if found is None else [_whole(found, piece.count(b"\n"), end)]
            for block in rows:
                moved = block.moved(lines)
                yield moved
            lines = moved.lines

    def _of_csv(self, piece: bytes) -> pa.Table | None:
        found = csv_columns.rows(piece, self._container.columns(), self._container.delimiter)
        if found is None:
            return None
        return plain_columns.pairs_of(found.texts, self._mapping, self._source_id, self._now, found.lines)

    def _csv_slowly(self, start: int, end: int) -> Iterator[Block]:
        rows = table_rows.csv_rows(
            self._container.path, self._container.encoding, self._container.delimiter, (start, end)
        )
        return self._counted(rows, (start, end))

    def table_at_once(self) -> Iterator[Block]:
        number = 0
        for batch, done in self._container.batches(self._mapping.read_columns, _ROWS):
            pieces = [batch]
            while pieces:
                piece = pieces.pop()
                found = self._of_batch(piece)
                if found is None and piece.num_rows > _ODD_ROWS and self._has_texts(piece):
                    cut = piece.num_rows // 2
                    pieces += [piece.slice(cut), piece.slice(0, cut)]
                    continue
                rows = self._rows_of(piece, done) if found is None else [_whole(found, piece.num_rows, done)]
                yield from (block.moved(number) for block in rows)
                number += piece.num_rows

    def _of_batch(self, batch: pa.RecordBatch) -> pa.Table | None:
        if table_rows.text_bytes(batch) > _MOST_TEXT or not self._has_texts(batch):
            return None
        texts = plain_columns.texts_of(batch, self._mapping)
        if texts is None:
            return None
        return plain_columns.pairs_of(texts, self._mapping, self._source_id, self._now)

    def _has_texts(self, batch: pa.RecordBatch) -> bool:
        return plain_columns.are_texts(batch, self._mapping)

    def _rows_of(self, batch: pa.RecordBatch, done: int) -> Iterator[Block]:
        values = enumerate(table_rows.plain_values(batch), start=1)
        return self.one_by_one(plain_row(number, done, each) for number, each in values)


def _whole(found: pa.Table, lines: int, done: int) -> Block:
    return Block(pairs=found, halves=None, refusals=(), done=done, lines=lines)


def _bytes_of(path: Path, stretch: Stretch) -> bytes:
    data = _read(path, stretch[0], stretch[1] - stretch[0])
    return data.removeprefix(codecs.BOM_UTF8) if stretch[0] == 0 else data


def _read(path: Path, start: int, count: int) -> bytes:
    with path.open("rb") as file:
        file.seek(start)
        return file.read(count)


def _feeds(path: Path, stretch: Stretch) -> int:
    left, found = stretch[1] - stretch[0], 0
    with path.open("rb") as file:
        file.seek(stretch[0])
        while data := file.read(min(left, _PIECE)):
            found, left = found + data.count(b"\n"), left - len(data)
    return found
