"""Who may see a page or take an action, and how an error reaches the screen.

Every page calls `require` itself: a direct URL can run a file without the frame around it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from curation.errors import NotAllowed, PairloomError
from curation.model import Role
from pages.parts import session


def require(role: Role) -> session.Person:
    """The person, if their role includes `role`; otherwise one sentence, and the script ends here."""
    with on_action():
        someone = session.person()
        if someone is not None and someone.role.includes(role):
            session.database()
            return someone
        raise NotAllowed(_refusal(someone, role))
    st.stop()


@contextmanager
def on_action() -> Iterator[None]:
    """Show what went wrong as one sentence; nothing else is lost.

    Bugs (anything outside the tree of PairloomError) pass through: they must be seen.
    """
    try:
        yield
    except PairloomError as error:
        st.error(str(error), icon=":material/error:")


def _refusal(someone: session.Person | None, role: Role) -> str:
    if someone is None:
        return "This workspace is closed. Ask its lead to open it."
    return f"This page is for a {role}; you are signed in as {someone.role}. Ask a lead of the project for access."
