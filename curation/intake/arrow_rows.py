"""Rows of Arrow files, in the file and in the stream format (`datasets` keeps its cache as streams)."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa

from curation.errors import UnreadableSource
from curation.intake.row import Row
from curation.intake.table_rows import DAMAGED, plain_values, unique

FILE_MAGIC = b"ARROW1"
STREAM_MAGIC = b"\xff\xff\xff\xff"
_ROWS = 500


def size(path: Path) -> int:
    """Bytes: a stream does not say how many rows it has."""
    return path.stat().st_size


def columns(path: Path) -> tuple[str, ...]:
    """Names of the columns.

    Raises:
        UnreadableSource: it is damaged, empty, or two columns have the same name.
    """
    names: list[str] = []
    for batch, _ in _batches(path):
        names = list(batch.schema.names)
        if batch.num_rows:
            return unique(names, path)
    raise UnreadableSource(f"{path.name} has columns ({', '.join(names)[:200]}) but no rows.")


def rows(path: Path, wanted: Sequence[str] | None = None) -> Iterator[Row]:
    """One row per row; `line` is its number."""
    number = 0
    for batch, done in batches(path, wanted, _ROWS):
        for values in plain_values(batch):
            number += 1
            yield plain_row(number, done, values)


def batches(path: Path, wanted: Sequence[str] | None, most: int) -> Iterator[tuple[Any, int]]:
    """Batches of at most so many rows, each with how many bytes are read by then."""
    for batch, done in _batches(path):
        kept = batch if wanted is None else batch.select([n for n in batch.schema.names if n in wanted])
        for start in range(0, batch.num_rows, most):
            yield kept.slice(start, most), done


def plain_row(number: int, done: int, values: dict[str, object] | None) -> Row:
    if values is None:
        return Row(line=number, done=done, problem="The row holds text that is not UTF-8.", raw="…")
    return Row(line=number, done=done, values=values)


def _batches(path: Path) -> Iterator[tuple[Any, int]]:
    """Batches, each with how many bytes are read by then."""
    try:
        with path.open("rb") as file:
            is_file = file.read(len(FILE_MAGIC)) == FILE_MAGIC
        with pa.OSFile(str(path)) as source:
            if is_file:
                reader = pa.ipc.open_file(source)
                for number in range(reader.num_record_batches):
                    yield _whole(reader.get_batch(number)), source.tell()
            else:
                for batch in pa.ipc.open_stream(source):
                    yield _whole(batch), source.tell()
    except (*DAMAGED, StopIteration) as error:
        raise UnreadableSource(
            f"{path.name} is a damaged Arrow file. Download or export it again."
        ) from error


def _whole(batch: Any) -> Any:
    # Offsets in a damaged file may point anywhere: unchecked, reading a cell would end the process.
    batch.validate(full=True)
    _ = batch.schema.names  # raises where a name is not UTF-8
    return batch
