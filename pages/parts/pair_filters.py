"""The filter row of Browse."""

from collections.abc import Mapping

import streamlit as st

from curation.labelling.browse import Filter, Order, State
from curation.model import Tier, Verdict
from pages.parts import charts
from pages.parts.pair_words import VERDICT_WORDS

_STATES = {
    State.UNDECIDED: "No vote yet",
    State.DECIDED: "Decided",
    State.CONTESTED: "Contested",
    State.SETTLED: "Settled",
    State.ASIDE: "Set aside",
}
_ORDERS: list[Order] = list(Order)


def form(sources: Mapping[str, str]) -> tuple[Filter, Order]:
    """Draw the filters; what they are set to.

    Args:
        sources: id → words for the screen.
    """
    first = st.columns([3, 2, 2, 2])
    words = first[0].text_input(
        "Search", key="browse-text", placeholder="in prompts and answers", icon=":material/search:"
    )
    source_id = first[1].selectbox(
        "Source",
        list(sources),
        index=None,
        format_func=lambda key: sources[key],
        placeholder="All",
        key="browse-source",
    )
    state = first[2].selectbox(
        "State",
        list(State),
        index=None,
        format_func=_STATES.__getitem__,
        placeholder="All",
        key="browse-state",
    )
    order = first[3].selectbox(
        "Order", _ORDERS, format_func=lambda order: order.capitalize(), key="browse-order"
    )
    second = st.columns([3, 2, 2, 2])
    tier = second[0].selectbox(
        "Support", list(Tier), index=None, format_func=lambda key: charts.TIER_WORDS[key].capitalize(),
        placeholder="All", key="browse-tier",
    )  # fmt: skip
    winner = second[1].selectbox(
        "Winner", [verdict for verdict in Verdict if verdict.is_vote], index=None,
        format_func=VERDICT_WORDS.__getitem__, placeholder="All", key="browse-winner",
    )  # fmt: skip
    shortest = second[2].number_input(
        "At least, characters", min_value=0, value=None, step=100, key="browse-min", placeholder="Any length"
    )
    longest = second[3].number_input(
        "At most, characters", min_value=0, value=None, step=100, key="browse-max", placeholder="Any length"
    )
    wanted = Filter(
        text=words,
        source_id=source_id,
        state=state,
        winner=winner,
        tier=tier,
        min_chars=shortest,
        max_chars=longest,
    )
    return wanted, order
