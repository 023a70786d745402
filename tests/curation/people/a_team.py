"""People with passwords. Hashing takes real argon2id, so tests share who they can."""

from datetime import datetime

from curation.database import Database
from curation.model import Role
from curation.people import invitations, sessions

NOW = datetime(2026, 11, 22, 9, 0)
PASSWORD = "many green lamps"


def come_in(db: Database, name: str, role: Role = Role.ANNOTATOR, *, now: datetime = NOW) -> str:
    """Invite somebody and accept; the pseudonym."""
    key = invitations.make(db, role, by="system", now=now)
    return invitations.accept(db, key, name=name, password=PASSWORD, now=now)


def sign_in(db: Database, annotator_id: str, *, now: datetime = NOW) -> str:
    """The key of a cookie for this person."""
    return sessions.start(db, annotator_id, device="Firefox on Linux", now=now)
