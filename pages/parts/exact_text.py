"""The exact text and tokens a run would train on, both sides of a pair, with what the loss covers."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from training.probe_client import Rendered, Token

_TITLES = {
    "longest": "The longest pair",
    "shortest": "The shortest pair",
    "asked for": "Asked for",
    "first": "First",
}
_SHORT = 150  # tokens that fit without a scroll bar


def texts(pairs: Sequence[Rendered], *, asked: str) -> None:
    """Each pair as the trainer sees it; what the loss covers is marked.

    Args:
        asked: the beginning of an id that somebody typed, "" where nobody did.
    """
    st.caption(
        "This is the whole input of the model, template included. Marked tokens are the ones the loss "
        "covers; hover over a token for its number."
    )
    if asked and not any(pair.why == "asked for" for pair in pairs):
        st.warning(f"No training pair has an id that begins with {asked}.")
    for pair in pairs:
        st.markdown(f"**{_TITLES[pair.why]}: {pair.pair_id[:8]}**")
        for flaw in pair.flaws:
            st.caption(f":material/warning: {flaw.sentence}")
        tall = max(len(pair.chosen_tokens), len(pair.rejected_tokens)) > _SHORT
        left, right = st.columns(2)
        with left:
            _side("Chosen", pair.chosen_tokens, pair.chosen_cut, scrolls=tall)
        with right:
            _side("Rejected", pair.rejected_tokens, pair.rejected_cut, scrolls=tall)


def _side(name: str, tokens: Sequence[Token], cut: int, *, scrolls: bool) -> None:
    covered = sum(token.in_loss for token in tokens)
    lost = f"; {cut} more are cut off" if cut else ""
    st.caption(f"{name}: {len(tokens)} tokens, {covered} in the loss{lost}")
    with st.container(border=True, height=320 if scrolls else "content"):
        st.html(_STYLE + _marked(tokens))


_STYLE = (
    "<style>.pl-tokens{font-family:var(--st-code-font,monospace);font-size:.82rem;line-height:1.6;"
    "white-space:pre-wrap;overflow-wrap:anywhere}.pl-tokens b{font-weight:400;border-radius:3px;"
    "background:color-mix(in srgb,var(--st-primary-color,#3557c9) 22%,transparent)}</style>"
)


def _marked(tokens: Sequence[Token]) -> str:
    pieces = [
        f'<{tag} title="{token.id}">{escape(token.text)}</{tag}>'
        for token in tokens
        for tag in (("b" if token.in_loss else "span"),)
    ]
    return f'<div class="pl-tokens">{"".join(pieces)}</div>'
