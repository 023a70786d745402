"""Rows of a file that is one JSON object: a list under a telling key, columns, or one row."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from curation.intake import json_rows
from curation.intake.row import MAX_ROW_CHARACTERS, Row, open_text

# What tools call the list of rows; `rows` of the Hub's viewer wraps each one in `row`.
_WRAPPERS = ("data", "rows", "items", "examples", "records", "instances", "train")
_WRAPPED = re.compile(rf'\s*\{{\s*"(?:features"\s*:\s*\[|(?:{"|".join(_WRAPPERS)})"\s*:\s*\[\s*(?:\{{|$))')


def is_object(words: str) -> bool:
    """Whether a text that begins with a brace is one object and not a line of rows.

    Args:
        words: the first characters of the file.
    """
    if _WRAPPED.match(words):
        return True
    first, feed, rest = words.partition("\n")
    begins_open = first.strip() == "{" or not first.rstrip("\r").endswith("}")
    return bool(feed) and begins_open and rest.lstrip()[:1] in ('"', "}")


def rows(path: Path, encoding: str) -> Iterator[Row]:
    """Every row; `line` is its number in the object. A file longer than a row may be is one refusal."""
    with open_text(path, encoding, newline="") as file:
        whole = file.read(MAX_ROW_CHARACTERS + 1)
    done = path.stat().st_size
    if len(whole) > MAX_ROW_CHARACTERS:
        problem = (
            f"The file is one JSON object of more than {MAX_ROW_CHARACTERS // 1024**2} million characters."
        )
        yield Row(line=1, done=done, problem=f"{problem} Save it as JSON lines.", raw=whole[:1000])
        return
    read = json_rows.row_of(whole.strip(), 1, done)
    if read.values is None:
        yield read
        return
    for number, values in enumerate(_entries(read.values), start=1):
        if isinstance(values, Mapping):
            yield Row(line=number, done=done, values=values)
        else:
            yield Row(line=number, done=done, problem="The row is not a JSON object ({…}).", raw=str(values))


def _entries(whole: Mapping[str, object]) -> list[object]:
    for name in _WRAPPERS:
        found = whole.get(name)
        if isinstance(found, list) and found and isinstance(found[0], Mapping):
            return [each["row"] if _is_viewer_row(each) else each for each in found]
    cells = list(whole.values())
    if cells and all(isinstance(cell, Mapping) for cell in cells):
        keys = [list(cell) for cell in cells if isinstance(cell, Mapping)]
        if keys[0] and all(each == keys[0] for each in keys) and all(key.isdecimal() for key in keys[0]):
            return [{name: whole[name][key] for name in whole} for key in keys[0]]  # type: ignore[index]
    return [whole]


def _is_viewer_row(each: object) -> bool:
    return isinstance(each, Mapping) and "row_idx" in each and isinstance(each.get("row"), Mapping)
