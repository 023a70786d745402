"""From a row of a release back to its votes and its source line."""

import streamlit as st

from curation.model import Tier
from curation.quality.exhibits import Exhibit, Kind
from curation.release import trace
from curation.release.trace import Trace
from pages.parts import charts, exhibit_links
from pages.parts.plain import plain
from pages.parts.version_list import Shown


def show(shown: Shown) -> None:
    """Ask for a pair's id and draw what stands behind its row."""
    field, _ = st.columns([2, 3])
    wanted = field.text_input(
        "pair_id of the row",
        key="version-trace",
        placeholder="the id, or its first 6 signs",
        icon=":material/search:",
    )
    if not wanted:
        st.caption(
            "Every row carries its pair_id; so do the examples of the rules and the pages Browse and Compare."
        )
        return
    _draw(trace.trace(shown.chosen.path, wanted))


def _draw(found: Trace) -> None:
    with st.container(border=True):
        pair = exhibit_links.inline(found.pair_id, Exhibit(kind=Kind.PAIR, pair=found.pair_id))
        st.markdown(f"**Pair {pair}**")
        st.text(f"In {found.file}, from row {found.line:,} of {found.source}")
        st.caption(f"Support: {charts.TIER_WORDS[Tier(found.tier)]}.")
        for reason in found.reasons:
            st.markdown(f":material/block: {plain(reason)}")
    if not found.words:
        st.caption("No person has said anything about this pair; its winner is the imported one.")
        return
    st.dataframe(
        [
            {
                "when (UTC)": word.at,
                "who": word.who,
                "said": (word.verdict or "taken back").replace("_", " "),
                "about": "this pair" if word.pair_id == found.pair_id else f"its copy {word.pair_id[:12]}",
                "kind": word.kind,
                "in effect": word.in_effect,
                "guidelines": f"v{word.guideline_version}" if word.guideline_version else "",
                "id": word.id,
            }
            for word in found.words
        ],
        hide_index=True,
    )
    if any(word.pair_id != found.pair_id for word in found.words):
        st.caption(
            "The votes on its copies count with it. In a copy, answer 1 and 2 may stand the other way round."
        )
