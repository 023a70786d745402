"""A row of outside data as it was read, before anyone asks what it means."""

import codecs
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

EXCERPT_CHARACTERS = 200
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
    """

    line: int
    done: int
    values: Mapping[str, object] | None = None
    problem: str = ""
    raw: str = ""

    def excerpt(self) -> str:
        """The beginning of the row for a person, at most 200 characters, safe to store."""
        raw = self.raw or json.dumps(self.values, ensure_ascii=False, default=str)
        # A database takes neither NUL nor lone surrogates.
        shown = raw[:EXCERPT_CHARACTERS].replace("\0", "\N{REPLACEMENT CHARACTER}")
        return shown.encode("utf-8", errors="replace").decode("utf-8")


def open_text(path: Path, encoding: str, *, newline: str) -> IO[str]:
    """A text file whose broken bytes become lone surrogates, so that they cost only the rows they are in."""
    codecs.register_error("pairloom-mark", _mark)
    return path.open(encoding=encoding, errors="pairloom-mark", newline=newline)


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
