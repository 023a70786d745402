"""Plain texts of a stretch of JSON lines, all rows at once: far less work than reading each row.

Only what raises no question goes this way: rows of texts, one a line, with every text valid and present.
Anything else gives None, and a smaller piece is tried; what is odd itself is read row by row, which knows the
reason for each row. Both ways give the same table (a property test says so).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.json as pj

from curation.intake import json_rows, plain_columns
from curation.intake.fields import ColumnMapping

_RETURN, _OPENS, _CLOSES = b"\r{}"
# Columns that mean nothing are read too, for a key that stands twice; nested ones are left to the other way:
# Arrow follows them without a limit to the depth, until the process ends.
_UNUSED: Mapping[type, pa.DataType] = {
    str: pa.string(), type(None): pa.string(), bool: pa.bool_(), int: pa.float64(), float: pa.float64(),
}  # fmt: skip


def table(data: bytes, mapping: ColumnMapping, source_id: str, now: datetime) -> pa.Table | None:
    """Lines as labelling.pairs.table would make them, counted from 1; None where a row needs a closer look.

    Args:
        data: lines in UTF-8, without a mark in front; the last one may lack its line feed.
    """
    end = len(data) - data.endswith(b"\n")
    end -= data.endswith(b"\r", 0, end)
    feeds = _feeds(data, end)
    if feeds is None:
        return None
    found = _parsed(data, end, mapping)
    if found is None or found.num_rows != feeds + 1:
        return None
    return plain_columns.pairs_of(found, mapping, source_id, now)


def _feeds(data: bytes, end: int) -> int | None:
    """How many line feeds there are, None unless each stands between two objects.

    No valid row holds such a place, so as many rows as lines means one a line.
    """
    if not (data.startswith(b"{") and data.endswith(b"}", 0, end)):
        return None
    signs = np.frombuffer(data, np.uint8, end)
    places = np.fromiter(_places(data, end), np.int64)
    before = signs[places - 1]
    before = np.where(before == _RETURN, signs[places - 2], before)
    sound = (before == _CLOSES).all() and (signs[places + 1] == _OPENS).all()
    return len(places) if sound else None


def _places(data: bytes, end: int) -> Iterator[int]:
    # Rows are long and feeds few: comparing every byte with one took four times as long.
    place = data.find(b"\n", 0, end)
    while place >= 0:
        yield place
        place = data.find(b"\n", place + 1, end)


def _parsed(data: bytes, end: int, mapping: ColumnMapping) -> pa.Table | None:
    schema = _schema(data[: data.find(b"\n", 0, end) % (end + 1)], mapping)
    if schema is None:
        return None
    try:
        return pj.read_json(
            pa.BufferReader(pa.py_buffer(data).slice(0, end)),
            read_options=pj.ReadOptions(use_threads=False, block_size=end + 1),
            parse_options=pj.ParseOptions(explicit_schema=schema, unexpected_field_behavior="error"),
        ).combine_chunks()
    except pa.ArrowException:
        return None


def _schema(line: bytes, mapping: ColumnMapping) -> pa.Schema | None:
    """Texts for the columns that are mapped, and what the first row holds in the others."""
    try:
        first = json_rows.row_of(line.decode(), 1, 0).values
    except UnicodeDecodeError:
        return None
    kinds = dict.fromkeys(mapping.columns.values(), pa.string())
    for name, value in (first or {}).items():
        kind = kinds.setdefault(name, _UNUSED.get(type(value)))
        if kind is None or not name.isprintable():
            return None
    return pa.schema(list(kinds.items()))
