"""A sign-in speaks for its person until it is idle, old, ended, or the person has changed."""

from datetime import timedelta

import pytest

from curation.database import Database
from curation.errors import Unknown
from curation.labelling import annotators
from curation.model import Role
from curation.people import keys, membership, sessions
from curation.people.sessions import SignedIn
from tests.curation.people.a_team import NOW, sign_in


@pytest.fixture
def db() -> Database:
    return Database.in_memory()


@pytest.fixture
def ada(db: Database) -> str:
    return annotators.ensure(db, "ann-ada", name="Ada", role=Role.REVIEWER, now=NOW).id


def test_a_cookie_speaks_for_its_person_with_their_role(db: Database, ada: str) -> None:
    key = sign_in(db, ada)
    assert sessions.person(db, key, now=NOW) == SignedIn(
        session=keys.digest(key), annotator_id=ada, name="Ada", role=Role.REVIEWER
    )


def test_the_store_holds_no_key_that_opens_anything(db: Database, ada: str) -> None:
    key = sign_in(db, ada)
    with db.reading() as cursor:
        held = str(cursor.execute("SELECT digest, annotator_id, device FROM sign_in").fetchall())
    assert key not in held
    assert sessions.person(db, keys.digest(key), now=NOW) is None


def test_an_idle_sign_in_ends_and_one_in_use_goes_on(db: Database, ada: str) -> None:
    idle, used = sign_in(db, ada), sign_in(db, ada)
    half = NOW + sessions.IDLE / 2
    assert sessions.person(db, used, now=half)
    later = NOW + sessions.IDLE + timedelta(minutes=1)
    assert sessions.person(db, used, now=later)
    assert sessions.person(db, idle, now=later) is None


def test_a_sign_in_in_constant_use_ends_all_the_same(db: Database, ada: str) -> None:
    key, now = sign_in(db, ada), NOW
    while now < NOW + sessions.LONGEST:
        assert sessions.person(db, key, now=now)
        now += sessions.IDLE / 2
    assert sessions.person(db, key, now=NOW + sessions.LONGEST) is None


def test_what_is_remembered_does_not_outlive_an_end(db: Database, ada: str) -> None:
    key = sign_in(db, ada)
    assert sessions.person(db, key, now=NOW)
    sessions.end(db, keys.digest(key), by="lead", now=NOW)
    assert sessions.person(db, key, now=NOW) is None


def test_revoking_ends_every_sign_in_of_one_person_only(db: Database, ada: str) -> None:
    bob = annotators.ensure(db, "ann-bob", name="Bob", role=Role.ANNOTATOR, now=NOW).id
    hers, his = [sign_in(db, ada) for _ in range(3)], sign_in(db, bob)
    assert sessions.revoke(db, ada, by=bob, now=NOW) == 3
    assert [sessions.person(db, key, now=NOW) for key in hers] == [None] * 3
    assert sessions.person(db, his, now=NOW)


def test_another_role_is_in_effect_at_once(db: Database, ada: str) -> None:
    key = sign_in(db, ada)
    assert sessions.person(db, key, now=NOW)
    membership.change_role(db, ada, Role.ANNOTATOR, by="lead", now=NOW)
    changed = sessions.person(db, key, now=NOW)
    assert changed is not None
    assert changed.role is Role.ANNOTATOR


def test_nobody_ends_the_sign_in_of_another(db: Database, ada: str) -> None:
    key = sign_in(db, ada)
    with pytest.raises(Unknown):
        sessions.end_own(db, keys.digest(key), annotator_id="ann-bob", now=NOW)
    assert sessions.person(db, key, now=NOW)


def test_a_look_up_reads_the_store_once_in_some_seconds(db: Database, ada: str) -> None:
    key = sign_in(db, ada)
    assert sessions.person(db, key, now=NOW)
    with db.writing() as tx:
        tx.execute("UPDATE sign_in SET ended = started")  # behind its back: as if another process had
    assert sessions.person(db, key, now=NOW + timedelta(seconds=4))
    assert sessions.person(db, key, now=NOW + timedelta(seconds=6)) is None


def test_what_a_page_asks_on_its_own_does_not_keep_a_sign_in_alive(db: Database, ada: str) -> None:
    key = sign_in(db, ada)
    for minutes in range(0, 12 * 60, 4):
        assert sessions.person(db, key, now=NOW + timedelta(minutes=minutes), in_use=False)
    assert sessions.person(db, key, now=NOW + sessions.IDLE, in_use=False) is None


def test_a_click_between_two_refreshes_counts_as_use(db: Database, ada: str) -> None:
    key, later = sign_in(db, ada), NOW + timedelta(hours=11)
    assert sessions.person(db, key, now=later, in_use=False)
    assert sessions.person(db, key, now=later + timedelta(seconds=1))
    assert sessions.person(db, key, now=NOW + timedelta(hours=13), in_use=False)
