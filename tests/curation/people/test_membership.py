"""Who leaves takes the name and the keys along; what they decided stays."""

import pytest

from curation.database import Database
from curation.errors import InvalidInput, NotAllowed
from curation.labelling import annotators, decisions, events
from curation.model import Decision, Role, Verdict
from curation.people import accounts, invitations, membership, sessions
from tests.curation.people.a_team import NOW, PASSWORD, come_in, sign_in


@pytest.fixture
def db() -> Database:
    return Database.in_memory()


def decide(db: Database, annotator_id: str) -> None:
    pair_id, verdict = "p" * 32, Verdict.TIE
    decision = Decision(
        id="d", pair_id=pair_id, annotator_id=annotator_id, verdict=verdict, left=None, server_time=NOW
    )
    with db.writing() as tx:
        decisions.record_many(tx, [decision])


def everything(db: Database) -> str:
    """Every row of every table, as text."""
    with db.reading() as cursor:
        names = cursor.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return str([cursor.execute(f"SELECT * FROM {name}").fetchall() for (name,) in names])


def test_a_removed_person_leaves_decisions_and_no_name(db: Database) -> None:
    ada = come_in(db, "Ada Lovelace")
    decide(db, ada)
    key = sign_in(db, ada)
    membership.remove(db, ada, by="lead", now=NOW)
    assert sessions.person(db, key, now=NOW) is None
    assert [each.annotator_id for each in decisions.history(db, "p" * 32)] == [ada]
    assert "lovelace" not in everything(db).casefold()


def test_a_removed_person_comes_in_by_no_way(db: Database) -> None:
    ada = come_in(db, "Ada")
    renewal = invitations.renew(db, ada, by="lead", now=NOW)
    membership.remove(db, ada, by="lead", now=NOW)
    with pytest.raises(NotAllowed):
        accounts.check(db, "Ada", PASSWORD, address="", now=NOW)
    with pytest.raises(NotAllowed):
        invitations.accept(db, renewal, name="", password=PASSWORD, now=NOW)


def test_the_name_of_a_removed_person_is_free_for_another(db: Database) -> None:
    first = come_in(db, "Ada")
    membership.remove(db, first, by="lead", now=NOW)
    assert come_in(db, "Ada") != first


def test_the_only_lead_who_can_sign_in_stays_one(db: Database) -> None:
    annotators.ensure(db, "solo", name="Solo", role=Role.LEAD, now=NOW)  # of solo mode: has no password
    ada = come_in(db, "Ada", Role.LEAD)
    with pytest.raises(InvalidInput, match="Make somebody else a lead first"):
        membership.remove(db, ada, by=ada, now=NOW)
    with pytest.raises(InvalidInput, match="Make somebody else a lead first"):
        membership.change_role(db, ada, Role.REVIEWER, by=ada, now=NOW)
    come_in(db, "Bob", Role.LEAD)
    membership.change_role(db, ada, Role.REVIEWER, by=ada, now=NOW)


def test_changes_of_people_are_in_the_audit_with_who_and_what(db: Database) -> None:
    ada = come_in(db, "Ada")
    membership.change_role(db, ada, Role.REVIEWER, by="ann-lead", now=NOW)
    membership.remove(db, ada, by="ann-lead", now=NOW)
    removed, changed = events.newest(db, limit=2)
    assert (removed.actor, removed.action, removed.subject) == ("ann-lead", "remove person", ada)
    assert (changed.action, changed.in_words) == ("change role", "from annotator, to reviewer")
