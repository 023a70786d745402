"""The way in for the first lead of a workspace with accounts: a link on the terminal of the server."""

import sys

import streamlit as st

from curation.model import Role
from curation.people import invitations, membership
from pages.parts import session, sign_in
from pages.parts.sign_in import Mode

_ACTOR = "system"


def invite() -> None:
    """Print a one-time link where no lead can sign in yet; earlier links of this kind end."""
    if sign_in.settings().mode is not Mode.ACCOUNTS:
        return
    database, now = session.database(), session.now()
    for old in invitations.unused(database, now=now):
        if old.made_by == _ACTOR:
            invitations.withdraw(database, old.id, by=_ACTOR, now=now)
    if membership.leads(database):
        return
    key = invitations.make(database, Role.LEAD, by=_ACTOR, now=now)
    hours = int(invitations.VALID.total_seconds() // 3600)
    sys.stderr.write(
        f"Nobody leads this project yet. Open this link within {hours} hours; it works once:\n"
        f"{base()}/invitation/{key}\n"
    )


def base() -> str:
    """What links begin with: the address people type, or else the one this server listens on."""
    return sign_in.settings().url or local()


def local() -> str:
    """Where this machine reaches the server."""
    listening = str(st.get_option("server.address") or "")
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    address = "127.0.0.1" if listening in ("", "0.0.0.0", "::") else listening  # noqa: S104
    return f"{scheme}://{f'[{address}]' if ':' in address else address}:{st.get_option('server.port')}"
