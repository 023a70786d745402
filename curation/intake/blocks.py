"""Tables ready to insert: what a row becomes, and rows put together. Knows no database and no file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from curation import text
from curation.intake import rows
from curation.intake.fields import ColumnMapping, Shape
from curation.intake.refusing import Aside, Refused
from curation.intake.row import Row
from curation.intake.rows import Half
from curation.intake.sources import Refusal
from curation.labelling import pairs
from curation.model import Pair

_ROWS = 4000
_CHARACTERS = 8_000_000
_REASON_CHARACTERS = 500
_TOGETHER, _MOST_BYTES = 32_000, 80 * 1024 * 1024  # rows, and bytes, that are stored at once
_HALF = pa.schema(
    [("line", pa.int64()), ("context", pa.string()), ("prompt", pa.large_string()),
     ("answer", pa.large_string()), ("good", pa.bool_()), ("finish", pa.string())]
)  # fmt: skip

Found = Pair | Half | Refusal


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


@dataclass(slots=True, kw_only=True)
class Batch:
    """Rows read one by one but not yet a block."""

    accepted: list[Pair] = field(default_factory=list)
    halves: list[Half] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    done: int = 0
    lines: int = 0
    characters: int = 0

    def take(self, found: list[Found], row: Row) -> None:
        """Add what a row became."""
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
        """Time for a block."""
        held = len(self.accepted) + len(self.refused) + len(self.halves)
        return held >= _ROWS or self.characters >= _CHARACTERS

    def block(self, now: datetime) -> Block:
        """What was taken."""
        return Block(
            pairs=pairs.table(self.accepted, now) if self.accepted else None,
            halves=_halves(self.halves) if self.halves else None,
            refusals=tuple(self.refused),
            done=self.done,
            lines=self.lines,
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
