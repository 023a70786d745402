"""Which columns mean what: the layouts known by name, and mappings made by hand.

A layout is recognised by the names of its columns and, where they say too little, by a mark that its texts
begin with; never by guessing at content: a wrong guess would be a silent wrong label. Anything unknown
needs a mapping that a person has seen.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from curation.errors import InvalidInput
from curation.intake.fields import ColumnMapping, Field, Layout, Rule, Shape, root
from curation.intake.layouts import ARGILLA, LAYOUTS
from curation.intake.shapes import argilla

Rows = Collection[Mapping[str, object]]


BY_HAND = "by hand"

# What a mapping by hand must name, and what its rows then are.
_SHAPES: Sequence[tuple[frozenset[Field], Shape]] = (
    (frozenset({Field.CHOSEN, Field.REJECTED}), Shape.PLAIN),
    (frozenset({Field.ANSWER_1, Field.ANSWER_2}), Shape.PLAIN),
    (frozenset({Field.ANSWERS, Field.SCORES}), Shape.LIST),
    (frozenset({Field.ANSWERS, Field.RANKS}), Shape.LIST),
    (frozenset({Field.ANSWER, Field.LABEL}), Shape.UNPAIRED),
)

# Only ever proposed to a person, never applied unseen.
_LIKELY: Mapping[Field, Sequence[str]] = {
    Field.PROMPT: ("prompt", "question", "instruction", "input", "query", "messages", "conversations"),
    Field.CHOSEN: ("chosen", "chosen_response", "preferred", "response_j", "better", "winner", "chatgpt"),
    Field.REJECTED: ("rejected", "rejected_response", "response_k", "worse", "loser", "llama2-13b-chat"),
    Field.SYSTEM: ("system", "system_prompt"),
}


def recognise(columns: Collection[str], rows: Rows = ()) -> ColumnMapping | None:
    """The mapping of the first layout that fits; None where none does.

    Args:
        rows: the first rows, for layouts that are known by how their texts begin.
    """
    found = fitting(columns, rows)
    return found[0].mapping() if found else None


def fitting(columns: Collection[str], rows: Rows = ()) -> tuple[Layout, ...]:
    """Every layout that these columns could be, the one that is taken first."""
    found = [layout for layout in LAYOUTS if layout is not ARGILLA and layout.fits(columns, rows)]
    # Argilla's columns are named by the task; what a person decided counts more than what stands beside it.
    return (ARGILLA, *found) if argilla.is_record(columns, rows) else tuple(found)


def named(
    name: str, columns: Collection[str], renamed: Mapping[str, str] = MappingProxyType({})
) -> ColumnMapping:
    """The mapping of a layout asked for by name.

    Args:
        renamed: our fields to the columns that stand in for the layout's own.

    Raises:
        InvalidInput: there is no such layout, or a column it needs is missing.
    """
    for layout in LAYOUTS:
        if layout.name == name:
            mapping = with_columns(layout.mapping(), renamed)
            check_columns(mapping, columns)
            missing = [each for each in layout.beside if each not in columns]
            if missing:
                raise _missing(missing[0], columns)
            return mapping
    known = ", ".join(layout.name for layout in LAYOUTS)
    raise InvalidInput(f"There is no layout “{name}”. Known are: {known}.")


def with_rule(mapping: ColumnMapping, rule: Rule | None) -> ColumnMapping:
    """The mapping with the pairs that its lists make; as it is where it has no lists."""
    return replace(mapping, rule=rule) if mapping.shape is Shape.LIST else mapping


def with_columns(mapping: ColumnMapping, columns: Mapping[str, str]) -> ColumnMapping:
    """A layout's mapping with some columns named otherwise, such as the texts that an export compares.

    Raises:
        InvalidInput: an unknown field.
    """
    named_so = {_field(name): column for name, column in columns.items() if column}
    return replace(mapping, columns={**mapping.columns, **named_so})


def by_hand(columns: Mapping[str, str]) -> ColumnMapping:
    """A mapping made by a person: our field to their column.

    Raises:
        InvalidInput: an unknown field, or answers missing.
    """
    fields = {_field(name): column for name, column in columns.items() if column}
    fitting_shapes = [shape for needed, shape in _SHAPES if needed <= fields.keys()]
    if len(fitting_shapes) != 1:
        raise InvalidInput(
            "A mapping needs either chosen and rejected, or answer_1 and answer_2 (and winner), or answers "
            "with scores or ranks, or answer and label; and usually prompt."
        )
    used = list(fields.values())
    twice = sorted({column for column in used if used.count(column) > 1})
    if twice:
        raise InvalidInput(f"The column “{twice[0]}” is mapped twice. Give each field a column of its own.")
    return ColumnMapping(layout=BY_HAND, columns=fields, shape=fitting_shapes[0])


def propose(columns: Collection[str], rows: Rows = ()) -> Mapping[Field, str]:
    """A guess for a person to confirm: our field to one of the columns, where a name suggests it."""
    mapping = recognise(columns, rows)
    if mapping is not None:
        return present(mapping, columns)
    likely = {key: next((name for name in names if name in columns), None) for key, names in _LIKELY.items()}
    return {key: name for key, name in likely.items() if name is not None}


def present(mapping: ColumnMapping, columns: Collection[str]) -> Mapping[Field, str]:
    """Field to column, without the optional columns that are not there."""
    return {key: name for key, name in mapping.columns.items() if root(name) in columns}


def check_columns(mapping: ColumnMapping, columns: Collection[str]) -> None:
    """Every mapped column that is not optional is there.

    Raises:
        InvalidInput: one is not; the sentence names those that are.
    """
    if mapping.shape.has_votes:
        return  # their texts may lie inside a column, and a row that lacks one is refused with its reason
    needed = [root(name) for key, name in mapping.columns.items() if key not in mapping.optional]
    missing = [name for name in needed if name not in columns]
    if missing:
        raise _missing(missing[0], columns)


def unknown_layout(name: str, columns: Collection[str]) -> InvalidInput:
    """The sentence for a source whose columns say nothing."""
    found = ", ".join(columns)[:300]
    return InvalidInput(
        f"{name} has the columns {found}, which is no layout Pairloom knows "
        "(question, chosen, rejected or prompt, chosen, rejected). Say which column is what: on the Import "
        "page, or with --map prompt=COLUMN --map chosen=COLUMN --map rejected=COLUMN."
    )


def _missing(name: str, columns: Collection[str]) -> InvalidInput:
    return InvalidInput(
        f"There is no column “{name}”. The columns are: {', '.join(columns)[:300]}. "
        "Choose one of these, or correct the file."
    )


def _field(name: str) -> Field:
    try:
        return Field(name)
    except ValueError:
        known = ", ".join(Field)
        raise InvalidInput(f"“{name}” is nothing a column can be. Choose among: {known}.") from None
