"""What a provider says makes somebody a person here, or gets one clear sentence."""

import pytest

from curation.database import Database
from curation.errors import NotAllowed
from curation.labelling import annotators
from curation.model import Role
from curation.people import identities, membership
from curation.people.identities import Rules
from tests.curation.people.a_team import NOW

VALUES = {role: f"pairloom-{role}" for role in Role}
BY_CLAIM = Rules(domains=frozenset({"example.org"}), role_claim="groups", values=VALUES)
BY_DOMAIN = Rules(domains=frozenset({"example.org"}), values=VALUES, leads=frozenset({"ada@example.org"}))


def claims(**changes: object) -> dict[str, object]:
    said: dict[str, object] = {
        "iss": "https://id.example.org", "sub": "1", "name": "Ada", "email": "Ada@example.org",
        "email_verified": True, "groups": ["staff", "pairloom-reviewer"],
    }  # fmt: skip
    return said | changes


@pytest.mark.parametrize(
    ("groups", "role"),
    [
        (["pairloom-annotator"], Role.ANNOTATOR),
        ("pairloom-reviewer", Role.REVIEWER),
        (["pairloom-lead", "pairloom-annotator"], Role.LEAD),
    ],
)
def test_the_claim_gives_the_role_and_the_highest_of_several(groups: object, role: Role) -> None:
    assert identities.role_of(claims(groups=groups), BY_CLAIM) is role


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"email": "ada@evil.example"}, "not of a domain"),
        ({"email": "ada@notexample.org"}, "not of a domain"),
        ({"email": "ada@example.org.evil.example"}, "not of a domain"),
        ({"email": "ada@evil.example@example.org "}, None),  # the provider vouches for it: its domain counts
        ({"email": None}, "does not vouch"),
        ({"email_verified": False}, "does not vouch"),
        ({"email_verified": None}, "does not vouch"),
        ({"groups": []}, "gives you no role"),
        ({"groups": "Pairloom-Lead"}, "gives you no role"),
        ({"groups": {"pairloom-lead": 1}}, "gives you no role"),
        ({"groups": None}, "gives you no role"),
    ],
    ids=str,
)
def test_who_may_not_come_in_is_told_why(changes: dict[str, object], sentence: str | None) -> None:
    if sentence is None:
        assert identities.role_of(claims(**changes), BY_CLAIM) is Role.REVIEWER
        return
    with pytest.raises(NotAllowed, match=sentence):
        identities.role_of(claims(**changes), BY_CLAIM)


def test_without_a_claim_the_domain_makes_annotators_and_the_list_makes_leads() -> None:
    assert identities.role_of(claims(), BY_DOMAIN) is Role.LEAD
    assert identities.role_of(claims(email="bob@example.org"), BY_DOMAIN) is Role.ANNOTATOR


def test_the_same_person_is_the_same_pseudonym_and_follows_the_claim() -> None:
    db = Database.in_memory()
    first = identities.enter(db, claims(), BY_CLAIM, now=NOW)
    again = identities.enter(db, claims(groups="pairloom-lead", name="Ada L"), BY_CLAIM, now=NOW)
    assert again == first
    assert annotators.get(db, first).role is Role.LEAD
    assert identities.enter(db, claims(iss="https://other.example"), BY_CLAIM, now=NOW) != first


def test_a_role_that_a_lead_gave_stays_where_no_claim_says_otherwise() -> None:
    db = Database.in_memory()
    bob = identities.enter(db, claims(sub="2", email="bob@example.org"), BY_DOMAIN, now=NOW)
    membership.change_role(db, bob, Role.REVIEWER, by="lead", now=NOW)
    identities.enter(db, claims(sub="2", email="bob@example.org"), BY_DOMAIN, now=NOW)
    assert annotators.get(db, bob).role is Role.REVIEWER


def test_who_was_removed_stays_out_although_the_provider_knows_them() -> None:
    db = Database.in_memory()
    identities.enter(db, claims(), BY_DOMAIN, now=NOW)
    bob = identities.enter(db, claims(sub="2", email="bob@example.org"), BY_DOMAIN, now=NOW)
    membership.remove(db, bob, by="lead", now=NOW)
    with pytest.raises(NotAllowed, match="were removed"):
        identities.enter(db, claims(sub="2", email="bob@example.org"), BY_DOMAIN, now=NOW)
