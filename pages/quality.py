"""How far the labels can be trusted: agreement, people, bias."""

import streamlit as st

from curation.model import Role
from curation.quality import agreement, annotators, bias, formats
from pages.parts import (
    guard,
    quality_agreement,
    quality_bias,
    quality_once,
    quality_people,
    quality_suspected,
    session,
)  # fmt: skip

guard.require(Role.REVIEWER)
db = session.database()

st.title("Quality", anchor=False)
found = quality_once.measured("agreement", db, agreement.measured)
if not found.votes:
    st.info("Nobody has judged a pair yet, so there is nothing to measure.", icon=":material/balance:")
    st.page_link("label.py", label="Label pairs", icon=":material/compare:")
    quality_suspected.show(db)  # it looks at imported labels too
    st.stop()

# Only the open tab is measured: each takes a pass over all votes.
agreeing, persons, habits, doubted = st.tabs(
    ["Agreement", "People", "Bias", "Suspected labels"], key="quality-tab", on_change="rerun"
)
if agreeing.open:
    with agreeing:
        quality_agreement.show(db, found)
if persons.open:
    with persons:
        names = annotators.names(db)
        quality_people.show(quality_once.measured("people", db, annotators.checked), names)
        quality_people.couples(found, names)
if habits.open:
    with habits:
        quality_bias.show(
            quality_once.measured("bias", db, bias.measured),
            quality_once.measured("length", db, bias.by_length),
            quality_once.measured("format", db, formats.measured),
        )
if doubted.open:
    with doubted:
        quality_suspected.show(db)
