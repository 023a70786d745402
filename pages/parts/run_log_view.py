"""The log of a run: its last lines, or the lines that hold some words."""

import streamlit as st

from training import run_log, runs
from training.run_views import RunView
from training.runs import RunState

_LINES = 200


def show(view: RunView) -> None:
    """The last lines the worker has printed, and a search through all of them."""
    with st.expander("Log", icon=":material/terminal:", expanded=view.state.state is RunState.FAILED):
        words = st.text_input(
            "Search the whole log", key="run-log-search", placeholder="words, in any case",
            icon=":material/search:",
        ).strip()  # fmt: skip
        if words:
            _found(view, words)
        else:
            lines = runs.log_tail(view.path, _LINES)
            st.code("\n".join(lines) or "Nothing printed yet.", language=None, height=280)


def _found(view: RunView, words: str) -> None:
    found = run_log.search(view.path, words, limit=_LINES)
    shown = len(found.lines)
    last = f"; the last {shown} are shown" if found.total > shown else ""
    st.caption(f"{found.total:,} {'line' if found.total == 1 else 'lines'}{last}.")
    if found.lines:
        st.code("\n".join(f"{number:>7}  {line}" for number, line in found.lines), language=None, height=280)
