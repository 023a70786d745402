"""Find pairs, page through them, open one with its history."""

import streamlit as st

from curation.labelling import browse, matching, searching
from curation.labelling.browse import Page
from curation.model import Role
from curation.quality import exhibits
from pages.parts import (
    browse_bulk,
    browse_figures,
    browse_slices,
    browse_table,
    diversity,
    exhibit_links,
    finding_links,
    guard,
    pair_card,
    pair_filters,
    project_batches,
    review_actions,
    review_form,
    session,
)
from pages.parts.browse_bulk import Asked
from pages.parts.trail import Trail

SIZE = 25
TRAIL = Trail(name="browse-trail")
person = guard.require(Role.REVIEWER)
db = session.database()


def turn(page: Page) -> None:
    """Where we are in the list, and the two buttons that turn the page."""
    before = TRAIL.pages_before()
    words, earlier, later = st.columns([6, 1, 1], vertical_alignment="center")
    first = before * SIZE
    words.caption(f"{first + 1:,} to {first + len(page.rows):,} of {review_actions.pairs(page.total)}")
    earlier.button("Back", key="browse-back", disabled=before == 0, on_click=TRAIL.back, width="stretch")
    later.button(
        "Next", key="browse-next", disabled=page.next is None, width="stretch",
        on_click=TRAIL.forward, args=(page.next,),
    )  # fmt: skip


def tools(total: int) -> None:
    """What can be done with the whole list."""
    spread, slices, file, batch = st.columns([4, 1.4, 1.4, 1.4], vertical_alignment="center")
    with spread:
        browse_figures.toggle()
    with slices:
        browse_slices.saved(db, wanted, order)
    with file:
        browse_slices.export(wanted, order, among, listed, total)
    if person.role.includes(Role.LEAD):
        with batch:
            project_batches.first_form(wanted, order, total, among)


st.title("Browse", anchor=False)
searching.prepare_beside(db)
sources = browse.sources(db)
if not browse.has_pairs(db):
    st.info("There are no pairs yet.", icon=":material/inbox:")
    st.page_link("import_data.py", label="Import pairs", icon=":material/upload_file:")
    st.stop()
exhibit = exhibit_links.shown(db)
browse_slices.addressed(db)
wanted, order = pair_filters.form(sources)
wanted = diversity.narrowed(wanted)
browse_slices.compared(wanted, order)
among = matching.everything if exhibit is None else exhibits.gathering(exhibit)
question = None if exhibit else finding_links.shown()
with guard.on_action():
    among = among if question is None else finding_links.narrowing(db, question)
listed = (wanted, order, exhibit, question)
found = browse.page(db, wanted, order, TRAIL.position(listed), SIZE, among=among)
tools(found.total)
if not found.rows:
    st.info("No pair matches. Remove a filter or shorten the search.", icon=":material/search_off:")
    review_form.undo()  # an action may have emptied the list
    st.stop()
browse_figures.show(wanted, among, sources)
chosen = browse_table.show(found)
turn(found)
if chosen is None:
    st.caption("Tick a row to open the pair with its history.")
else:
    pair_card.show(db, chosen)
browse_bulk.form(Asked(wanted=wanted, order=order, among=among, key=listed))
