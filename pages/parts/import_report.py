"""What became of the rows of an import, now and before."""

import streamlit as st

from curation.database import Database
from curation.intake import sources
from curation.intake.ingest import Outcome
from curation.intake.sources import Refusal
from pages.parts.plain import plain


def report(outcome: Outcome) -> None:
    """Counts, and every refused row with its reason."""
    columns = st.columns(3)
    columns[0].metric("Accepted", f"{outcome.counts.accepted:,}")
    columns[1].metric("Refused", f"{outcome.counts.refused:,}")
    columns[2].metric("Duplicate", f"{outcome.counts.duplicate:,}")
    if outcome.repeated:
        st.info("This file was imported before, so nothing was added.", icon=":material/done_all:")
    if outcome.unused:
        names = ", ".join(outcome.unused)
        st.caption(f"Columns that mean nothing here and were not kept: {plain(names)}.")
    _refused(outcome.refusals, outcome.counts.refused)
    st.page_link("label.py", label="Label the pairs", icon=":material/compare:")


def _refused(rows: tuple[Refusal, ...], total: int) -> None:
    if rows:
        st.markdown(f"**Refused rows** ({len(rows):,} of {total:,} shown)")
        st.dataframe(
            [{"line": row.line, "reason": row.reason, "excerpt": row.excerpt} for row in rows],
            hide_index=True,
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
                "accepted": source.accepted, "refused": source.refused, "duplicate": source.duplicate,
                "state": "finished" if source.finished else "interrupted: import it again to go on",
                "by": source.imported_by, "revision": source.revision,
            }
            for source in known.values()
        ],
        hide_index=True,
    )  # fmt: skip
    with_refusals = [key for key, source in known.items() if source.refused]
    if with_refusals:
        picked = st.selectbox(
            "Refused rows of",
            with_refusals,
            index=None,
            format_func=lambda key: known[key].location,
            key="import-refused",
        )
        if picked:
            _refused(sources.refusals(db, picked, limit=1000), known[picked].refused)
