"""Bring in pairs and votes: choose a source, look at it, import it, see what became of every row."""

import streamlit as st

from curation.errors import InvalidInput
from curation.intake import jobs, preview
from curation.intake.fields import ColumnMapping
from curation.intake.locations import Located
from curation.model import Role
from pages.parts import (
    guard,
    import_job,
    import_layout,
    import_preview,
    import_report,
    import_source,
    session,
)
from pages.parts.plain import plain

person = guard.require(Role.LEAD)
db = session.database()


def look(located: Located) -> ColumnMapping | None:
    """The first rows as they would be imported, under the layout that is chosen."""
    seen = preview.look(located)
    st.caption(plain(f"{located.location}: {seen.kind}, columns {', '.join(seen.columns)}"))
    if seen.needs_mapping:
        st.info(
            "No layout known by name. Say which column is what: a wrong guess would be a silent wrong label."
        )
    mapping = import_layout.choose(seen)
    import_preview.show(preview.look(located, mapping=mapping))
    return mapping


def bring_in(located: Located, mapping: ColumnMapping | None) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        if mapping is not None and mapping.needs_rule:
            raise InvalidInput("Say first which pairs the answers of a row make.")
        job = jobs.start(session.database(), located, by=someone.id, now=session.now(), mapping=mapping)
        job.wait(1.0)  # a small file has its report at once, without a progress bar that flashes by


st.title("Import", anchor=False)
import_job.show(db)
with guard.on_action():
    located = import_source.choose()
    if located is not None:
        mapping = look(located)
        st.button(
            "Import",
            type="primary",
            key="import-start",
            icon=":material/upload_file:",
            on_click=bring_in,
            args=(located, mapping),
        )
import_report.history(db)
