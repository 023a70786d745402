"""How the pairs of a filter are spread, as small pictures."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd
import streamlit as st

from curation.labelling import spreads
from curation.labelling.matching import Filter, Narrowing
from pages.parts import charts, session
from pages.parts.pair_words import VERDICT_WORDS

_SHOWN = "browse-figures"


def toggle() -> None:
    """Ask for the pictures."""
    st.toggle("Show how these pairs are spread", key=_SHOWN)


def show(wanted: Filter, among: Narrowing, sources: Mapping[str, str]) -> None:
    """Five pictures in a row, where somebody has asked for them."""
    if not session.kept(_SHOWN):
        return
    spread = spreads.of(session.database(), wanted, among=among)
    winners = {VERDICT_WORDS[each] if each else "open": number for each, number in spread.winners.items()}
    pictures = {
        "Characters in all": [(f"from {low:,}", number) for low, number in spread.lengths.items()],
        "Answer 1's share": [(f"{low:.0%}", number) for low, number in sorted(spread.shares.items())],
        "Support": [(charts.TIER_WORDS[tier], number) for tier, number in spread.tiers.items()],
        "Winner": list(winners.items()),
        "Source": [(sources.get(each, "other"), number) for each, number in spread.sources.items()],
    }
    for column, (title, bars) in zip(st.columns([2, 2, 4, 2, 3]), pictures.items(), strict=True):
        column.caption(f"**{title}**")
        column.altair_chart(_bars(bars))


def _bars(bars: Sequence[tuple[str, int]]) -> alt.Chart:
    frame = pd.DataFrame(bars, columns=["what", "pairs"])
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(height=12, cornerRadius=2)
        .encode(
            y=alt.Y(
                "what:N",
                sort=[name for name, _ in bars],  # a chart that is drawn again keeps its old order
                title=None,
                axis=alt.Axis(
                    labelLimit=170, labelOverlap=False, labelFlush=False, ticks=False, domain=False
                ),
            ),
            x=alt.X("pairs:Q", title=None, axis=None),
            tooltip=[alt.Tooltip("what:N", title=" "), alt.Tooltip("pairs:Q", format=",")],
        )
        .properties(height=alt.Step(18))
    )
    return chart
