"""The people who label, by pseudonym. The only writer of the table annotator."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import Unknown
from curation.model import Role

IMPORTED = "imported-"  # begins the pseudonym of somebody whose votes came from another tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotator:
    """One person.

    Attributes:
        id: the pseudonym that decisions and releases carry.
        name: what colleagues call them; never leaves the workspace; the pseudonym once they were removed.
        active: False once they were removed; their decisions stay.
    """

    id: str
    name: str
    role: Role
    active: bool
    created: datetime

    @property
    def is_member(self) -> bool:
        """They can label here; who is known by imported votes alone cannot."""
        return self.active and not self.id.startswith(IMPORTED)


def ensure(database: Database, annotator_id: str, *, name: str, role: Role, now: datetime) -> Annotator:
    """The annotator of this id; added where there is none, never changed where there is one."""
    with database.writing() as tx:
        tx.execute(
            """
            INSERT INTO annotator (id, name, role, created) VALUES ($id, $name, $role, $created)
            ON CONFLICT (id) DO NOTHING
            """,
            {"id": annotator_id, "name": name, "role": role.value, "created": now},
        )
    return get(database, annotator_id)


def add(tx: duckdb.DuckDBPyConnection, *, name: str, role: Role, now: datetime) -> Annotator:
    """A new person under a new pseudonym, inside the caller's transaction."""
    person = Annotator(id=f"ann-{secrets.token_hex(4)}", name=name, role=role, active=True, created=now)
    tx.execute(
        "INSERT INTO annotator (id, name, role, created) VALUES ($id, $name, $role, $created)",
        {"id": person.id, "name": name, "role": role.value, "created": now},
    )
    return person


def give_role(tx: duckdb.DuckDBPyConnection, annotator_id: str, role: Role) -> None:
    """Another role, inside the caller's transaction."""
    tx.execute(
        "UPDATE annotator SET role = $role WHERE id = $id AND active",
        {"id": annotator_id, "role": role.value},
    )


def erase(tx: duckdb.DuckDBPyConnection, annotator_id: str) -> None:
    """Inside the caller's transaction: the name goes, the pseudonym and all that it decided stay."""
    tx.execute("UPDATE annotator SET name = id, active = false WHERE id = $id", {"id": annotator_id})


def get(database: Database, annotator_id: str) -> Annotator:
    """One annotator by pseudonym; from memory where nothing has changed, for it is asked at every request.

    Raises:
        Unknown: there is no such annotator.
    """
    found = database.remembered(_by_id).get(annotator_id)
    if found is None:
        raise Unknown(f"There is no annotator {annotator_id}. Ask a lead of the project to add them.")
    return found


def everyone(database: Database) -> tuple[Annotator, ...]:
    """All annotators, the removed ones included, in order of arrival."""
    return tuple(database.remembered(_by_id).values())


def _by_id(cursor: duckdb.DuckDBPyConnection) -> Mapping[str, Annotator]:
    rows = cursor.execute(
        "SELECT id, name, role, active, created FROM annotator ORDER BY created, id"
    ).fetchall()
    return {row[0]: _from_row(row) for row in rows}


def _from_row(row: tuple[str, str, str, bool, datetime]) -> Annotator:
    return Annotator(id=row[0], name=row[1], role=Role(row[2]), active=row[3], created=row[4])
