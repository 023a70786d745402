"""What became of the rows of an import, now and before."""

import streamlit as st

from curation.database import Database
from curation.intake import sources
from curation.intake.ingest import Outcome
from curation.intake.sources import Refusal
from pages.parts import routes_refused
from pages.parts.plain import plain

SHOWN = 200


def report(outcome: Outcome) -> None:
    """Counts, and every row that makes no pair with its reason."""
    counts = outcome.counts
    shown = {"New pairs": counts.accepted, "Votes": counts.votes, "Duplicate pairs": counts.duplicate,
             "Rows refused": counts.refused, "Kept aside": counts.aside}  # fmt: skip
    always = ("New pairs", "Duplicate pairs", "Rows refused")
    told = {name: value for name, value in shown.items() if value or name in always}
    for place, (name, value) in zip(st.columns(len(told)), told.items(), strict=True):
        place.metric(name, f"{value:,}")
    if outcome.repeated:
        st.info("This file was imported before, so nothing was added.", icon=":material/done_all:")
    if outcome.unused:
        names = ", ".join(outcome.unused)
        st.caption(f"Columns that mean nothing here and were not kept: {plain(names)}.")
    _refused(outcome.source_id, outcome.refusals)
    st.page_link("label.py", label="Label the pairs", icon=":material/compare:")


def _refused(source_id: str, rows: tuple[Refusal, ...]) -> None:
    if not rows:
        return
    st.markdown("**Rows that make no pair**")
    st.dataframe(
        [
            {
                "line": row.line,
                "what": "kept aside" if row.aside else "refused",
                "reason": row.reason,
                "excerpt": row.excerpt,
            }
            for row in rows[:SHOWN]
        ],
        hide_index=True,
    )
    st.link_button(
        "Download them all with their text",
        routes_refused.link(source_id),
        icon=":material/download:",
        help="JSON lines with line, reason and original. Mend the originals, or the file, and import again: "
        "pairs that are here already are not doubled.",
    )


def history(db: Database) -> None:
    """Every import so far; one can be opened to see what it refused."""
    known = {source.id: source for source in sources.newest(db)}
    if not known:
        return
    st.subheader("Imports so far", anchor=False)
    st.dataframe(
        [
            {
                "when (UTC)": source.imported, "what": source.location, "layout": source.layout,
                "new pairs": source.accepted, "duplicate": source.duplicate, "votes": source.votes,
                "refused": source.refused, "aside": source.aside,
                "state": "finished" if source.finished else "interrupted: import it again to go on",
                "by": source.imported_by, "revision": source.revision,
            }
            for source in known.values()
        ],
        hide_index=True,
    )  # fmt: skip
    with_refusals = [key for key, source in known.items() if source.refused or source.aside]
    if with_refusals:
        picked = st.selectbox(
            "Rows that make no pair, of",
            with_refusals,
            index=None,
            format_func=lambda key: known[key].location,
            key="import-refused",
        )
        if picked:
            _refused(picked, sources.refusals(db, picked, limit=SHOWN))
