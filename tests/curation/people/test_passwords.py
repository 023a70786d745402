"""Passwords are kept as argon2id; wrong ones, and too many of them, tell nothing."""

from datetime import timedelta

import pytest

from curation.database import Database
from curation.errors import InvalidInput, NotAllowed, TooManyAttempts
from curation.people import accounts, attempts, passwords
from curation.people.attempts import Attempts
from tests.curation.people.a_team import NOW, PASSWORD, come_in


@pytest.fixture(scope="module")
def db() -> Database:
    opened = Database.in_memory()
    come_in(opened, "Ada Lovelace")
    return opened


def check(db: Database, name: str, password: str, address: str = "192.0.2.1") -> str:
    return accounts.check(db, name, password, address=address, now=NOW)


def test_what_is_stored_is_argon2id_and_never_the_password(db: Database) -> None:
    with db.reading() as cursor:
        (stored,) = cursor.execute("SELECT password_hash FROM account").fetchone() or ("",)
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PASSWORD not in stored


def test_the_name_is_found_however_it_is_written(db: Database) -> None:
    assert check(db, "  ada LOVELACE ", PASSWORD).startswith("ann-")


def test_a_wrong_name_and_a_wrong_password_get_the_same_sentence(db: Database) -> None:
    said = set()
    for name, password in (("Ada Lovelace", "something else"), ("Nobody Known", PASSWORD), ("", "")):
        with pytest.raises(NotAllowed) as refused:
            check(db, name, password)
        said.add(str(refused.value))
    assert len(said) == 1


@pytest.mark.parametrize("name", ["Grace", "No Such Person"])
def test_the_eleventh_attempt_waits_whether_the_name_exists_or_not(name: str) -> None:
    tried = Attempts()
    for number in range(attempts.PER_NAME):
        tried.take(name=name, address=f"192.0.2.{number}", now=NOW)
    with pytest.raises(TooManyAttempts, match="Wait 15 minutes"):
        tried.take(name=name, address="192.0.2.99", now=NOW)
    tried.take(name=name, address="192.0.2.99", now=NOW + attempts.WINDOW)


def test_one_address_cannot_go_through_many_names() -> None:
    tried = Attempts()
    for number in range(attempts.PER_ADDRESS):
        tried.take(name=f"name {number}", address="192.0.2.1", now=NOW)
    with pytest.raises(TooManyAttempts):
        tried.take(name="another", address="192.0.2.1", now=NOW + timedelta(minutes=1))
    tried.take(name="another", address="192.0.2.2", now=NOW)


def test_the_right_password_forgives_the_wrong_ones() -> None:
    tried = Attempts()
    for _ in range(2):
        for _ in range(attempts.PER_NAME):
            tried.take(name="ada", address="192.0.2.1", now=NOW)
        tried.forgive("ada")


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "ada lovelace 1", "x" * 300], ids=str)
def test_a_password_that_is_easily_guessed_is_refused(password: str) -> None:
    with pytest.raises(InvalidInput, match=r"[Pp]assword"):
        passwords.hashed(password, name="Ada Lovelace")
