"""What a row becomes before it is checked: plain rows of ours, or lines of votes."""

from collections.abc import Callable, Iterator, Mapping

from curation.intake.fields import ColumnMapping, Shape
from curation.intake.shapes import argilla, chats, duels, label_studio, lists, potato
from curation.intake.shapes.chats import Plain

_ROWS: Mapping[Shape, Callable[[Mapping[str, object], ColumnMapping], Iterator[Plain]]] = {
    Shape.TRANSCRIPT: chats.transcript,
    Shape.ALPACA: chats.alpaca,
    Shape.PREFERRED: chats.preferred,
    Shape.RATED: chats.rated,
    Shape.ARENA: duels.arena,
    Shape.ONE_HOT: duels.one_hot,
    Shape.LIST: lists.unfold,
}
_VOTES: Mapping[Shape, Callable[[Mapping[str, object], ColumnMapping], Iterator[dict[str, object]]]] = {
    Shape.LABEL_STUDIO: label_studio.task,
    Shape.LABEL_STUDIO_FLAT: label_studio.flat,
    Shape.ARGILLA: argilla.record,
    Shape.POTATO: potato.row,
    Shape.VOTE: lambda values, _: iter([dict(values)]),
}


def plain_rows(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[Plain]:
    """The plain rows of one row, each with its mapping.

    Raises:
        Refused, Aside: while iterating.
    """
    return _ROWS[mapping.shape](values, mapping)


def vote_lines(values: Mapping[str, object], mapping: ColumnMapping) -> Iterator[dict[str, object]]:
    """Lines as `vote_line.parsed` reads them, one for each person who decided.

    Raises:
        Refused, Aside: while iterating.
    """
    return _VOTES[mapping.shape](values, mapping)
