"""Licences that a person states for sources whose files say none. The only writer of stated_licence."""

import re
from dataclasses import dataclass
from datetime import datetime

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import events

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+ -]{0,63}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Licensed:
    """A source and its licence, "" where nobody says it; stated_by is "" where the source itself does."""

    source_id: str
    location: str
    licence: str
    stated_by: str


def listed(db: Database) -> tuple[Licensed, ...]:
    """Every source that pairs come from, in the order of their import."""
    with db.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT s.id, s.location, coalesce(nullif(l.licence, ''), s.licence),
                   CASE WHEN l.licence <> '' THEN l.stated_by ELSE '' END
            FROM source AS s
            LEFT JOIN (SELECT source_id, arg_max(licence, number) AS licence,
                              arg_max(stated_by, number) AS stated_by
                       FROM stated_licence GROUP BY source_id) AS l ON l.source_id = s.id
            WHERE s.accepted > 0 OR NOT s.finished
            ORDER BY s.imported, s.id
            """
        ).fetchall()
    return tuple(
        Licensed(source_id=row[0], location=row[1], licence=row[2], stated_by=row[3] or "") for row in rows
    )


def state(db: Database, source_id: str, licence: str, *, by: str, now: datetime) -> None:
    """Say under which licence a source is; "" takes back what was stated. Releases made before keep theirs.

    Args:
        licence: an SPDX name, such as Apache-2.0.

    Raises:
        InvalidInput: it looks like no name of a licence.
        Unknown: there is no such source.
    """
    name = licence.strip()
    if name and not _NAME.fullmatch(name):
        raise InvalidInput(f"“{name}” is no name of a licence. Use an SPDX name, such as Apache-2.0.")
    with db.writing() as tx:
        if not tx.execute("SELECT 1 FROM source WHERE id = $id", {"id": source_id}).fetchone():
            raise Unknown(f"There is no source {source_id}.")
        tx.execute(
            "INSERT INTO stated_licence (source_id, licence, stated_by, stated)"
            " VALUES ($source, $licence, $by, $now)",
            {"source": source_id, "licence": name, "by": by, "now": now},
        )
        events.record(
            tx, actor=by, action="state licence", subject=source_id, detail={"licence": name}, now=now
        )
