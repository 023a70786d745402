"""A look at a source before anything is imported: its layout and its first rows as pairs."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

from curation.intake import containers, formats, ingest
from curation.intake.formats import ColumnMapping, Field
from curation.intake.locations import Located
from curation.intake.sources import Refusal
from curation.model import Pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a source looks like.

    Attributes:
        kind: what the file is, such as "JSON lines".
        columns: names of its columns.
        layout: the layout its columns say, "" where they say none.
        mapping: field to column: the layout's, the one asked for, or a proposal for a person to confirm.
        needs_mapping: nothing can be imported until a person has confirmed or made a mapping.
        pairs, refusals: what the first rows give under `mapping`; both empty where it needs one.
    """

    kind: str
    columns: tuple[str, ...]
    layout: str
    mapping: Mapping[Field, str]
    needs_mapping: bool
    pairs: tuple[Pair, ...]
    refusals: tuple[Refusal, ...]


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
    columns = container.columns()
    recognised = formats.recognise(columns)
    used = mapping or recognised
    if used is not None:
        formats.check_columns(used, columns)
    found = [] if used is None else _first_rows(container, used, located, limit)
    return Preview(
        kind=container.kind.value,
        columns=columns,
        layout="" if recognised is None else recognised.layout,
        mapping=formats.propose(columns) if used is None else formats.present(used, columns),
        needs_mapping=used is None,
        pairs=tuple(each for each in found if isinstance(each, Pair)),
        refusals=tuple(each for each in found if isinstance(each, Refusal)),
    )


def _first_rows(
    container: containers.Container, mapping: ColumnMapping, located: Located, limit: int
) -> list[Pair | Refusal]:
    source_id = ingest.source_id_of(located, mapping)
    rows = container.rows(tuple(mapping.columns.values()))
    return [ingest.read(row, mapping, source_id) for row in itertools.islice(rows, limit)]
