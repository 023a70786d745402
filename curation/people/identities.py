"""What an OpenID provider says about a person, and whom it makes them here.

The only writer of the table foreign_identity.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import duckdb

from curation.database import Database
from curation.errors import NotAllowed
from curation.labelling import annotators, events
from curation.model import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Whom the provider's people are here.

    Attributes:
        domains: of e-mail addresses that may come in, in lower case; empty: any, where `role_claim` decides.
        role_claim: the claim that says the role, such as "groups"; "" where everybody comes as an annotator.
        values: role → the value of the claim that gives it.
        leads: e-mail addresses in lower case that are leads, whatever the claim says.
    """

    domains: frozenset[str] = frozenset()
    role_claim: str = ""
    values: Mapping[Role, str]
    leads: frozenset[str] = frozenset()


def role_of(claims: Mapping[str, object], rules: Rules) -> Role:
    """The role that the provider's claims give; the highest of several.

    Raises:
        NotAllowed: the domain or the role is not one of ours, or the provider does not vouch for the address.
    """
    email = str(claims.get("email") or "").strip().casefold()
    # Some providers let people write any address into their profile: only a verified one says who they are.
    verified = claims.get("email_verified") in (True, "true")
    if rules.domains:
        if not email or not verified:
            raise NotAllowed(
                "Your provider does not vouch for your e-mail address, so it cannot let you in here."
            )
        if email.rpartition("@")[2] not in rules.domains:
            raise NotAllowed(
                f"{email} is not of a domain that this project lets in. Sign in with another address, "
                "or ask a lead of the project."
            )
    if email and verified and email in rules.leads:
        return Role.LEAD
    if not rules.role_claim:
        return Role.ANNOTATOR
    said = _values(claims.get(rules.role_claim))
    given = [role for role in Role if rules.values.get(role) in said]
    if not given:
        raise NotAllowed(
            "Your provider gives you no role in this project. Ask its lead, or whoever keeps your accounts."
        )
    return given[-1]


def enter(database: Database, claims: Mapping[str, object], rules: Rules, *, now: datetime) -> str:
    """Let the person in whom the provider names; their pseudonym. A role claim is followed at each sign-in.

    Args:
        claims: of a token that was verified: at least iss and sub.

    Raises:
        NotAllowed: see role_of; or the person was removed from this project.
    """
    role = role_of(claims, rules)
    identity = _identity(claims)
    with database.writing() as tx:
        row = tx.execute(
            """
            SELECT a.id, a.role, a.active
            FROM foreign_identity AS f JOIN annotator AS a ON a.id = f.annotator_id
            WHERE f.identity = $identity
            """,
            {"identity": identity},
        ).fetchone()
        if row is None:
            return _add(tx, identity, claims, role, now)
        annotator_id, before, active = str(row[0]), Role(row[1]), bool(row[2])
        if not active:
            raise NotAllowed("You were removed from this project. Ask its lead.")
        if before is not role and (rules.role_claim or role is Role.LEAD):
            annotators.give_role(tx, annotator_id, role)
            detail = {"from": before.value, "to": role.value}
            events.record(
                tx, actor="provider", action="change role", subject=annotator_id, detail=detail, now=now
            )
        return annotator_id


def holders(database: Database) -> frozenset[str]:
    """The pseudonyms of everybody who has come in by a provider."""
    with database.reading() as cursor:
        rows = cursor.execute("SELECT annotator_id FROM foreign_identity").fetchall()
    return frozenset(row[0] for row in rows)


def _add(
    tx: duckdb.DuckDBPyConnection, identity: str, claims: Mapping[str, object], role: Role, now: datetime
) -> str:
    name = str(claims.get("name") or claims.get("email") or claims.get("preferred_username") or "").strip()
    someone = annotators.add(tx, name=name[:60] or "Somebody", role=role, now=now)
    tx.execute(
        "INSERT INTO foreign_identity (identity, annotator_id, first_seen) VALUES ($identity, $id, $now)",
        {"identity": identity, "id": someone.id, "now": now},
    )
    events.record(tx, actor=someone.id, action="come in by provider", detail={"role": role.value}, now=now)
    return someone.id


def _identity(claims: Mapping[str, object]) -> str:
    issuer, subject = claims.get("iss"), claims.get("sub")
    if not issuer or not subject:
        raise NotAllowed("Your provider does not say who you are. Ask whoever looks after your accounts.")
    return hashlib.sha256(json.dumps([str(issuer), str(subject)]).encode()).hexdigest()


def _values(claim: object) -> Sequence[str]:
    if isinstance(claim, str):
        return [claim]
    return [str(each) for each in claim] if isinstance(claim, list | tuple) else []
