"""A row of outside data as it was read, before anyone asks what it means."""

import codecs
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

EXCERPT_CHARACTERS = 200
ORIGINAL_CHARACTERS = 1_000_000
MAX_ROW_CHARACTERS = 64 * 1024 * 1024  # longer rows are skipped unread, so that memory stays bounded


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row.

    Attributes:
        line: from 1, as a person counts: the line for JSON lines and CSV, the entry of a JSON list, the row
            of a Parquet file.
        done: how much of the file is read, in the units of Container.size.
        values: column to cell; None where the row cannot be read.
        problem: then the reason, as a sentence.
        raw: the row as it stands in the file, "" where it has no text of its own.
        aside: it has a problem that is no fault: it was understood and makes no pair.
    """

    line: int
    done: int
    values: Mapping[str, object] | None = None
    problem: str = ""
    raw: str = ""
    aside: bool = False

    def original(self) -> str:
        """The row as it stands in the file, at most 1,000,000 characters, safe to store."""
        raw = self.raw or json.dumps(self.values, ensure_ascii=False, default=str)
        # A database takes neither NUL nor lone surrogates.
        shown = raw[:ORIGINAL_CHARACTERS].replace("\0", "\N{REPLACEMENT CHARACTER}")
        return shown.encode("utf-8", errors="replace").decode("utf-8")

    def excerpt(self) -> str:
        """Its first 200 characters, for a person."""
        return self.original()[:EXCERPT_CHARACTERS]


def open_text(path: Path, encoding: str, *, newline: str, stretch: tuple[int, int] | None = None) -> IO[str]:
    """A text file whose broken bytes become lone surrogates, so that they cost only the rows they are in.

    Args:
        stretch: only the bytes from and to, for encodings in which a line feed is one byte.
    """
    codecs.register_error("pairloom-mark", _mark)
    if stretch is None:
        return path.open(encoding=encoding, errors="pairloom-mark", newline=newline)
    raw = io.BufferedReader(_Window(path, *stretch), 1024 * 1024)
    return io.TextIOWrapper(raw, encoding=encoding, errors="pairloom-mark", newline=newline)


class _Window(io.RawIOBase):
    """The bytes of a file from one place to another."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._file = path.open("rb", buffering=0)
        self._file.seek(start)
        self._left, self._read = end - start, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True  # for tell() alone

    def seek(self, offset: int, whence: int = 0) -> int:
        if (offset, whence) != (0, io.SEEK_CUR):
            raise io.UnsupportedOperation("a window is read from its start to its end")
        return self._read

    def readinto(self, buffer: Any) -> int:
        wanted = memoryview(buffer)[: self._left]
        count = self._file.readinto(wanted) or 0
        self._left -= count
        self._read += count
        return count

    def close(self) -> None:
        self._file.close()
        super().close()


def lines(file: IO[str]) -> Iterator[tuple[str, bool]]:
    """Lines with their ends; (beginning, True) for one that is too long, whose rest is skipped."""
    while line := file.readline(MAX_ROW_CHARACTERS):
        cut = len(line) == MAX_ROW_CHARACTERS and not line.endswith("\n")
        yield line, cut
        while cut and (rest := file.readline(MAX_ROW_CHARACTERS)) and not rest.endswith("\n"):
            pass


def _mark(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return "\udc80", error.end
