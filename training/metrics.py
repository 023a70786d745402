"""Rows of an append-only JSON-lines file, read from where the last reading stopped.

The last line may be torn: its writer is at work, or was killed in the middle. Nothing else is forgiven.
"""

import json
import os
from pathlib import Path
from typing import Any, BinaryIO

from training import errors

Row = dict[str, Any]
_BLOCK = 1 << 16


def tail(path: Path, offset: int, *, most_bytes: int | None = None) -> tuple[list[Row], int]:
    """The whole rows that were appended since `offset`.

    Args:
        offset: bytes, from 0 or from an earlier call; always at the start of a line.
        most_bytes: read about so much and no more; a line that is longer is read whole.

    Returns:
        rows: in file order; empty where there is no file yet.
        offset: where to go on; a torn last line is left for the next call.

    Raises:
        DamagedFile: a whole line is not a JSON object.
    """
    try:
        with path.open("rb") as file:
            file.seek(offset)
            data = file.read() if most_bytes is None else file.read(most_bytes) + file.readline()
    except FileNotFoundError:
        return [], offset
    end = data.rfind(b"\n") + 1
    rows = [_row(path, line) for line in data[:end].split(b"\n") if line.strip()]
    return rows, offset + end


def read(path: Path) -> list[Row]:
    """All whole rows of the file; see tail."""
    return tail(path, 0)[0]


def mend(path: Path) -> None:
    """Cut off a torn last line before somebody writes on: the next row would be glued to it.

    Only for the one writer of a file, whose predecessor is dead. A reader's offset stays right: it never lies
    inside a torn line.
    """
    try:
        with path.open("r+b") as file:
            end = file.seek(0, os.SEEK_END)
            whole = _whole(file, end)
            if whole < end:
                file.truncate(whole)
    except FileNotFoundError:
        return


def forward(rows: list[Row]) -> list[Row]:
    """The rows without those that were taken back.

    A run that lost a machine goes on from its checkpoint in the same folder, and so takes some steps again:
    where the step falls back, the earlier rows from there on do not count.
    """
    kept: list[Row] = []
    for row in rows:
        if kept and _falls_back(row, kept[-1]):
            kept = [one for one in kept if one["step"] < row["step"]]
        kept.append(row)
    return kept


def _falls_back(row: Row, last: Row) -> bool:
    # An evaluation follows the step that it is of; a step itself is taken once.
    again = row["step"] == last["step"] and row.get("kind") == last.get("kind") == "train"
    return bool(row["step"] < last["step"] or again)


def write(path: Path, rows: list[Row]) -> None:
    """Make a new file of these rows."""
    lines = [json.dumps(row, ensure_ascii=False, allow_nan=False) + "\n" for row in rows]
    path.write_text("".join(lines), encoding="utf-8")


def latest(rows: list[Row]) -> Row:
    """The last known value under each name; of an evaluation row under "evaluation/<name>"."""
    values: Row = {}
    for row in rows:
        evaluated = row.get("kind") == "evaluation"
        named = {f"evaluation/{name}" if evaluated else name: value for name, value in row.items()}
        values.update({name: value for name, value in named.items() if isinstance(value, int | float)})
    return values


def _whole(file: BinaryIO, end: int) -> int:
    """Bytes up to the last end of a line, read backwards."""
    while end:
        begin = max(0, end - _BLOCK)
        file.seek(begin)
        found = file.read(end - begin).rfind(b"\n")
        if found >= 0:
            return begin + found + 1
        end = begin
    return 0


def _row(path: Path, line: bytes) -> Row:
    try:
        row = json.loads(line)
    except ValueError:
        row = None
    if not isinstance(row, dict):
        raise errors.DamagedFile(f"{path} has a line that is not a JSON object: {line[:80]!r}.")
    return row
