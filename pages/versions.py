"""The releases there are: what is in one, what lies between two, and everything that can be done with one."""

import streamlit as st

from curation.model import Role
from curation.release import releases
from pages.parts import (
    guard,
    session,
    version_compare,
    version_detail,
    version_layouts,
    version_list,
    version_push,
    version_trace,
)

VIEWS = {
    "About it": version_detail.show,
    "Compare": version_compare.show,
    "Trace a row": version_trace.show,
    "Other layouts": version_layouts.show,
    "Push to the Hub": version_push.show,
}

person = guard.require(Role.LEAD)
db = session.database()
place = session.home()

st.title("Versions", anchor=False)
known = releases.listed(db, place)
if not known:
    st.info("Nothing has been released yet.", icon=":material/inbox:")
    st.page_link("release.py", label="Make a release", icon=":material/verified:")
    st.stop()
version_list.table(known)
field, views = st.columns([1, 3], vertical_alignment="bottom")
name = field.selectbox(
    "Version", [each.name for each in known], key="version", bind="query-params",
    help="What the parts below are about.",
)  # fmt: skip
view = views.segmented_control(
    "What to do with it", list(VIEWS), default="About it", required=True, key="version-view",
    label_visibility="collapsed",
)  # fmt: skip
chosen = next(each for each in known if each.name == name)
with guard.on_action():
    VIEWS[view](version_list.Shown(db=db, place=place, person=person, known=known, chosen=chosen))
