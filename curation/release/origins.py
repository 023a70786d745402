"""Where the rows of a release come from, in words that hold no path of this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from curation.validation.exclusion import Cursor

_SHORT = 12  # digits of a hash that tell two files of one name apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """One source as a card names it.

    Attributes:
        label: such as "orca.jsonl@1f2e3d4c5b6a"; rows carry it with their number in the source.
        pairs: pairs of the workspace that it brought first.
    """

    label: str
    kind: str
    name: str
    revision: str
    sha256: str
    layout: str
    licence: str
    pairs: int


def prepare(cursor: Cursor) -> tuple[Origin, ...]:
    """Make the table `source_label` (source_id, label); returns the sources that pairs name, by label."""
    rows = cursor.execute(
        """
        SELECT p.source_id, coalesce(s.kind, ''), coalesce(s.location, p.source_id), coalesce(s.revision, ''),
               coalesce(s.sha256, ''), coalesce(s.layout, ''),
               coalesce(nullif(l.licence, ''), s.licence, ''), p.pairs
        FROM (SELECT source_id, count(*) AS pairs FROM pair GROUP BY source_id) AS p
        LEFT JOIN source AS s ON s.id = p.source_id
        LEFT JOIN (SELECT source_id, arg_max(licence, number) AS licence
                   FROM stated_licence GROUP BY source_id) AS l ON l.source_id = p.source_id
        """
    ).fetchall()
    cursor.execute("CREATE TEMP TABLE source_label (source_id VARCHAR PRIMARY KEY, label VARCHAR NOT NULL)")
    found = {row[0]: _origin(*row[1:]) for row in rows}
    _insert(cursor, {source_id: origin.label for source_id, origin in found.items()})
    return tuple(sorted(found.values(), key=lambda origin: (origin.label, origin.pairs)))


def _insert(cursor: Cursor, labels: Mapping[str, str]) -> None:
    if labels:
        cursor.execute(
            "INSERT INTO source_label SELECT unnest($ids), unnest($labels)",
            {"ids": list(labels), "labels": list(labels.values())},
        )


def _origin(
    kind: str, location: str, revision: str, sha256: str, layout: str, licence: str, pairs: int
) -> Origin:
    # A Hub name holds a slash of its own; of a file only the last part is anybody's business.
    name = location if kind == "hub" else PurePosixPath(location.replace("\\", "/")).name or kind
    version = revision or sha256[:_SHORT]
    return Origin(
        label=f"{name}@{version}" if version else name,
        kind=kind,
        name=name,
        revision=revision,
        sha256=sha256,
        layout=layout,
        licence=licence,
        pairs=pairs,
    )
