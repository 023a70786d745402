"""Rows of tables: CSV in any delimiter, and Parquet. Every CSV cell is text: nothing guesses at types."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from curation.errors import UnreadableSource
from curation.intake.row import MAX_ROW_CHARACTERS, Row, lines, open_text

_DELIMITERS = (",", "\t", ";", "|")
_BATCH = 500  # rows decoded at a time
_MOST_TIMES, _ALWAYS_ALLOWED = 200, 256 * 1024 * 1024  # as in packed.py
# A damaged file may break anywhere: in its pages, in its footer, or in the names of its columns.
DAMAGED = (pa.ArrowException, OSError, UnicodeDecodeError)


def delimiter_of(head: str) -> str:
    """The delimiter that cuts the header into most columns; a comma where none does."""
    return max(_DELIMITERS, key=lambda delimiter: len(_header(head, delimiter)))


def csv_columns(path: Path, encoding: str, delimiter: str) -> tuple[str, ...]:
    """Names in the header.

    Raises:
        UnreadableSource: two columns have the same name, or nothing follows the header.
    """
    with open_text(path, encoding, newline="") as file:
        source = _Lines(file)
        reader = _reader(source, delimiter)
        try:
            header: list[str] = next(reader, [])
            more = any(True for line in source if line.strip())
        except csv.Error as error:
            raise UnreadableSource(f"The header of {path.name} cannot be read: {error}.") from error
    unique(header, path)
    if not more:
        raise UnreadableSource(f"{path.name} has a header ({', '.join(header)[:200]}) but no rows.")
    return tuple(header)


def csv_rows(
    path: Path, encoding: str, delimiter: str, stretch: tuple[int, int] | None = None
) -> Iterator[Row]:
    """One row per record; `line` is the line on which the record begins.

    Args:
        stretch: only these bytes, from and to, each where a record begins; lines are counted from 1 again.
    """
    start = stretch[0] if stretch else 0
    header = csv_columns(path, encoding, delimiter)
    # A mark is one at the beginning of a file only.
    kind = "utf-8" if start and encoding == "utf-8-sig" else encoding
    with open_text(path, kind, newline="", stretch=stretch) as file:
        source = _Lines(file, start)
        reader = _reader(source, delimiter)
        if not start:
            next(reader)
        while True:
            begins = source.number + 1
            try:
                cells = next(reader, None)
            except csv.Error as error:
                yield _broken(source, begins, error)
                if source.in_doubt(begins):
                    return
                continue
            if cells is None:
                return
            if cells:
                yield _record(header, cells, begins, source)


def parquet_size(path: Path) -> int:
    """Rows of the file.

    Raises:
        UnreadableSource: it is damaged.
    """
    with _parquet(path) as file:
        return int(file.metadata.num_rows)


def parquet_columns(path: Path) -> tuple[str, ...]:
    """Names of the columns.

    Raises:
        UnreadableSource: it has no rows, or two columns have the same name.
    """
    with _parquet(path) as file:
        names = list(file.schema_arrow.names)
        if file.metadata.num_rows == 0:
            raise UnreadableSource(f"{path.name} has columns ({', '.join(names)[:200]}) but no rows.")
    return unique(names, path)


def unique(names: Sequence[str], path: Path) -> tuple[str, ...]:
    """The names, all different.

    Raises:
        UnreadableSource: two are equal.
    """
    twice = [name for name in names if names.count(name) > 1]
    if twice:
        raise UnreadableSource(f"{path.name} has two columns called “{twice[0]}”. Rename one of them.")
    return tuple(names)


def parquet_rows(path: Path, columns: Sequence[str] | None = None) -> Iterator[Row]:
    """One row per row; `line` is its number."""
    number = 0
    for batch, _ in parquet_batches(path, columns, _BATCH):
        for values in plain_values(batch):
            number += 1
            if values is None:
                yield Row(line=number, done=number, problem="The row holds text that is not UTF-8.", raw="…")
            else:
                yield Row(line=number, done=number, values=values)


def parquet_batches(path: Path, columns: Sequence[str] | None, most: int) -> Iterator[tuple[Any, int]]:
    """Batches of at most so many rows, texts in dictionaries, each with how many rows are read by then."""
    number = unpacked = 0
    with _parquet(path) as file:
        wanted = None if columns is None else [name for name in file.schema_arrow.names if name in columns]
        batches = file.iter_batches(batch_size=most, columns=wanted)
        while (batch := _next_batch(batches, path, number)) is not None:
            unpacked += text_bytes(batch)
            _check_size(unpacked, path)
            number += batch.num_rows
            yield batch, number


class _Lines:
    """The lines of a CSV file for csv.reader, counted, the last one kept."""

    def __init__(self, file: IO[str], start: int = 0) -> None:
        self._file, self._start = file, start
        self._lines = lines(file)
        self.number = 0
        self.last = ""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        self.last, cut = next(self._lines)
        self.number += 1
        if cut:
            raise csv.Error(f"a line is longer than {MAX_ROW_CHARACTERS // 1024**2} million characters")
        return self.last

    @property
    def done(self) -> int:
        position: int = self._file.buffer.tell()  # type: ignore[attr-defined]
        return self._start + position

    def in_doubt(self, begins: int) -> bool:
        """After broken quoting: might the next line be the inside of a cell?

        Only a record that began and broke on one line with all its quotes closed says no for certain;
        going on anywhere else could take text for columns, which nobody would see.
        """
        return self.number != begins or self.last.count('"') % 2 == 1


def _reader(source: Iterator[str], delimiter: str) -> Any:
    csv.field_size_limit(MAX_ROW_CHARACTERS)
    return csv.reader(source, delimiter=delimiter, strict=True)


def _header(head: str, delimiter: str) -> list[str]:
    try:
        return next(_reader(iter(head.splitlines(keepends=True)), delimiter), [])
    except csv.Error:
        return []


def _broken(source: _Lines, begins: int, error: csv.Error) -> Row:
    problem = f"The quoting of the row is broken ({error})."
    if source.in_doubt(begins):
        problem += (
            " Nothing after it was read, because rows can no longer be told apart: mend it and import again."
        )
    return Row(line=begins, done=source.done, problem=problem, raw=source.last[:1000])


def _record(header: Sequence[str], cells: Sequence[str], begins: int, source: _Lines) -> Row:
    if len(cells) != len(header):
        problem = f"The row has {len(cells)} cells, but the header names {len(header)} columns."
        raw = ",".join(cells)
        return Row(line=begins, done=source.done, problem=problem, raw=raw)
    # Its text is the values as JSON: a row that is refused for what it says can be mended in any layout.
    return Row(line=begins, done=source.done, values=dict(zip(header, cells, strict=True)))


def _parquet(path: Path) -> Any:
    try:
        file = pq.ParquetFile(path, page_checksum_verification=True)
        # Dictionaries stay dictionaries: one text of 60 MB named by a million rows is 60 MB, not 60 TB.
        leaves = [file.schema.column(number) for number in range(len(file.schema))]
        texts = [each.path for each in leaves if each.physical_type == "BYTE_ARRAY" and "." not in each.path]
        _refuse_bomb(file, path)
        return pq.ParquetFile(path, page_checksum_verification=True, read_dictionary=texts)
    except DAMAGED as error:
        raise UnreadableSource(
            f"{path.name} is a damaged Parquet file. Download or export it again."
        ) from error


def _refuse_bomb(file: Any, path: Path) -> None:
    groups = [file.metadata.row_group(number) for number in range(file.metadata.num_row_groups)]
    if any(group.num_rows < 0 for group in groups):  # Arrow would end the process over them
        raise pa.ArrowInvalid("a row group counts fewer than no rows")
    _check_size(max((group.total_byte_size for group in groups), default=0), path)


def _check_size(unpacked: int, path: Path) -> None:
    if unpacked > max(_ALWAYS_ALLOWED, _MOST_TIMES * path.stat().st_size):
        raise UnreadableSource(
            f"{path.name} unpacks to {unpacked // 1024**2:,} MB or more, over {_MOST_TIMES} times its size. "
            "Write it again without dictionaries, in smaller row groups, if that is right."
        )


def text_bytes(batch: Any) -> int:
    """Bytes of the texts that a batch of dictionaries stands for."""
    return sum(
        pc.sum(pc.take(pc.binary_length(column.dictionary), column.indices)).as_py() or 0
        for column in batch.columns
        if pa.types.is_dictionary(column.type) and pa.types.is_string(column.type.value_type)
    )


def _next_batch(batches: Iterator[Any], path: Path, number: int) -> Any:
    try:
        batch = next(batches, None)
        if batch is not None:
            _require_sound(batch)
        return batch
    except DAMAGED as error:
        raise UnreadableSource(
            f"{path.name} is damaged after row {number}. Download or export it again."
        ) from error


def _require_sound(batch: Any) -> None:
    """No index beyond its dictionary, to be met with later; text that is not UTF-8 costs its own row only."""
    try:
        batch.validate(full=True)
    except pa.ArrowInvalid as error:
        if "UTF8" not in str(error):
            raise
        for column in batch.columns:
            _as_bytes(column).validate(full=True)


def _as_bytes(column: Any) -> Any:
    if pa.types.is_dictionary(column.type):
        return pa.DictionaryArray.from_arrays(column.indices, _as_bytes(column.dictionary), safe=False)
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return column.view(pa.binary() if pa.types.is_string(column.type) else pa.large_binary())
    return column


def plain_values(batch: Any) -> Iterator[dict[str, object] | None]:
    """Cells of each row; None for a row whose text is not UTF-8."""
    try:
        yield from batch.to_pylist()
    except UnicodeDecodeError:
        for index in range(batch.num_rows):
            yield _one(batch.slice(index, 1))


def _one(row: Any) -> dict[str, object] | None:
    try:
        (values,) = row.to_pylist()
    except UnicodeDecodeError:
        return None
    return dict(values)
