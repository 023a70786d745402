"""What identifies the content of a release, whatever its name, place and maker.

A row's canonical JSON has sorted keys, no white space and unescaped UTF-8. The fingerprint is the SHA-256
over the sorted SHA-256 of the canonical JSON of every row of train and test, each written as 64
hexadecimal digits and a line feed.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

_PIECE = 1 << 20
_ENCODER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def canonical_json(row: Mapping[str, object]) -> str:
    """One row in the only form that is hashed."""
    return _ENCODER.encode(row)


def of_row(row: Mapping[str, object]) -> str:
    """SHA-256 of the canonical JSON; 64 hexadecimal digits."""
    return hashlib.sha256(canonical_json(row).encode()).hexdigest()


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
