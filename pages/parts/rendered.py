"""A prompt or an answer outside of the label screen: the same look, no script of its own, nothing loaded."""

from html import escape
from pathlib import Path

import streamlit as st

from pages.parts.pair_view import component, markup

_FOLDER = Path(__file__).parent
# In a shadow root: the style of the texts stays inside, and the page's own style does not break them.
_mount = st.components.v2.component(
    "rendered",
    html='<div class="rendered"></div>',
    css=component.TEXT_STYLE + (_FOLDER / "rendered.css").read_text(encoding="utf-8"),
    js=(_FOLDER / "rendered.js").read_text(encoding="utf-8"),
)


def show(text: str, *, key: str | None = None) -> None:
    """Draw one untrusted text as the label screen would, with the blanks at its edges made visible.

    Args:
        key: where one page may show the same text twice.
    """
    start, end = markup.edges(text)
    body = markup.render(text) or '<span class="nothing">empty</span>'
    show_html(_edge("Begins with", start) + body + _edge("Ends with", end), key=key)


def show_html(safe: str, *, key: str | None = None) -> None:
    """Draw HTML that markup has sanitised, or that is made of nothing but escaped text."""
    _mount(data={"html": safe}, key=key)


def _edge(words: str, signs: str) -> str:
    return f'<div class="edge">{words} {escape(signs)}</div>' if signs else ""
