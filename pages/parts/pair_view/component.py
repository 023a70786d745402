"""The pair screen as a Streamlit component: plain JavaScript and CSS, read from the files beside this one."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import streamlit as st

# A press within this time after a pair appeared was meant for the pair before it.
SETTLE_SECONDS = 0.2

_FOLDER = Path(__file__).parent
TEXT_STYLE = (_FOLDER / "text.css").read_text(encoding="utf-8")
_SCRIPTS = (
    *("keys", "outbox", "clock", "server", "connection", "preferences", "pairs"),
    *("word_difference", "marks", "beginnings", "code_copy", "wide", "long_text", "deck", "reading"),
    *("guidelines", "breaks", "spoken", "screen", "counts", "no_pair", "help"),
    *("past", "side", "recent", "details", "going_back", "fixed_texts", "labelling"),
)
_STYLES = ("text", "pair_view", "reading", "guidelines", "help", "details")
_PIECES = ("pair_view", "help", "details")


def _joined(names: Sequence[str], ending: str) -> str:
    return "\n".join((_FOLDER / f"{name}.{ending}").read_text(encoding="utf-8") for name in names)


_mount = st.components.v2.component(
    "pair_view",
    html=_joined(_PIECES, "html"),
    css=_joined(_STYLES, "css"),
    js=_joined(_SCRIPTS, "js"),
)


def show(*, annotator_id: str, workspace_id: str, token: str, preferences: Mapping[str, object]) -> None:
    """Put the pair screen on the page.

    Args:
        workspace_id: keeps apart what the browser stores for different workspaces at one address.
        token: from routes_label.issue_token.
        preferences: how the person likes the screen, as the screen itself saved it.
    """
    _mount(
        key="pair-view",
        data={
            "annotator": annotator_id,
            "workspace": workspace_id,
            "token": token,
            "api": "/api/label",
            "preferences": dict(preferences),
            "settle_seconds": SETTLE_SECONDS,
        },
    )
