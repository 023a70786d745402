"""A look at a source before anything is imported: its layout and its first rows as pairs."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, replace

from curation.intake import blocks, containers, formats, ingest, vote_line, votes
from curation.intake.containers import Container
from curation.intake.fields import ColumnMapping, Field, Layout, Rule
from curation.intake.locations import Located
from curation.intake.refusing import Refused
from curation.intake.rows import Half
from curation.intake.sources import Refusal
from curation.intake.vote_line import Vote
from curation.model import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a source looks like.

    Attributes:
        kind: what the file is, such as "JSON lines".
        columns: names of its columns.
        layout: the layout its columns say, "" where they say none.
        fitting: every layout they could be, that one first.
        mapping: field to column: the layout's, the one asked for, or a proposal for a person to confirm.
        needs_mapping: nothing can be imported until a person has confirmed or made a mapping.
        needs_rule: rows hold lists, and a person must say which pairs they make; `pairs` show one rule's.
        pairs, halves, votes: what the first rows give; empty where a mapping is needed.
        refusals: first rows that give none of these, with the reason.
    """

    kind: str
    columns: tuple[str, ...]
    layout: str
    fitting: tuple[Layout, ...]
    mapping: Mapping[Field, str]
    needs_mapping: bool
    needs_rule: bool
    pairs: tuple[Pair, ...] = ()
    halves: tuple[Half, ...] = ()
    votes: tuple[Vote, ...] = ()
    refusals: tuple[Refusal, ...] = ()


Found = Pair | Half | Vote | Refusal


def look(located: Located, *, mapping: ColumnMapping | None = None, limit: int = 5) -> Preview:
    """The first rows of a source as they would be imported.

    Args:
        mapping: to try out; None takes the layout that the column names say.
        limit: rows to read, at least 1.

    Raises:
        UnreadableSource: the file cannot be read as rows at all.
        InvalidInput: a mapped column is missing.
    """
    container = containers.recognise(located.path)
    head = container.head()
    recognised = formats.recognise(head.columns, head.rows)
    used = mapping or recognised
    if used is not None:
        formats.check_columns(used, head.columns)
    found = [] if used is None else _first_rows(container, used, located, limit)
    return Preview(
        kind=container.kind.value,
        columns=head.columns,
        layout="" if recognised is None else recognised.layout,
        fitting=formats.fitting(head.columns, head.rows),
        mapping=formats.propose(head.columns) if used is None else formats.present(used, head.columns),
        needs_mapping=used is None,
        needs_rule=used is not None and used.needs_rule,
        pairs=tuple(each for each in found if isinstance(each, Pair)),
        halves=tuple(each for each in found if isinstance(each, Half)),
        votes=tuple(each for each in found if isinstance(each, Vote)),
        refusals=tuple(each for each in found if isinstance(each, Refusal)),
    )


def _first_rows(container: Container, mapping: ColumnMapping, located: Located, limit: int) -> list[Found]:
    source_id = ingest.source_id_of(located, mapping)
    if mapping.shape.has_votes:
        return _first_votes(container, mapping, source_id, limit)
    shown = replace(mapping, rule=Rule.BEST_REST) if mapping.needs_rule else mapping
    rows = container.rows(mapping.read_columns)
    return [found for row in itertools.islice(rows, limit) for found in blocks.read(row, shown, source_id)]


def _first_votes(container: Container, mapping: ColumnMapping, source_id: str, limit: int) -> list[Found]:
    found: list[Found] = []
    for row in votes.unfolded(itertools.islice(container.rows(), limit), mapping):
        try:
            if row.values is None:
                raise Refused(row.problem)
            found.append(vote_line.parsed(row.values, source_id=source_id, line=row.line))
        except Refused as reason:
            found.append(replace(blocks.refusal(row, reason), aside=row.aside))
    return found
