"""Links that let somebody in once. The only writer of the table invitation."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import duckdb

from curation.database import Database
from curation.errors import NotAllowed, Unknown
from curation.labelling import annotators, events
from curation.labelling.annotators import Annotator
from curation.model import Role
from curation.people import accounts, keys, passwords, sessions

VALID = timedelta(days=3)
_DEAD = "This link has been used, withdrawn, or is too old. Ask a lead of the project for a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """One link. `person` is whose password it renews; None: it makes a new person."""

    id: str
    role: Role
    person: Annotator | None
    made_by: str
    made: datetime
    expires: datetime


def make(database: Database, role: Role, *, by: str, now: datetime) -> str:
    """A link for a new person; the key it holds is returned once and stored nowhere."""
    return _make(database, role, None, by=by, now=now)


def renew(database: Database, annotator_id: str, *, by: str, now: datetime) -> str:
    """A link with which a person of this workspace sets another password.

    Raises:
        Unknown: there is nobody of this pseudonym, or they were removed.
    """
    person = annotators.get(database, annotator_id)
    if not person.active:
        raise Unknown(f"{annotator_id} was removed. Invite them anew.")
    return _make(database, person.role, annotator_id, by=by, now=now)


def look(database: Database, key: str, *, now: datetime) -> Invitation:
    """What a link offers.

    Raises:
        NotAllowed: it was used, withdrawn, has run out, or never was one.
    """
    found = [each for each in unused(database, now=now) if each.id == keys.digest(key)]
    if not found:
        raise NotAllowed(_DEAD)
    return found[0]


def accept(database: Database, key: str, *, name: str, password: str, now: datetime) -> str:
    """Come in by a link, once; the pseudonym of the person.

    Args:
        name: of a new person; one who renews a password keeps theirs.

    Raises:
        NotAllowed: the link is dead.
        InvalidInput: the name is taken, or the password will not do.
    """
    offered = look(database, key, now=now)
    called = " ".join((offered.person.name if offered.person else name).split())
    accounts.login_of(called)
    password_hash = passwords.hashed(password, name=called)
    with database.writing() as tx:
        _use_up(tx, offered.id, now=now)
        someone = offered.person or annotators.add(tx, name=called, role=offered.role, now=now)
        accounts.add(tx, someone.id, name=called, password_hash=password_hash, now=now)
        sessions.end_all(tx, someone.id, now=now)
        action = "renew password" if offered.person else "accept invitation"
        detail = {"role": offered.role.value, "invited by": offered.made_by}
        events.record(tx, actor=someone.id, action=action, detail=detail, now=now)
    sessions.forget(database)
    return someone.id


def unused(database: Database, *, now: datetime) -> tuple[Invitation, ...]:
    """The links that still let somebody in, the newest first."""
    with database.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT i.digest, i.role, i.made_by, i.made, i.expires, a.id, a.name, a.role, a.active, a.created
            FROM invitation AS i LEFT JOIN annotator AS a ON a.id = i.annotator_id
            WHERE i.ended IS NULL AND i.expires > $now
            ORDER BY i.made DESC
            """,
            {"now": now},
        ).fetchall()
    return tuple(_from_row(row) for row in rows)


def withdraw(database: Database, invitation_id: str, *, by: str, now: datetime) -> None:
    """The link lets nobody in any more.

    Raises:
        NotAllowed: it did not any more anyway.
    """
    with database.writing() as tx:
        _use_up(tx, invitation_id, now=now)
        events.record(tx, actor=by, action="withdraw invitation", subject=invitation_id[:8], now=now)


def end_of(tx: duckdb.DuckDBPyConnection, annotator_id: str, *, now: datetime) -> None:
    """Password links of a person who leaves end; inside the caller's transaction."""
    tx.execute(
        "UPDATE invitation SET ended = $now WHERE annotator_id = $id AND ended IS NULL",
        {"id": annotator_id, "now": now},
    )


def _make(database: Database, role: Role, annotator_id: str | None, *, by: str, now: datetime) -> str:
    key = keys.fresh()
    digest = keys.digest(key)
    with database.writing() as tx:
        tx.execute(
            """
            INSERT INTO invitation (digest, role, annotator_id, made_by, made, expires)
            VALUES ($digest, $role, $annotator_id, $by, $now, $expires)
            """,
            {
                "digest": digest,
                "role": role.value,
                "annotator_id": annotator_id,
                "by": by,
                "now": now,
                "expires": now + VALID,
            },
        )
        action = "make invitation" if annotator_id is None else "make password link"
        subject, detail = annotator_id or digest[:8], {"role": role.value}
        events.record(tx, actor=by, action=action, subject=subject, detail=detail, now=now)
    return key


def _use_up(tx: duckdb.DuckDBPyConnection, invitation_id: str, *, now: datetime) -> None:
    used = tx.execute(
        """
        UPDATE invitation SET ended = $now
        WHERE digest = $digest AND ended IS NULL AND expires > $now RETURNING digest
        """,
        {"digest": invitation_id, "now": now},
    ).fetchone()
    if used is None:
        raise NotAllowed(_DEAD)


def _from_row(row: tuple[str, str, str, datetime, datetime, str, str, str, bool, datetime]) -> Invitation:
    person = (
        None
        if row[5] is None
        else Annotator(id=row[5], name=row[6], role=Role(row[7]), active=row[8], created=row[9])
    )
    return Invitation(
        id=row[0], role=Role(row[1]), person=person, made_by=row[2], made=row[3], expires=row[4]
    )
