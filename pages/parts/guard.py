"""Who may see a page or take an action, and how an error reaches the screen.

Every page calls `require` itself: a direct URL can run a file without the frame around it.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from curation.errors import NotAllowed, PairloomError
from curation.model import Role
from pages.parts import session
from pages.parts.plain import plain


def require(role: Role) -> session.Person:
    """The person, if their role includes `role`; otherwise one sentence, and the script ends here."""
    with on_action():
        someone = permitted(role)
        session.database()
        return someone
    return st.stop()


def permitted(role: Role) -> session.Person:
    """The person, if their role includes `role`; for routes, which answer without a page.

    Raises:
        NotAllowed: nobody may enter, or the role does not reach.
    """
    someone = session.person()
    if someone is None:
        raise NotAllowed("This workspace is closed. Ask its lead to open it.")
    if not someone.role.includes(role):
        raise NotAllowed(
            f"This is for the role {role}; you are signed in as {someone.role}. Ask a lead of the project."
        )
    return someone


@contextmanager
def on_action() -> Iterator[None]:
    """Show what went wrong as one sentence; nothing else is lost.

    Bugs (anything outside the tree of PairloomError) pass through: they must be seen.
    """
    try:
        yield
    except PairloomError as error:
        # A message may quote names from files: none of their signs is read as Markdown.
        st.error(plain(str(error)), icon=":material/error:")
