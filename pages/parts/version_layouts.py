"""A release in the layout of another trainer, made on demand."""

from pathlib import Path

import streamlit as st

from curation.labelling import events
from curation.model import Role
from curation.release import export
from curation.release.layouts import Layout
from pages.parts import guard, rendered, routes_download, session
from pages.parts.plain import plain
from pages.parts.version_list import Shown

_LAYOUTS: list[Layout] = list(Layout)


def show(shown: Shown) -> None:
    """Choose a layout, write it, fetch it."""
    field, _ = st.columns([2, 3])
    layout = field.selectbox("Layout", _LAYOUTS, format_func=_title, key="version-layout")
    folder = export.place(shown.chosen.path, layout, shown.place.exports)
    if not folder.is_dir():
        st.markdown(layout.shape.note)
        if layout.shape.left_out:
            st.caption(f"A pair may be left out: {layout.shape.left_out}.")
        st.button(
            "Write it", type="primary", key="version-export", icon=":material/output:",
            on_click=_write, args=(shown.chosen.path, layout, folder),
        )  # fmt: skip
        return
    st.link_button("Download", routes_download.link(folder), icon=":material/download:")
    st.caption(plain(f"Also in {folder} on this machine."))
    with st.container(border=True):  # how many rows each file has, and how many pairs were left out
        rendered.show((folder / "README.md").read_text(encoding="utf-8").strip())


def _write(release: Path, layout: Layout, folder: Path) -> None:
    with guard.on_action(), st.spinner("Writing"):
        someone = guard.permitted(Role.LEAD)
        export.export(release, layout, folder)
        detail = {"layout": layout.value, "folder": folder.name}
        events.add(
            session.database(), actor=someone.id, action="export release", subject=release.name,
            detail=detail, now=session.now(),
        )  # fmt: skip


def _title(layout: Layout) -> str:
    return layout.shape.title
