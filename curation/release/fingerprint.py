"""What identifies the content of a release, whatever its name, place and maker.

A row's canonical JSON has sorted keys, no white space and unescaped UTF-8. The fingerprint is the SHA-256
over the sorted SHA-256 of the canonical JSON of every row of train and test, each written as 64
hexadecimal digits and a line feed.
"""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from json.encoder import encode_basestring
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_PIECE = 1 << 20
_BLANK = 0x20  # below it are the signs that JSON writes another way
_USUAL = (b"\n", b"\r", b"\t")
_ESCAPES = {
    b"\\": b"\\\\", b'"': b'\\"', b"\n": b"\\n", b"\r": b"\\r", b"\t": b"\\t", b"\0": b'"\0"',
}  # fmt: skip
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical_json(row: Mapping[str, object]) -> str:
    """One row in the only form that is hashed."""
    return _ENCODER.encode(row)


def of_row(row: Mapping[str, object]) -> str:
    """SHA-256 of the canonical JSON; 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(row).encode()).hexdigest()


def of_table(rows: pa.Table) -> list[str]:
    """`of_row` of every row, by columns, in a fifth of the time."""
    whole = {name: _encoded(rows[name].combine_chunks()) for name in rows.column_names}
    return [hashlib.sha256(line).hexdigest() for line in _objects(whole)]


def of_rows(digests: Iterable[str]) -> str:
    """The fingerprint, from the digest of each row in any order."""
    hasher = hashlib.sha256()
    for digest in sorted(digests):
        hasher.update(digest.encode() + b"\n")
    return hasher.hexdigest()


def of_file(path: Path) -> str:
    """SHA-256 of a file's bytes; 64 hexadecimal digits."""
    hasher = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            hasher.update(piece)
    return hasher.hexdigest()


def _objects(members: Mapping[str, Sequence[bytes]]) -> list[bytes]:
    """JSON objects, from the JSON of each of their members."""
    names = sorted(members)
    form = ",".join(encode_basestring(name).replace("%", "%%") + ":%b" for name in names).encode()
    return [b"{%b}" % (form % values) for values in zip(*(members[name] for name in names), strict=True)]


def _encoded(column: pa.Array) -> Sequence[bytes]:
    """The canonical JSON of every value."""
    if pa.types.is_struct(column.type):
        names = [field.name for field in column.type]
        found = _objects(dict(zip(names, map(_encoded, column.flatten()), strict=True)))
    elif pa.types.is_list(column.type):
        inside = iter(_encoded(column.flatten()))
        found = [b"[%b]" % b",".join(islice(inside, n or 0)) for n in column.value_lengths().to_pylist()]
    elif pa.types.is_string(column.type):
        found = _strings(column.fill_null(""))
    else:
        return _scalars(column)
    if not column.null_count:
        return found
    is_there = column.is_valid().to_pylist()
    return [each if valid else b"null" for each, valid in zip(found, is_there, strict=True)]


def _strings(column: pa.Array) -> list[bytes]:
    """JSON strings: all texts are escaped as one, five times as fast as one by one."""
    if not len(column):
        return []
    offsets = pa.array([0, len(column)], pa.int32())
    whole = pc.binary_join(pa.ListArray.from_arrays(offsets, column.cast(pa.binary())), b"\0")
    said: bytes = whole[0].as_py()
    controls = np.count_nonzero(np.frombuffer(said, np.uint8) < _BLANK)
    if controls != len(column) - 1 + sum(
        said.count(each) for each in _USUAL
    ):  # NUL, or a sign written \\u00…
        return [encode_basestring(each).encode() for each in column.to_pylist()]
    for sign, written in _ESCAPES.items():
        said = said.replace(sign, written)
    return (b'"' + said + b'"').split(b"\0")


def _scalars(column: pa.Array) -> list[bytes]:
    """JSON of numbers and truth values, each different one written once: most columns have a handful."""
    # By their bits, for 0.0 and -0.0 are equal and not written alike.
    by_bits = column.view(pa.int64()) if pa.types.is_float64(column.type) else column
    coded = by_bits.dictionary_encode()
    written = [_scalar(value).encode() for value in coded.dictionary.view(column.type).to_pylist()]
    return [b"null" if place is None else written[place] for place in coded.indices.to_pylist()]


def _scalar(value: object) -> str:
    if isinstance(value, float) and math.isfinite(value):
        return repr(value)
    return "null" if value is None else _ENCODER.encode(value)
