"""Batches: slices of pairs that are labelled before everything else."""

import streamlit as st

from curation.database import Database
from curation.labelling import batches, browse, matching
from curation.labelling.batches import Batch
from curation.labelling.matching import Filter, Narrowing, Order
from curation.model import Role
from pages.parts import guard, session
from pages.parts.plain import plain


def show(db: Database) -> None:
    """Open batches with what can be done about them, and those that are done or were ended."""
    st.subheader("Batches", anchor=False)
    found = batches.every(db)
    if not found:
        st.caption(
            "No slice comes first. Choose pairs with the filters of Browse and press Label first, or make a "
            "batch of what a check has found."
        )
        return
    waiting = [batch for batch in found if batch.is_open]
    for place, batch in enumerate(waiting):
        _open(batch, first=place == 0)
    past = [batch for batch in found if not batch.is_open]
    if past:
        with st.expander(f"Done or ended: {len(past)}", expanded=not waiting):
            st.dataframe(
                [
                    {
                        "name": batch.name,
                        "pairs": batch.pairs,
                        "done": batch.done,
                        "made": batch.made,
                        "ended early": batch.ended,
                    }
                    for batch in past
                ],
                hide_index=True,
                key="queue-batches-past",
            )


def first_form(wanted: Filter, order: Order, total: int, among: Narrowing = matching.everything) -> None:
    """A button that makes a batch of everything that a filter finds; for the page Browse."""
    with st.popover("Label first", icon=":material/low_priority:", width="stretch"):
        st.caption(f"{total:,} pairs, in the order of this list, before everything else.")
        name = st.text_input("Name", key="batch-name", placeholder="for you; annotators do not see it")
        again = st.toggle(
            "One more vote on each",
            key="batch-more",
            help="Otherwise each pair gets the votes the project asks for; those that have them are left.",
        )
        st.button(
            "Make the batch", key="batch-make", type="primary",
            on_click=_make, args=(wanted, order, name, again, among),
        )  # fmt: skip


def _open(batch: Batch, *, first: bool) -> None:
    words, bar, front, end = st.columns([3, 4, 1, 1], vertical_alignment="center")
    words.markdown(f"**{plain(batch.name)}**")
    bar.progress(batch.done / batch.pairs, text=f"{batch.done:,} of {batch.pairs:,} pairs")
    front.button(
        "First", key=f"batch-first-{batch.number}", disabled=first, width="stretch",
        on_click=_put_first, args=(batch.number,), help="Before the other batches",
    )  # fmt: skip
    end.button(
        "End", key=f"batch-end-{batch.number}", width="stretch", on_click=_end, args=(batch.number,),
        help="Serve its pairs like all others again; votes stay",
    )  # fmt: skip


def _make(wanted: Filter, order: Order, name: str, again: bool, among: Narrowing) -> None:  # noqa: FBT001
    with guard.on_action():
        person, db = guard.permitted(Role.LEAD), session.database()
        found = browse.every_id(db, wanted, order, among=among)
        detail = {"filter": dict(wanted.told), "order": order.value}
        batches.make(db, found, name=name, by=person.id, now=session.now(), more=int(again), detail=detail)
        session.forget("batch-name")
        st.toast(f"{len(found):,} pairs come first from now on")


def _put_first(number: int) -> None:
    with guard.on_action():
        person = guard.permitted(Role.LEAD)
        batches.put_first(session.database(), number, by=person.id, now=session.now())


def _end(number: int) -> None:
    with guard.on_action():
        person = guard.permitted(Role.LEAD)
        batches.end(session.database(), number, by=person.id, now=session.now())
