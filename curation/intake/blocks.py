"""Stretches of a file as tables ready to insert. What happens to one row, and to thousands of them at once.

Knows no database and no other process: `crew` runs it in several.
"""

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from curation import text
from curation.intake import columnar, rows
from curation.intake.containers import Container
from curation.intake.fields import ColumnMapping, Shape
from curation.intake.refusing import Aside, Refused
from curation.intake.row import MAX_ROW_CHARACTERS, Row
from curation.intake.rows import Half
from curation.intake.sources import Refusal
from curation.labelling import pairs
from curation.model import Pair

_ROWS = 4000
_CHARACTERS = 8_000_000
_REASON_CHARACTERS = 500
_ODD = 64 * 1024  # bytes around an odd row that are read row by row
_PIECE = 8 * 1024 * 1024
_TOGETHER, _MOST_BYTES = 16_000, 32 * 1024 * 1024  # rows, and bytes, that are stored at once
_HALF = pa.schema(
    [("line", pa.int64()), ("context", pa.string()), ("prompt", pa.large_string()),
     ("answer", pa.large_string()), ("good", pa.bool_()), ("finish", pa.string())]
)  # fmt: skip

Found = Pair | Half | Refusal
Stretch = tuple[int, int]  # bytes of a file from and to, each at the beginning of a line


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What some thousand rows became.

    Attributes:
        pairs: as labelling.pairs.table makes them; None where there are none.
        halves: line, context, prompt, answer, good, finish; None where there are none.
        done: how much of the file is read by now, in the units of Container.size.
        lines: the last line of the stretch read so far, from 1.
        ends: the stretch ends with this block.
    """

    pairs: pa.Table | None
    halves: pa.Table | None
    refusals: tuple[Refusal, ...]
    done: int
    lines: int
    ends: bool = False

    @property
    def rows(self) -> int:
        """Pairs, halves and refusals."""
        return sum(0 if each is None else each.num_rows for each in (self.pairs, self.halves)) + len(
            self.refusals
        )

    @property
    def bytes(self) -> int:
        """What its pairs and halves take in memory."""
        return sum(0 if each is None else each.nbytes for each in (self.pairs, self.halves))

    def moved(self, lines: int) -> "Block":
        """The same after so many lines: counted from the beginning of the file, not of a stretch."""
        if not lines:
            return self
        return replace(
            self,
            pairs=_shifted(self.pairs, "source_row", lines),
            halves=_shifted(self.halves, "line", lines),
            refusals=tuple(replace(each, line=each.line + lines) for each in self.refusals),
            lines=self.lines + lines,
        )


def together(found: Iterable[Block]) -> Iterator[Block]:
    """The same rows in blocks as large as is good for a database."""
    held: list[Block] = []
    for block in found:
        held.append(block)
        if sum(each.rows for each in held) >= _TOGETHER or sum(each.bytes for each in held) >= _MOST_BYTES:
            yield _joined(held)
            held = []
    if held:
        yield _joined(held)


def _joined(held: Sequence[Block]) -> Block:
    tables = [block.pairs for block in held if block.pairs is not None]
    halves = [block.halves for block in held if block.halves is not None]
    return replace(
        held[-1],
        pairs=pairs.joined(tables) if tables else None,
        halves=pa.concat_tables(halves) if halves else None,
        refusals=tuple(refusal for block in held for refusal in block.refusals),
    )


def _shifted(found: pa.Table | None, column: str, lines: int) -> pa.Table | None:
    if found is None:
        return None
    at = found.schema.get_field_index(column)
    return found.set_column(at, column, pc.add(found[column], lines))


def read(row: Row, mapping: ColumnMapping, source_id: str) -> list[Found]:
    """One row as its pairs, as half a pair, or as the reason why not."""
    try:
        if row.values is None:
            raise Refused(row.problem)
        if mapping.shape is Shape.UNPAIRED:
            return [rows.half_from(row.values, mapping, line=row.line)]
        return [*rows.pairs_from(row.values, mapping, source_id=source_id, line=row.line)]
    except (Refused, Aside) as reason:
        return [refusal(row, reason)]


def refusal(row: Row, reason: Refused | Aside) -> Refusal:
    """The row with why it makes no pair."""
    return Refusal(
        line=row.line,
        reason=_storable(str(reason))[:_REASON_CHARACTERS],
        excerpt=row.excerpt(),
        original=row.original(),
        aside=isinstance(reason, Aside),
    )


def of(
    container: Container,
    mapping: ColumnMapping,
    source_id: str,
    now: datetime,
    stretch: Stretch | None = None,
) -> Iterator[Block]:
    """The rows of a file, or of a stretch of it, block by block; the last one `ends`."""
    job = (container, mapping, source_id, now)
    if stretch is None:
        yield from _row_by_row(*job, None)
    elif columnar.can_read(mapping):
        yield from _all_at_once(*job, stretch)
    else:
        yield from _of_stretch(*job, stretch)


def _all_at_once(
    container: Container, mapping: ColumnMapping, source_id: str, now: datetime, stretch: Stretch
) -> Iterator[Block]:
    """Pieces without an odd row at once; those that hold one are cut, and the smallest read row by row."""
    lines = 0
    pieces = [stretch]
    while pieces:
        start, end = pieces.pop()
        data = b"" if end - start > MAX_ROW_CHARACTERS else _bytes_of(container.path, (start, end))
        found = columnar.table(data, mapping, source_id, now)
        cut = data.find(b"\n", len(data) // 2) + 1
        if found is not None:
            block = Block(pairs=found, halves=None, refusals=(), done=end, lines=found.num_rows, ends=True)
            found_blocks = iter([block])
        elif len(data) > _ODD and 0 < cut < len(data):
            pieces += [(start + cut, end), (start, start + cut)]
            continue
        else:
            found_blocks = _of_stretch(container, mapping, source_id, now, (start, end))
        for block in found_blocks:
            moved = block.moved(lines)
            yield replace(moved, ends=block.ends and not pieces)
        lines = moved.lines


def _of_stretch(
    container: Container, mapping: ColumnMapping, source_id: str, now: datetime, stretch: Stretch
) -> Iterator[Block]:
    for block in _row_by_row(container, mapping, source_id, now, stretch):
        # Not the line of the last row, for blank lines may follow it.
        yield replace(block, lines=_feeds(container.path, stretch)) if block.ends else block


def _row_by_row(
    container: Container, mapping: ColumnMapping, source_id: str, now: datetime, stretch: Stretch | None
) -> Iterator[Block]:
    batch = _Batch()
    for row in container.rows(mapping.read_columns, stretch):
        batch.take(read(row, mapping, source_id), row)
        if batch.is_full:
            yield batch.block(now)
            batch = _Batch(done=batch.done, lines=batch.lines)
    yield batch.block(now, ends=True)


def _bytes_of(path: Path, stretch: Stretch) -> bytes:
    with path.open("rb") as file:
        file.seek(stretch[0])
        data = file.read(stretch[1] - stretch[0])
    return data.removeprefix(codecs.BOM_UTF8) if stretch[0] == 0 else data


def _feeds(path: Path, stretch: Stretch) -> int:
    left, found = stretch[1] - stretch[0], 0
    with path.open("rb") as file:
        file.seek(stretch[0])
        while data := file.read(min(left, _PIECE)):
            found, left = found + data.count(b"\n"), left - len(data)
    return found


@dataclass(slots=True, kw_only=True)
class _Batch:
    """Rows read but not yet a block."""

    accepted: list[Pair] = field(default_factory=list)
    halves: list[Half] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    done: int = 0
    lines: int = 0
    characters: int = 0

    def take(self, found: list[Found], row: Row) -> None:
        self.done, self.lines = row.done, row.line
        for each in found:
            if isinstance(each, Pair):
                self.accepted.append(each)
                self.characters += len(each.prompt) + len(each.answer_1) + len(each.answer_2)
            elif isinstance(each, Half):
                self.halves.append(each)
                self.characters += len(each.prompt) + len(each.answer)
            else:
                self.refused.append(each)
                self.characters += len(each.original)

    @property
    def is_full(self) -> bool:
        held = len(self.accepted) + len(self.refused) + len(self.halves)
        return held >= _ROWS or self.characters >= _CHARACTERS

    def block(self, now: datetime, *, ends: bool = False) -> Block:
        return Block(
            pairs=pairs.table(self.accepted, now) if self.accepted else None,
            halves=_halves(self.halves) if self.halves else None,
            refusals=tuple(self.refused),
            done=self.done,
            lines=self.lines,
            ends=ends,
        )


def _halves(found: list[Half]) -> pa.Table:
    return pa.Table.from_pydict(
        {
            "line": [half.line for half in found],
            "context": [text.context_json(half.context) for half in found],
            "prompt": [half.prompt for half in found],
            "answer": [half.answer for half in found],
            "good": [half.good for half in found],
            "finish": [half.finish for half in found],
        },
        schema=_HALF,
    )


def _storable(sentence: str) -> str:
    # A reason may quote a column name with half a surrogate pair in it.
    return sentence.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()
