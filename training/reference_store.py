"""What untrained models have thought of pairs, on disk, so that a second run need not ask again. No tensors.

One file for everything that the numbers rest on (`Key`). A file is replaced as a whole under a lock, and its
content carries a checksum: a reader sees an earlier or a later one, and computes anew what it cannot trust.
"""

import hashlib
import json
import math
import os
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from curation import workspace
from training import locks

BYTES_VARIABLE = "PAIRLOOM_REFERENCE_BYTES"  # of all files together; 0 keeps none
_BYTES = 1 << 30
_ROW = struct.Struct("<16sff")
_SUFFIX = ".pairs"
_LOCK = "lock"

Rows = dict[bytes, tuple[float, float]]
"""Digest of a pair's tokens (16 bytes) → log-probabilities of its chosen and rejected answer, in nats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What log-probabilities rest on; where any of it differs, nothing is shared.

    Attributes:
        release: its fingerprint.
        model: print of the base model's folder, tokenizer included (model_print.of).
        template: digest of the chat template in use, and of whether the system turn is folded.
        max_length: tokens; a longer sequence loses its end.
        weights: how the base model is held: "float32", "bfloat16", "nf4", …
        arithmetic: device, versions and settings that move the last digits, by name.
    """

    release: str
    model: str
    template: str
    max_length: int
    weights: str
    arithmetic: Mapping[str, str]

    @property
    def name(self) -> str:
        text = json.dumps(asdict(self), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a file holds.

    Attributes:
        seconds: that one pair took when it was computed; None where nobody has measured it.
        problem: why a file was not used, as a sentence; None where there is none or it is whole.
    """

    rows: Rows = field(default_factory=dict)
    seconds: float | None = None
    problem: str | None = None


def folder(space: workspace.Workspace) -> Path:
    """Where the files lie; safe to delete at any time."""
    return space.home / "references"


def limit() -> int:
    """Bytes that all files together may take."""
    return int(os.environ.get(BYTES_VARIABLE) or _BYTES)


def bytes_of(pairs: int) -> int:
    """At most so many bytes are added for a release of so many pairs: each is asked about in two ways."""
    return min(limit(), 2 * pairs * _ROW.size)


def read(place: Path, key: Key) -> Known:
    """What is known under a key; nothing where there is no file, or where it is damaged."""
    path = place / f"{key.name}{_SUFFIX}"
    try:
        content = path.read_bytes()
    except OSError:
        return Known()
    found = _parsed(content, key)
    if found is None:
        return Known(
            problem=f"{path.name}, log-probabilities of the reference, is damaged; they are computed again."
        )
    path.touch()  # the files read last are kept longest
    return found


def add(place: Path, key: Key, rows: Rows, *, seconds: float | None) -> None:
    """Keep these pairs too, beside those that another run has added since; drop the files unused longest.

    Args:
        rows: what is not finite is left out.
        seconds: see Known.
    """
    place.mkdir(parents=True, exist_ok=True)
    with locks.held(place / _LOCK):
        before = read(place, key)
        finite = {name: both for name, both in rows.items() if all(map(math.isfinite, both))}
        whole = before.rows | finite
        body = b"".join(_ROW.pack(name, *both) for name, both in sorted(whole.items()))
        head = {"key": asdict(key), "seconds": seconds or before.seconds, "sha256": _digest(body)}
        path = place / f"{key.name}{_SUFFIX}"
        beside = path.with_suffix(".tmp")
        with beside.open("wb") as file:
            file.write(json.dumps(head).encode() + b"\n" + body)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        _drop_oldest(place, limit())


def size(place: Path) -> int:
    """Bytes of all files."""
    return sum(path.stat().st_size for path in place.glob(f"*{_SUFFIX}"))


def clear(place: Path) -> int:
    """Delete every file; returns the bytes that are free again."""
    if not place.is_dir():
        return 0
    with locks.held(place / _LOCK):
        freed = size(place)
        _drop_oldest(place, 0)
    return freed


def _parsed(content: bytes, key: Key) -> Known | None:
    head, _, body = content.partition(b"\n")
    try:
        told: dict[str, Any] = json.loads(head)
        same = told["key"] == json.loads(json.dumps(asdict(key))) and told["sha256"] == _digest(body)
        seconds = told["seconds"]
    except (ValueError, KeyError, TypeError):
        return None
    if not same or len(body) % _ROW.size:
        return None
    rows = {name: (chosen, rejected) for name, chosen, rejected in _ROW.iter_unpack(body)}
    return Known(rows=rows, seconds=seconds)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _drop_oldest(place: Path, most: int) -> None:
    files = sorted(place.glob(f"*{_SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    taken = 0
    for path in files:
        taken += path.stat().st_size
        if taken > most:
            path.unlink()
