"""Roles and leaving. What a person decided stays under the pseudonym, whatever becomes of the person."""

from datetime import datetime

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import annotators, events, journal, leases
from curation.model import Role
from curation.people import accounts, identities, invitations, sessions


def change_role(database: Database, annotator_id: str, role: Role, *, by: str, now: datetime) -> None:
    """Another role, in effect at the person's next request.

    Raises:
        InvalidInput: nobody could lead the project any more.
    """
    before = annotators.get(database, annotator_id)
    if role is not Role.LEAD:
        _keep_a_lead(database, annotator_id)
    with database.writing() as tx:
        annotators.give_role(tx, annotator_id, role)
        detail = {"from": before.role.value, "to": role.value}
        events.record(tx, actor=by, action="change role", subject=annotator_id, detail=detail, now=now)
    sessions.forget(database)


def remove(database: Database, annotator_id: str, *, by: str, now: datetime) -> None:
    """Erase the name and end all access; decisions, settlements and audit stay under the pseudonym.

    Raises:
        InvalidInput: nobody could lead the project any more.
    """
    annotators.get(database, annotator_id)
    _keep_a_lead(database, annotator_id)
    with database.writing() as tx:
        annotators.erase(tx, annotator_id)
        accounts.erase(tx, annotator_id)
        invitations.end_of(tx, annotator_id, now=now)
        sessions.end_all(tx, annotator_id, now=now)
        events.record(tx, actor=by, action="remove person", subject=annotator_id, now=now)
    sessions.forget(database)
    _free_pairs(database, annotator_id, now)


def leads(database: Database) -> frozenset[str]:
    """The pseudonyms of the leads who can sign in."""
    able = accounts.holders(database) | identities.holders(database)
    return frozenset(
        each.id
        for each in annotators.everyone(database)
        if each.active and each.role is Role.LEAD and each.id in able
    )


def _keep_a_lead(database: Database, annotator_id: str) -> None:
    if leads(database) == {annotator_id}:
        raise InvalidInput("This is the only lead who can sign in. Make somebody else a lead first.")


def _free_pairs(database: Database, annotator_id: str, now: datetime) -> None:
    book, holdings = journal.of(database), leases.of(database)
    with book.lock:
        holdings.load(database, now)
        held = [lease.pair_id for lease in holdings.of_person(annotator_id, now)]
        holdings.give_up(database, annotator_id, held, now)
