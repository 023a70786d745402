"""Slices of Browse: filters with a name and an address, and the pairs of a filter as a file."""

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
_NAMED = "slice"  # in the page's address
_OPENED = "browse-slice"


def addressed(db: Database) -> None:
    """Open the slice that the page's address names, before the fields are drawn; said where it is gone."""
    name = st.query_params.get(_NAMED)
    opened = session.kept(_OPENED)
    if name is None:
        session.forget(_OPENED)
    elif not isinstance(opened, SavedSlice) or opened.name != name:
        found = next((each for each in saved_slices.every(db) if each.name == name), None)
        if found is None:
            st.warning(f"There is no slice named {plain(name)}. It may have been removed.")
        else:
            _open(found)


def compared(wanted: Filter, order: Order) -> None:
    """Take the slice out of the page's address once the fields ask for something else."""
    opened = session.kept(_OPENED)
    if isinstance(opened, SavedSlice) and (opened.wanted, opened.order) != (wanted, order):
        _close()


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
        st.text_input("Save this filter as", key="slice-name", max_chars=60)
        st.button("Save", key="slice-save", on_click=_save, args=(wanted, order))


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
            _, file, written = kept
            st.link_button("Download", routes_slice.link(file), icon=":material/download:", type="primary")
            st.caption(f"As the pairs stood at {written:%H:%M:%S} UTC.")
        st.caption(
            "Texts as a release would hold them: fixes applied, answers trimmed. With models, imported and "
            "present winners, votes and sources; no names of people."
        )


def _save(wanted: Filter, order: Order) -> None:
    # Asked now: the button was drawn before the name was typed, and a press may come before the next drawing.
    name = str(session.kept("slice-name") or "")
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        saved_slices.save(session.database(), name, wanted, order, by=someone.id, now=session.now())
        session.keep("slice-name", "")  # forgotten, the field would still show the name
        st.toast("Saved")


def _remove(name: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        saved_slices.remove(session.database(), name, by=someone.id, now=session.now())
        if st.query_params.get(_NAMED) == name:
            _close()


def _close() -> None:
    session.forget(_OPENED)
    st.query_params.pop(_NAMED, None)


def _open(chosen: SavedSlice) -> None:
    values = {each.name: getattr(chosen.wanted, each.name) for each in fields(chosen.wanted)}
    address = {name: values[name] for name in _ADDRESS if values[name] is not None}
    st.query_params.from_dict({_NAMED: chosen.name, **address})
    session.keep(_OPENED, chosen)
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
        session.keep(_FILE, ((key, form), target, session.now()))
