"""What the preflight found, and the exact text and tokens a run would train on."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from pages.parts.plain import plain
from training.findings import Preflight, Severity
from training.probe_client import Rendered, Token

_WORDS = {
    Severity.ERROR: ("Stops the start", ":material/block:"),
    Severity.WARNING: ("Warning", ":material/warning:"),
}


def findings(seen: Preflight) -> None:
    """All findings, worst first, each as one sentence."""
    if not seen.errors and not seen.warnings:
        st.success("Nothing stands in the way.", icon=":material/check_circle:")
    for finding in (*seen.errors, *seen.warnings):
        words, icon = _WORDS[finding.severity]
        box = st.error if finding.severity is Severity.ERROR else st.warning
        box(f"**{words}.** {plain(finding.message)}", icon=icon)
    known = [finding for finding in seen.findings if finding.severity is Severity.INFORMATION]
    st.markdown("\n".join(f"- {plain(finding.message)}" for finding in known))


def texts(pairs: Sequence[Rendered]) -> None:
    """Each pair as the trainer sees it, both sides; what the loss covers is marked."""
    st.caption(
        "This is the whole input of the model, template included. Marked tokens are the ones the loss "
        "covers; hover over a token for its number."
    )
    for pair in pairs:
        st.markdown(f"**Pair {pair.pair_id[:8]}**")
        for column, (name, tokens) in zip(
            st.columns(2),
            (("Chosen", pair.chosen_tokens), ("Rejected", pair.rejected_tokens)),
            strict=True,
        ):
            covered = sum(token.in_loss for token in tokens)
            column.caption(f"{name}: {len(tokens)} tokens, {covered} in the loss")
            with column.container(border=True, height=320):
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
