"""Cells of a piece of a CSV file, all rows at once, where nothing is in doubt.

A quote is in its place where it opens a cell, closes one, or is one of two that mean one. While every quote
of a piece is, a line feed behind an even number of them ends a row, for us as for `csv`, which reads what is
in doubt.
"""

import codecs
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pv

_QUOTE, _FEED, _RETURN = b'"\n\r'
_HEADER = 64 * 1024  # bytes: a longer one is not looked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Cells, every column as pa.string(), and the line on which each row begins, from 1."""

    texts: pa.Table
    lines: npt.NDArray[np.int64]


def after_header(path: Path, delimiter: str) -> int:
    """Where the first row begins; 0 where that is not certain, as with a header over two lines."""
    with path.open("rb") as file:
        first = file.readline(_HEADER)
    mark = len(first) - len(first.removeprefix(codecs.BOM_UTF8))
    return len(first) if sound_end(first[mark:], delimiter) == len(first) - mark else 0


def closed(data: bytes, *, ends: bool) -> bytes:
    """The piece, the last line of a file with its feed."""
    return data + b"\n" if ends and not data.endswith(b"\n") else data


def sound_end(data: bytes, delimiter: str) -> int:
    """Up to where these bytes are whole rows for certain; 0 where nothing is.

    Args:
        data: begins where a row does.
    """
    signs = np.frombuffer(data, np.uint8)
    quotes = np.flatnonzero(signs == _QUOTE) if b'"' in data else np.empty(0, np.int64)
    feed = data.rfind(b"\n")
    while feed >= 0 and np.searchsorted(quotes, feed) % 2:
        feed = data.rfind(b"\n", 0, feed)
    end = feed + 1
    # A return alone ends a line too, but only outside of quotes.
    if data.count(b"\r", 0, end) != data.count(b"\r\n", 0, end):
        return 0
    opens, closes = (quotes[: np.searchsorted(quotes, end)][first::2] for first in (0, 1))
    before, after = signs[opens[opens > 0] - 1], signs[closes + 1]
    sides = [_QUOTE, _FEED, ord(delimiter)]
    in_place = np.isin(before, sides).all() and np.isin(after, [*sides, _RETURN]).all()
    return end if in_place else 0


def rows(data: bytes, names: Sequence[str], delimiter: str) -> Rows | None:
    """The cells of whole rows; None where a row has not as many as there are names, or a line is blank."""
    if data.startswith(codecs.BOM_UTF8):
        return None  # Arrow would take it for the mark of a file
    try:
        found = pv.read_csv(
            pa.BufferReader(data),
            read_options=pv.ReadOptions(column_names=names, use_threads=False, block_size=len(data) + 1),
            parse_options=pv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pv.ConvertOptions(column_types=dict.fromkeys(names, pa.string())),
        ).combine_chunks()
    except pa.ArrowException:
        return None
    ends = 1 + _feeds_within(found) if b'"' in data else np.ones(found.num_rows, np.int64)
    if ends.sum() != data.count(b"\n"):
        return None
    return Rows(texts=found, lines=1 + np.cumsum(ends) - ends)


def _feeds_within(found: pa.Table) -> npt.NDArray[np.int64]:
    """How many line feeds the cells of each row hold."""
    within = np.zeros(found.num_rows, np.int64)
    for column in found.columns:
        within += pc.count_substring(column, "\n").to_numpy()
    return within
