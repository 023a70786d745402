"""People and their roles, what was done, and copies of the database."""

import streamlit as st

from curation.model import Role
from pages.parts import guard, team_audit, team_backups, team_people

guard.require(Role.LEAD)

st.title("Team", anchor=False)
people, audit, backups = st.tabs(["People", "Audit", "Backups"], key="team-tab", on_change="rerun")
if people.open:
    with people:
        team_people.show()
if audit.open:
    with audit:
        team_audit.show()
if backups.open:
    with backups:
        team_backups.show()
