"""The only access to session_state, cached resources and the clock.

What lives in session_state is a convenience of one browser tab; identity comes from sign-in and
position from the database, because the state of a lost websocket is dropped after two minutes.
"""

import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import streamlit as st

from curation import workspace
from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import annotators
from curation.model import Role
from curation.people import sessions
from pages.parts import cookies, sign_in
from pages.parts.sign_in import Mode
from training.record import Record

ROLE_VARIABLE = "PAIRLOOM_SOLO_ROLE"
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who sits in front of the screen.

    Attributes:
        sign_in: names the sign-in that brought them; "" in solo mode.
    """

    id: str
    name: str
    role: Role
    sign_in: str = ""


def person(*, in_use: bool = True) -> Person | None:
    """The person of this session, None where nobody may enter or the sign-in has ended.

    `in_use` is false for what a page asks on its own: it does not keep a sign-in alive.
    Solo mode: one person on this machine, a lead unless PAIRLOOM_SOLO_ROLE says otherwise.

    Raises:
        InvalidInput: PAIRLOOM_SOLO_ROLE is not a role.
    """
    if sign_in.settings().mode is Mode.SOLO:
        return _solo()
    key = cookies.key()
    found = sessions.person(database(), key, now=now(), in_use=in_use) if key else None
    if found is None:
        return None
    return Person(id=found.annotator_id, name=found.name, role=found.role, sign_in=found.session)


def _solo() -> Person | None:
    value = os.environ.get(ROLE_VARIABLE) or Role.LEAD
    if value == _NOBODY:
        return None
    try:
        return Person(id="solo", name="Solo", role=Role(value))
    except ValueError as error:
        known = ", ".join([*Role, _NOBODY])
        raise InvalidInput(f"{ROLE_VARIABLE} is {value!r}. Set it to one of: {known}.") from error


def now() -> datetime:
    """UTC without zone, as the store keeps it."""
    return datetime.now(UTC).replace(tzinfo=None)


def day_start() -> datetime:
    """When the person's day began, by the clock of their browser; naive UTC."""
    offset = timedelta(minutes=st.context.timezone_offset or 0)
    return (now() - offset).replace(hour=0, minute=0, second=0, microsecond=0) + offset


def home() -> workspace.Workspace:
    """The workspace this server serves."""
    return workspace.current()


@st.cache_resource(show_spinner=False)
def secret() -> str:
    """The key of the workspace that signs tokens; it lies in a file, and every request asks for it."""
    return home().secret()


@st.cache_resource(show_spinner=False)
def database() -> Database:
    """The one open database of this process; pages and routes share it."""
    place = home()
    place.create()
    opened = Database.open(place.database)
    someone = _solo() if sign_in.settings().mode is Mode.SOLO else None
    if someone is not None:
        annotators.ensure(opened, someone.id, name=someone.name, role=someone.role, now=now())
    return opened


@st.cache_resource(show_spinner=False, max_entries=32)  # 10 MB for a run of 100,000 steps
def record(path: Path) -> Record:
    """The curves of a run, read once for all who look."""
    return Record(path)


def request_id(key: str) -> str:
    """An id for one action of this page, kept until `renew_request`, so that a double click acts once."""
    name = f"request-{key}"
    if name not in st.session_state:
        st.session_state[name] = uuid4().hex
    return str(st.session_state[name])


def renew_request(key: str) -> None:
    """The action has been taken; the next click is a new one."""
    st.session_state.pop(f"request-{key}", None)


def keep(key: str, value: object) -> None:
    """Remember a value for this tab."""
    st.session_state[key] = value


def kept(key: str) -> object | None:
    """What was remembered under the key, None where nothing was."""
    return st.session_state.get(key)


def chosen_rows(key: str) -> list[int]:
    """The rows that are chosen in the table of that key, from 0."""
    state: Any = st.session_state.get(key)
    return list(state["selection"]["rows"]) if state else []


def forget(key: str) -> None:
    """Drop what was remembered."""
    st.session_state.pop(key, None)
