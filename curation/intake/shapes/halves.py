"""Unpaired rows (KTO): one answer and whether it is good. Pairs are made once the whole file is read."""

from collections.abc import Mapping

from curation.intake.fields import ColumnMapping, Field
from curation.intake.refusing import Refused
from curation.intake.shapes import chats

_GOOD, _BAD = ("true", "1", "1.0"), ("false", "0", "0.0")


def plain(values: Mapping[str, object], mapping: ColumnMapping) -> Mapping[str, object]:
    """The row with its prompt as one cell: instruction, input and history joined where they are apart."""
    name = mapping.columns[Field.PROMPT]
    return {**values, name: chats.instruction(values, name)} if name == "instruction" else values


def is_good(values: Mapping[str, object], mapping: ColumnMapping) -> bool:
    """What the label says: true or 1 is good, false or 0 is bad.

    Raises:
        Refused: it says neither.
    """
    name = mapping.columns[Field.LABEL]
    word = str(values.get(name)).strip().casefold()
    if word not in (*_GOOD, *_BAD):
        raise Refused(f"“{name}” is {str(values.get(name))[:40]!r}; it must be true or false.")
    return word in _GOOD
