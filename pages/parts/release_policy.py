"""What a release asks of its rows: the questions on the Release page, over the limits of the project."""

from dataclasses import replace

import streamlit as st

from curation.database import Database
from curation.model import Tier
from curation.validation import limits
from curation.validation.policy import MINIMUM_TIERS, Policy
from pages.parts import charts, session

_LENGTH, _PROMPT = "release-length", "release-prompt"


def chosen(db: Database) -> Policy:
    """Ask, and give what was answered."""
    standing = limits.current(db).policy
    first, second, third, _ = st.columns([2, 1, 1, 1])
    minimum = first.selectbox(
        "Least support of a row", MINIMUM_TIERS, index=MINIMUM_TIERS.index(Tier.PRIOR), key="release-minimum",
        format_func=lambda tier: f"{tier.capitalize()}: {charts.TIER_WORDS[tier]}",
        help="Rows with less support stay out. One vote, or none, needs your acknowledgement.",
    )  # fmt: skip
    length = second.number_input(
        "Longest row, tokens", min_value=64, max_value=1_000_000, value=Policy().max_length, step=64,
        key=_LENGTH,
    )  # fmt: skip
    prompt = third.number_input(
        "Longest prompt, tokens", min_value=64, max_value=1_000_000, step=64,
        value=Policy().max_prompt_length, key=_PROMPT,
    )  # fmt: skip
    rewrites = st.toggle(
        "Release rewritten answers as chosen over the original", value=standing.rewrites,
        key="release-rewrites",
        help="A person's own words against the answer they were made from. Switched off, these rows stay "
        "out, and the card says so.",
    )  # fmt: skip
    return replace(
        standing,
        minimum_tier=minimum,
        rewrites=rewrites,
        max_length=length,
        max_prompt_length=min(prompt, length),
    )


def set_lengths(length: int, prompt: int) -> None:
    """Answer the two questions about lengths, in a callback."""
    session.keep(_LENGTH, length)
    session.keep(_PROMPT, prompt)
