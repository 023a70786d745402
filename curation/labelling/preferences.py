"""How each person likes the label screen: keys, toggles, breaks. The only writer of the table preference.

What a value means is the screen's business; here it is a small piece of JSON that belongs to one person.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from curation.database import Database
from curation.errors import InvalidInput

_MAX_CHARACTERS = 4_000


class Name(StrEnum):
    """What a person may set."""

    KEYS = "keys"
    DIFFERENCE = "difference"
    TOGETHER = "together"
    GUIDELINES = "guidelines"  # the newest version this person has seen
    BREAKS = "breaks"  # minutes of work between two reminders, 0 for none
    SIDE = "side"


def of(database: Database, annotator_id: str) -> dict[str, object]:
    """Everything this person has set, by name; what is missing is at the screen's default."""
    with database.reading() as cursor:
        rows = cursor.execute(
            "SELECT name, value FROM preference WHERE annotator_id = $annotator", {"annotator": annotator_id}
        ).fetchall()
    return {name: json.loads(value) for name, value in rows}


def keep(database: Database, annotator_id: str, wanted: object, *, now: datetime) -> None:
    """Put values into effect for this person; the others stay as they are.

    Args:
        wanted: {name: value}, as it came from the browser.

    Raises:
        InvalidInput: a name is not known, or a value is too long.
    """
    values = _checked(wanted)
    with database.writing() as tx:
        for name, value in values.items():
            tx.execute(
                """
                INSERT INTO preference (annotator_id, name, value, changed)
                VALUES ($annotator, $name, $value, $now)
                ON CONFLICT (annotator_id, name)
                DO UPDATE SET value = excluded.value, changed = excluded.changed
                """,
                {"annotator": annotator_id, "name": name.value, "value": value, "now": now},
            )


def _checked(wanted: object) -> Mapping[Name, str]:
    if not isinstance(wanted, dict):
        raise InvalidInput("Settings must be a JSON object.")
    values: dict[Name, str] = {}
    for name, value in wanted.items():
        if name not in set(Name):
            raise InvalidInput(f"{str(name)[:40]!r} is not a setting of the label screen.")
        values[Name(name)] = json.dumps(value, ensure_ascii=False)
        if len(values[Name(name)]) > _MAX_CHARACTERS:
            raise InvalidInput(f"The setting {name} is longer than {_MAX_CHARACTERS:,} characters.")
    return values
