"""The pair screen as a Streamlit component: plain JavaScript and CSS, read from the files beside this one."""

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

# By event.code: the place of the key, whatever is printed on it. The forefingers rest on F and J.
KEYS: Mapping[str, str] = {
    "left": "KeyF",
    "right": "KeyJ",
    "tie": "KeyT",
    "both_bad": "KeyB",
    "skip": "KeyS",
    "undo": "KeyU",
    "edges": "KeyW",
}
# A press within this time after a pair appeared was meant for the pair before it.
SETTLE_SECONDS = 0.2

_FOLDER = Path(__file__).parent
TEXT_STYLE = (_FOLDER / "text.css").read_text(encoding="utf-8")
_SCRIPTS = ("outbox", "clock", "server", "pairs", "screen", "labelling")
_mount = st.components.v2.component(
    "pair_view",
    html=(_FOLDER / "pair_view.html").read_text(encoding="utf-8"),
    css=TEXT_STYLE + (_FOLDER / "pair_view.css").read_text(encoding="utf-8"),
    js="\n".join((_FOLDER / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS),
)


def show(*, annotator_id: str, workspace_id: str, token: str) -> None:
    """Put the pair screen on the page.

    Args:
        workspace_id: keeps apart what the browser stores for different workspaces at one address.
        token: from routes_label.issue_token.
    """
    _mount(
        key="pair-view",
        data={
            "annotator": annotator_id,
            "workspace": workspace_id,
            "token": token,
            "api": "/api/label",
            "keys": dict(KEYS),
            "settle_seconds": SETTLE_SECONDS,
        },
    )
