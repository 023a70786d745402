"""Searching the log of a run's worker; of any size, in little memory. Its end is read by runs.log_tail."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from training import runs

_BLOCK = 1 << 20
_LINE_BYTES = 2000  # of a longer line, as a binary dump, only the beginning is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """Lines that hold the words.

    Attributes:
        total: how many there are in the whole log.
        lines: the last of them with their numbers, from 1, oldest first.
    """

    total: int
    lines: tuple[tuple[int, str], ...]


def search(run: Path, words: str, *, limit: int = 200) -> Found:
    """Every line with these words, in any case, as plain text and not as a pattern.

    The file is read once in blocks of a megabyte; at most `limit` lines are held.
    """
    wanted = words.casefold()
    found: deque[tuple[int, str]] = deque(maxlen=limit)
    total = 0
    try:
        with (run / runs.WORKER_LOG).open("rb") as file:
            for number, line in _lines(file):
                text = _shown(line)
                if wanted in text.casefold():
                    total += 1
                    found.append((number, text))
    except FileNotFoundError:
        pass
    return Found(total=total, lines=tuple(found))


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number, rest = 0, b""
    while block := file.read(_BLOCK):
        *whole, rest = (rest + block).split(b"\n")
        rest = rest[-_BLOCK:]  # a "line" without an end must not fill the memory
        for line in whole:
            number += 1
            yield number, line
    if rest:
        yield number + 1, rest


def _shown(line: bytes) -> str:
    drawn = line.rstrip(b"\r").rpartition(b"\r")[2][:_LINE_BYTES]
    return drawn.decode("utf-8", errors="replace")
