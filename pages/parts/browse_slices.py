"""Slices of Browse: filters with a name, and the pairs of a filter as a file."""

from dataclasses import fields

import streamlit as st

from curation.database import Database
from curation.labelling import saved_slices, slice_files
from curation.labelling.matching import Filter, Narrowing, Order
from curation.labelling.saved_slices import SavedSlice
from curation.labelling.slice_files import Form
from curation.model import Role
from pages.parts import guard, pair_filters, review_actions, routes_slice, session
from pages.parts.plain import plain

_FILE = "browse-file"
_FORMS = {Form.JSONL: "JSON lines", Form.PARQUET: "Parquet"}
_ADDRESS = ("cluster", "language")  # set by the page's address, not by a field


def saved(db: Database, wanted: Filter, order: Order) -> None:
    """Open a slice, give the present filter a name, or remove one."""
    with st.popover("Slices", icon=":material/bookmark:", width="stretch"):
        for each in saved_slices.every(db):
            named, gone = st.columns([5, 1])
            named.button(
                plain(each.name), key=f"slice-{each.name}", width="stretch", on_click=_open, args=(each,)
            )
            gone.button(
                "", key=f"slice-remove-{each.name}", icon=":material/delete:", help="Remove this slice",
                on_click=_remove, args=(each.name,), type="tertiary",
            )  # fmt: skip
        name = st.text_input("Save this filter as", key="slice-name", max_chars=60)
        st.button("Save", key="slice-save", on_click=_save, args=(name, wanted, order))


def export(wanted: Filter, order: Order, among: Narrowing, key: object, total: int) -> None:
    """Write the pairs of the filter to a file, and fetch it by a link of its own."""
    with st.popover("Export", icon=":material/download:", width="stretch"):
        form = st.radio("As", list(Form), format_func=_FORMS.__getitem__, horizontal=True, key="slice-form")
        st.button(
            f"Write {review_actions.pairs(total)}", key="slice-write", on_click=_write,
            args=(wanted, order, among, key, form),
        )  # fmt: skip
        kept = session.kept(_FILE)
        if isinstance(kept, tuple) and kept[0] == (key, form):
            st.link_button("Download", routes_slice.link(kept[1]), icon=":material/download:", type="primary")
        st.caption("With models, imported and present winners, votes and sources; no names of people.")


def _save(name: str, wanted: Filter, order: Order) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        saved_slices.save(session.database(), name, wanted, order, by=someone.id, now=session.now())
        session.forget("slice-name")
        st.toast("Saved")


def _remove(name: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        saved_slices.remove(session.database(), name, by=someone.id, now=session.now())


def _open(chosen: SavedSlice) -> None:
    values = {each.name: getattr(chosen.wanted, each.name) for each in fields(chosen.wanted)}
    st.query_params.from_dict({name: values[name] for name in _ADDRESS if values[name] is not None})
    pair_filters.fill(chosen.wanted, chosen.order)
    session.keep("batch-name", chosen.name)


def _write(wanted: Filter, order: Order, among: Narrowing, key: object, form: Form) -> None:
    with guard.on_action(), st.spinner("Writing"):
        someone = guard.permitted(Role.REVIEWER)
        name = f"slice-{session.now():%Y%m%d-%H%M%S}-{session.request_id('slice')[:6]}.{form.value}"
        target = routes_slice.folder() / name
        slice_files.write(
            session.database(), wanted, order, target, by=someone.id, now=session.now(), among=among
        )
        session.renew_request("slice")
        session.keep(_FILE, ((key, form), target))
