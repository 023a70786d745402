"""The filter row of Browse."""

from collections.abc import Callable, Mapping
from typing import TypeVar

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from curation.labelling.matching import Filter, Order
from curation.model import State, Tier, Verdict
from pages.parts import charts, session
from pages.parts.pair_words import VERDICT_WORDS

_STATES = {
    State.UNDECIDED: "No vote yet",
    State.DECIDED: "Decided",
    State.CONTESTED: "Contested",
    State.SETTLED: "Settled",
    State.ASIDE: "Set aside",
}
_ORDERS: list[Order] = list(Order)
_WINNERS = [verdict for verdict in Verdict if verdict.is_vote]
_KEYS = {"Source": "source", "State": "state", "Winner": "winner", "Support": "tier"}
Option = TypeVar("Option")


def form(sources: Mapping[str, str]) -> tuple[Filter, Order]:
    """Draw the filters; what they are set to.

    Args:
        sources: id → words for the screen.
    """
    words, source, state, order = st.columns([3, 2, 2, 2])
    tier, winner, least, most = st.columns([3, 2, 2, 2])
    wanted = Filter(
        text=words.text_input(
            "Search", key="browse-text", placeholder="in prompts and answers", icon=":material/search:"
        ),
        source_id=_one_of(source, "Source", list(sources), sources.__getitem__),
        state=_one_of(state, "State", list(State), _STATES.__getitem__),
        winner=_one_of(winner, "Winner", _WINNERS, VERDICT_WORDS.__getitem__),
        tier=_one_of(tier, "Support", list(Tier), lambda key: charts.TIER_WORDS[key].capitalize()),
        min_chars=_length(least, "At least, characters", "min"),
        max_chars=_length(most, "At most, characters", "max"),
    )
    chosen = order.selectbox("Order", _ORDERS, format_func=lambda each: each.capitalize(), key="browse-order")
    return wanted, chosen


def _one_of(
    place: DeltaGenerator, label: str, options: list[Option], words: Callable[[Option], str]
) -> Option | None:
    """A box that is empty where everything is asked for; the label has its key."""
    return place.selectbox(
        label, options, index=None, format_func=words, placeholder="All", key=f"browse-{_KEYS[label]}"
    )


def _length(place: DeltaGenerator, label: str, key: str) -> int | None:
    return place.number_input(
        label, min_value=0, value=None, step=100, key=f"browse-{key}", placeholder="Any length"
    )


def fill(wanted: Filter, order: Order) -> None:
    """Set the fields to a filter before they are drawn."""
    values = {
        "text": wanted.text, "source": wanted.source_id, "state": wanted.state, "winner": wanted.winner,
        "tier": wanted.tier, "min": wanted.min_chars, "max": wanted.max_chars, "order": order,
    }  # fmt: skip
    for key, value in values.items():
        session.keep(f"browse-{key}", value)
