"""Names and passwords. The only writer of the table account."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation import text
from curation.database import Database
from curation.errors import InvalidInput, NotAllowed
from curation.labelling import events
from curation.people import passwords, sessions
from curation.people.attempts import Attempts

LONGEST_NAME = 60
# One sentence for a wrong name and a wrong password: it tells nobody which names exist.
_REFUSED = (
    "This name and password do not go together. Try again, or ask a lead of the project for a new link."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Account:
    annotator_id: str
    password_hash: str


def login_of(name: str) -> str:
    """What two names share that a reader would call the same.

    Raises:
        InvalidInput: the name is empty or too long.
    """
    login = text.folded(name)
    if not login or len(name.strip()) > LONGEST_NAME:
        raise InvalidInput(f"A name has 1 to {LONGEST_NAME} characters.")
    return login


def check(database: Database, name: str, password: str, *, address: str, now: datetime) -> str:
    """The pseudonym of the person with this name and password.

    Args:
        address: of the client, for the limit of attempts.

    Raises:
        TooManyAttempts: of this name or from this address.
        NotAllowed: they do not go together, whichever is wrong.
    """
    login, attempts = text.folded(name)[: 2 * LONGEST_NAME], database.attached(Attempts)
    attempts.take(name=login, address=address, now=now)
    found = _by_login(database, login)
    if not passwords.matches(found.password_hash if found else None, password) or found is None:
        raise NotAllowed(_REFUSED)
    attempts.forgive(login)
    return found.annotator_id


def add(
    tx: duckdb.DuckDBPyConnection, annotator_id: str, *, name: str, password_hash: str, now: datetime
) -> None:
    """Give a person a name and a password, inside the caller's transaction; again: another password.

    Raises:
        InvalidInput: somebody else has the name.
    """
    login = login_of(name)
    taken = tx.execute(
        "SELECT annotator_id FROM account WHERE login = $login AND annotator_id <> $annotator_id",
        {"login": login, "annotator_id": annotator_id},
    ).fetchone()
    if taken is not None:
        raise InvalidInput("Somebody here has this name already. Add a letter of your family name.")
    tx.execute(
        """
        INSERT INTO account (annotator_id, login, password_hash, changed)
        VALUES ($annotator_id, $login, $password_hash, $now)
        ON CONFLICT (annotator_id)
        DO UPDATE SET password_hash = excluded.password_hash, changed = excluded.changed
        """,
        {"annotator_id": annotator_id, "login": login, "password_hash": password_hash, "now": now},
    )


def erase(tx: duckdb.DuckDBPyConnection, annotator_id: str) -> None:
    """The person signs in no more; inside the caller's transaction."""
    tx.execute("DELETE FROM account WHERE annotator_id = $id", {"id": annotator_id})


def change_password(
    database: Database, person: sessions.SignedIn, *, old: str, new: str, address: str, now: datetime
) -> None:
    """Another password; all other sign-ins of the person end.

    Raises:
        TooManyAttempts, NotAllowed: the old password is wrong.
        InvalidInput: the new one will not do.
    """
    check(database, person.name, old, address=address, now=now)
    password_hash = passwords.hashed(new, name=person.name)
    with database.writing() as tx:
        add(tx, person.annotator_id, name=person.name, password_hash=password_hash, now=now)
        sessions.end_all(tx, person.annotator_id, now=now, but=person.session)
        events.record(tx, actor=person.annotator_id, action="change password", now=now)
    sessions.forget(database)


def holders(database: Database) -> frozenset[str]:
    """The pseudonyms of everybody who has a password."""
    with database.reading() as cursor:
        rows = cursor.execute("SELECT annotator_id FROM account").fetchall()
    return frozenset(row[0] for row in rows)


def _by_login(database: Database, login: str) -> _Account | None:
    with database.reading() as cursor:
        row = cursor.execute(
            "SELECT annotator_id, password_hash FROM account WHERE login = $login", {"login": login}
        ).fetchone()
    return None if row is None else _Account(annotator_id=row[0], password_hash=row[1])
