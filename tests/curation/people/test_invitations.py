"""A link lets one person in, once, for a while."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from curation.database import Database
from curation.errors import InvalidInput, NotAllowed, PairloomError
from curation.labelling import annotators, events
from curation.model import Role
from curation.people import accounts, invitations, sessions
from tests.curation.people.a_team import NOW, PASSWORD, come_in, sign_in


@pytest.fixture
def db() -> Database:
    return Database.in_memory()


def test_who_accepts_gets_a_pseudonym_without_the_name_and_the_role_of_the_link(db: Database) -> None:
    person = annotators.get(db, come_in(db, " Ada  Lovelace ", Role.REVIEWER))
    assert (person.name, person.role, person.active) == ("Ada Lovelace", Role.REVIEWER, True)
    assert "ada" not in person.id


def test_a_link_works_once_even_for_many_at_the_same_moment(db: Database) -> None:
    key = invitations.make(db, Role.LEAD, by="system", now=NOW)

    def attempt(number: int) -> bool:
        try:
            invitations.accept(db, key, name=f"Person {number}", password=PASSWORD, now=NOW)
        except NotAllowed:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, range(4))) == 1
    assert len(annotators.everyone(db)) == 1


@pytest.mark.parametrize("why", ["too old", "withdrawn", "made up"])
def test_a_dead_link_says_what_to_do(db: Database, why: str) -> None:
    key = invitations.make(db, Role.ANNOTATOR, by="lead", now=NOW)
    (offered,) = invitations.unused(db, now=NOW)
    if why == "withdrawn":
        invitations.withdraw(db, offered.id, by="lead", now=NOW)
    now = NOW + invitations.VALID if why == "too old" else NOW
    with pytest.raises(NotAllowed, match="Ask a lead of the project for a new one"):
        invitations.look(db, "guessed" if why == "made up" else key, now=now)


def test_a_name_that_is_taken_leaves_the_link_unused(db: Database) -> None:
    come_in(db, "Ada")
    key = invitations.make(db, Role.ANNOTATOR, by="lead", now=NOW)
    with pytest.raises(InvalidInput, match="has this name already"):
        invitations.accept(db, key, name="ADA", password=PASSWORD, now=NOW)
    assert invitations.accept(db, key, name="Ada B", password=PASSWORD, now=NOW)


def test_a_password_link_keeps_the_person_and_ends_their_sign_ins(db: Database) -> None:
    ada = come_in(db, "Ada")
    old = sign_in(db, ada)
    key = invitations.renew(db, ada, by="lead", now=NOW)
    assert invitations.accept(db, key, name="ignored", password="another green lamp", now=NOW) == ada
    assert sessions.person(db, old, now=NOW) is None
    assert accounts.check(db, "Ada", "another green lamp", address="", now=NOW) == ada
    with pytest.raises(NotAllowed):
        accounts.check(db, "Ada", PASSWORD, address="", now=NOW)


def test_changing_the_password_asks_for_the_old_one_and_ends_all_other_sign_ins(db: Database) -> None:
    ada = come_in(db, "Ada")
    here, elsewhere = sign_in(db, ada), sign_in(db, ada)
    person = sessions.person(db, here, now=NOW)
    assert person is not None
    with pytest.raises(NotAllowed):
        accounts.change_password(db, person, old="wrong words", new="x" * 12, address="", now=NOW)
    accounts.change_password(db, person, old=PASSWORD, new="words that differ", address="", now=NOW)
    assert sessions.person(db, here, now=NOW)
    assert sessions.person(db, elsewhere, now=NOW) is None


def test_the_audit_names_no_person_and_holds_no_key(db: Database) -> None:
    ada = come_in(db, "Ada Lovelace")
    key = invitations.renew(db, ada, by="lead", now=NOW)
    said = str(events.newest(db))
    assert "Lovelace" not in said
    assert key not in said
    assert {"make invitation", "accept invitation", "make password link"} <= set(events.actions(db))


def test_a_link_of_somebody_who_was_removed_is_refused(db: Database) -> None:
    with pytest.raises(PairloomError, match="There is no annotator"):
        invitations.renew(db, "ann-nobody", by="lead", now=NOW + timedelta(days=1))
