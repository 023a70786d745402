"""Judge one pair at a time, blind, with one key per decision."""

import streamlit as st

from curation import text
from curation.labelling import preferences
from curation.model import Role
from pages.parts import guard, routes_label, session
from pages.parts.pair_view import component

person = guard.require(Role.ANNOTATOR)
secret = session.home().secret()

# The screen fills the window, so the page itself must not scroll.
st.html("<style>[data-testid='stMainBlockContainer'] { padding: 3.25rem 1.5rem 0; max-width: none; }</style>")
component.show(
    annotator_id=person.id,
    workspace_id=text.digest(["workspace", secret], size=6),
    token=routes_label.issue_token(secret, annotator_id=person.id, role=person.role),
    preferences=preferences.of(session.database(), person.id),
)
