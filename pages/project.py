"""What the project asks of the people who label, one tab for each kind of question."""

import streamlit as st

from curation.model import Role
from pages.parts import (
    guard,
    project_answers,
    project_guidelines,
    project_protected,
    project_queue,
    project_rules,
    session,
)

guard.require(Role.LEAD)
db = session.database()

st.title("Project", anchor=False)
answers, queue, guidelines, rules, held = st.tabs(
    ["Answers", "Queue", "Guidelines", "Rules", "Protected prompts"], key="project-tab"
)
with answers:
    project_answers.show(db)
with queue:
    project_queue.show(db)
with guidelines:
    project_guidelines.show(db)
with rules:
    project_rules.show(db)
with held:
    project_protected.show(db)
