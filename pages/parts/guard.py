"""Who may see a page or take an action, and how an error reaches the screen.

Every page calls `require` itself: a direct URL can run a file without the frame around it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from curation.errors import NotAllowed, PairloomError
from curation.model import Role
from pages.parts import gate, session, sign_in
from pages.parts.plain import plain
from pages.parts.sign_in import Mode

_CLOSED = "This workspace is closed. Ask its lead to open it."
_SIGNED_OUT = "You are signed out, or your sign-in has ended. Sign in again."


def require(role: Role, *, in_use: bool = True) -> session.Person:
    """The person, if their role includes `role`; otherwise one sentence, and the script ends here.

    `in_use` is false in fragments that run on a timer: they must not keep a sign-in alive.
    """
    with on_action():
        someone = permitted(role, in_use=in_use)
        session.database()
        return someone
    if sign_in.settings().mode is not Mode.SOLO and session.person(in_use=in_use) is None:
        st.html(f'<a href="{gate.SIGN_IN}" style="color: inherit">Sign in</a>')
    return st.stop()


def permitted(role: Role, *, in_use: bool = True) -> session.Person:
    """The person, if their role includes `role`; for routes, which answer without a page.

    `in_use` is false for what no person did, such as the label screen's heartbeat.

    Raises:
        NotAllowed: nobody may enter, or the role does not reach.
    """
    someone = session.person(in_use=in_use)
    if someone is None:
        raise NotAllowed(_CLOSED if sign_in.settings().mode is Mode.SOLO else _SIGNED_OUT)
    if not someone.role.includes(role):
        raise NotAllowed(
            f"This is for the role {role}; you are signed in as {someone.role}. Ask a lead of the project."
        )
    return someone


@contextmanager
def on_action() -> Iterator[None]:
    """Show what went wrong as one sentence; nothing else is lost.

    Bugs (anything outside the tree of PairloomError) pass through: they must be seen.
    A callback or fragment that acts calls `permitted` first inside: Streamlit runs callbacks before the page
    asks for the role, and fragments without the page.
    """
    try:
        yield
    except PairloomError as error:
        # A message may quote names from files: none of their signs is read as Markdown.
        st.error(plain(str(error)), icon=":material/error:")
