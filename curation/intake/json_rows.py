"""Rows of JSON: one object a line, or a list of objects, both read without loading the file."""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from curation.intake.row import MAX_ROW_CHARACTERS, Row, lines, open_text

_BROKEN_BYTES = re.compile("[\ud800-\udfff]")
# A whole string, a bracket, a comma, or a quote that opens a string whose end is not read yet. Possessive
# repeats (*+) keep no backtracking state, which would cost gigabytes on a string of 20 MB.
_TOKEN = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[\[\]{},"]', re.DOTALL)
_CHUNK = 1024 * 1024
_TOO_LONG = f"The row is longer than {MAX_ROW_CHARACTERS // 1024**2} million characters and was skipped."


class _RepeatedKey(ValueError):
    pass


def line_rows(path: Path, encoding: str, stretch: tuple[int, int] | None = None) -> Iterator[Row]:
    """One row per line that is not blank.

    Args:
        stretch: bytes from and to, each at the beginning of a line; lines are then counted from 1 again.
    """
    start = stretch[0] if stretch else 0
    # newline="\n": only a line feed ends a line, so U+2028 inside a text does not.
    with open_text(path, encoding, newline="\n", stretch=stretch) as file:
        for number, (line, cut) in enumerate(lines(file), start=1):
            if line.isspace():
                continue
            done = start + file.buffer.tell()  # type: ignore[attr-defined]
            if cut:
                yield Row(line=number, done=done, problem=_TOO_LONG, raw=line[:1000])
            else:
                yield row_of(line.rstrip("\r\n"), number, done)


def list_rows(path: Path, encoding: str) -> Iterator[Row]:
    """One row per entry of a JSON list."""
    with open_text(path, encoding, newline="") as file:
        for number, (entry, begins, problem) in enumerate(_Elements(file), start=1):
            done = file.buffer.tell()  # type: ignore[attr-defined]
            if problem:
                yield Row(line=number, done=done, problem=f"{problem} (line {begins} of the file)", raw=entry)
            else:
                yield row_of(entry, number, done, begins=begins)


def row_of(raw: str, number: int, done: int, begins: int | None = None) -> Row:
    """One JSON object as a row, or what is wrong with it."""
    try:
        value = _DECODER.decode(raw)
    except (ValueError, RecursionError) as error:
        return Row(line=number, done=done, problem=_problem(error, raw, begins), raw=raw)
    if not isinstance(value, dict):
        return Row(line=number, done=done, problem="The row is not a JSON object ({…}).", raw=raw)
    return Row(line=number, done=done, values=value, raw=raw)


def _object(pairs: Sequence[tuple[str, object]]) -> dict[str, object]:
    built = dict(pairs)
    if len(built) < len(pairs):
        # json would silently keep the last one.
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _RepeatedKey(f"The key “{twice[:40]}” stands twice in the row. Keep one.")
    return built


_DECODER = json.JSONDecoder(object_pairs_hook=_object)


def _problem(error: ValueError | RecursionError, raw: str, begins: int | None) -> str:
    if isinstance(error, _RepeatedKey):
        return str(error)
    if isinstance(error, RecursionError):
        return "The row is nested too deeply to be read."
    if _BROKEN_BYTES.search(raw):
        return "The row is not valid JSON and holds bytes in another encoding. Save the source as UTF-8."
    if not isinstance(error, json.JSONDecodeError):
        return f"The row cannot be read: {error}."
    where = f"character {error.pos + 1}"
    if begins is not None:
        where = f"line {begins + raw.count(chr(10), 0, error.pos)} of the file"
    return f"The row is not valid JSON ({error.msg} at {where}). Correct it, or delete the row."


class _Elements:
    """The entries of a JSON list as (text, line it begins on, problem); broken ones are bounded too."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._buffer = ""
        self._position = 0  # where the next mark is looked for
        self._start = 0  # where the current entry begins
        self._line = 1  # of the file, at _start

    def __iter__(self) -> Iterator[tuple[str, int, str]]:
        self._open()
        depth = 0
        for mark in self._marks():
            if mark in "[{":
                depth += 1
            elif mark in "]}" and depth:
                depth -= 1
            elif mark == "," and not depth:
                yield from self._entry()
            elif mark == "]":
                yield from self._entry()
                yield from self._trailing()
                return
        cut = "The list is not closed (or one entry is too long): nothing was read from here on."
        yield self._buffer[self._start :].strip(), self._line, cut

    def _open(self) -> None:
        while "[" not in self._buffer and self._more():
            pass
        self._position = self._buffer.index("[") + 1
        self._step()

    def _marks(self) -> Iterator[str]:
        """Brackets and commas outside strings."""
        while True:
            found = _TOKEN.search(self._buffer, self._position)
            if found is not None and found[0] != '"':
                self._position = found.end()
                if len(found[0]) == 1:
                    yield found[0]
                continue
            # Nothing more, or a string that goes on in what is not read yet.
            self._position = len(self._buffer) if found is None else found.start()
            if not self._more():
                return

    def _entry(self) -> Iterator[tuple[str, int, str]]:
        """What stands between the last mark and this one."""
        text = self._buffer[self._start : self._position - 1]
        blank = len(text) - len(text.lstrip())
        begins = self._line + text.count("\n", 0, blank)
        self._step()
        if text.strip():
            yield text.strip(), begins, ""

    def _trailing(self) -> Iterator[tuple[str, int, str]]:
        while self._more() and not self._buffer[self._start :].strip():
            self._position = len(self._buffer)
            self._step()
        rest = self._buffer[self._start :].strip()
        if rest:
            yield rest[:1000], self._line, "More text follows the end of the list; it was not read."

    def _step(self) -> None:
        self._line += self._buffer.count("\n", self._start, self._position)
        self._start = self._position

    def _more(self) -> bool:
        """Read on, forgetting entries already given out."""
        if len(self._buffer) - self._start > MAX_ROW_CHARACTERS:
            return False
        # Reading as much as is held already keeps a long string linear: it is scanned log n times.
        chunk = self._file.read(max(_CHUNK, len(self._buffer) - self._start))
        self._buffer = self._buffer[self._start :] + chunk
        self._position -= self._start
        self._start = 0
        return bool(chunk)
