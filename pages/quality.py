"""How far the labels can be trusted: agreement, people, bias, and all of it over time."""

import streamlit as st

from curation.model import Role
from curation.quality import agreement, annotators, bias, drift, formats, pace
from pages.parts import (
    diversity,
    guard,
    quality_agreement,
    quality_bias,
    quality_couples,
    quality_drift,
    quality_habits,
    quality_once,
    quality_people,
    quality_suspected,
    session,
)

guard.require(Role.REVIEWER)
db = session.database()

st.title("Quality", anchor=False)
found = quality_once.measured("agreement", db, agreement.measured)
if not found.votes:
    st.info("Nobody has judged a pair yet, so there is nothing to measure.", icon=":material/balance:")
    st.page_link("label.py", label="Label pairs", icon=":material/compare:")
    # Imported labels and prompts can be looked at before anybody votes.
    doubted, asked = st.tabs(["Suspected labels", "Diversity"])
    with doubted:
        quality_suspected.show(db)
    with asked:
        diversity.show(db)
    st.stop()
names = annotators.names(db)
st.caption("Every number, and every mark of a picture, leads to the pairs behind it.")

# Only the open tab is measured: each takes a pass over all votes.
agreeing, persons, habits, times, doubted, asked = st.tabs(
    ["Agreement", "People", "Bias", "Over time", "Suspected labels", "Diversity"],
    key="quality-tab",
    bind="query-params",  # so that the way back from a picture ends in the same tab
)
if agreeing.open:
    with agreeing:
        quality_agreement.show(db, found, names)
if persons.open:
    with persons:
        quality_people.show(quality_once.measured("people", db, annotators.checked), names)
        quality_couples.show(found, names)
        quality_people.speed(
            quality_once.measured("pace", db, pace.by_person),
            quality_once.measured("seconds", db, pace.of_team), names,
        )  # fmt: skip
if habits.open:
    with habits:
        quality_bias.show(
            quality_once.measured("bias", db, bias.measured),
            quality_once.measured("length", db, bias.by_length),
            quality_once.measured("format", db, formats.measured),
        )
        quality_habits.show(
            quality_once.measured("people", db, annotators.checked),
            quality_once.measured("formats", db, formats.by_person), names,
        )  # fmt: skip
if times.open:
    with times:
        quality_drift.show(quality_once.measured("drift", db, drift.courses), names)
if doubted.open:
    with doubted:
        quality_suspected.show(db)
if asked.open:
    with asked:
        diversity.show(db)
