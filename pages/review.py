"""Settle what people could not: one pair at a time with every vote, or many at once."""

import streamlit as st

from curation.labelling import review
from curation.labelling.review import Page
from curation.model import Role
from pages.parts import guard, pair_card, review_actions, review_bulk, review_edit, review_form, session
from pages.parts.trail import Trail

TRAIL = Trail(name="review-trail")
guard.require(Role.REVIEWER)
db = session.database()


def turn(page: Page) -> None:
    """Where we are in the queue and why, how the answers are shown, and on to the next pair."""
    before = TRAIL.pages_before()
    words, earlier, later = st.columns([6, 1, 1], vertical_alignment="center")
    with words.container(horizontal=True, vertical_alignment="center"):
        st.caption(f"{before + 1:,} of {review_actions.pairs(page.total)}", width="content")
        review_form.why(page.entries[0])
        st.toggle("Mark the words that differ", key="review-difference")
        review_form.edit_switch(page.entries[0])
    earlier.button("Back", key="review-back", disabled=before == 0, on_click=TRAIL.back, width="stretch")
    later.button(
        "Next", key="review-next", disabled=page.next is None, width="stretch", shortcut="n",
        on_click=TRAIL.forward, args=(page.next,),
    )  # fmt: skip


st.title("Review", anchor=False)
reason = review_form.chosen()
found = review.page(db, reason, TRAIL.position(reason))
if not any(found.counts.values()):
    st.info(
        "Nothing needs a review: people agree, and nobody has flagged a pair or called both answers bad.",
        icon=":material/done_all:",
    )
    st.page_link("label.py", label="Label", icon=":material/compare:")
    st.stop()
review_form.choice(found.counts)
if not found.entries and TRAIL.pages_before():
    TRAIL.back()
    st.rerun()
if not found.entries:
    st.info(review_form.nothing_left(reason), icon=":material/done_all:")
    review_form.undo()
    st.stop()
(entry,) = found.entries
turn(found)
review_form.one(entry)
review_form.undo()
if review_form.edits():
    review_edit.form(entry)
pair_card.show(db, entry.row, compared=bool(session.kept("review-difference")))
review_bulk.form(reason)
