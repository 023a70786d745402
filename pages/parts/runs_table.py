"""All runs in one table, sorted by a click on a column; a chosen row opens its run."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from pages.parts import run_words
from training.run_views import RunView

_WHOLE_PERCENT = "%.0f %%"  # Streamlit's own "percent" has two decimals, which so few pairs cannot carry


def show(known: Sequence[RunView], *, key: str, opened: Callable[[list[str]], None]) -> None:
    """Draw the table.

    Args:
        key: of the table; a new one forgets the chosen row.
        opened: called with the ids of all runs in the order of the rows when a row is chosen.
    """
    releases = list(dict.fromkeys(run.request.release_name for run in known))
    release = st.columns([1, 2])[0].selectbox(
        "Release", ["", *releases], key="runs-release", format_func=lambda name: name or "All releases"
    )
    wanted = [run for run in known if not release or run.request.release_name == release]
    st.caption("Choose a row to open its run. A click on a column's name sorts.")
    ids = [run.id for run in wanted]
    st.dataframe(
        pd.DataFrame([_row(run) for run in wanted]),
        hide_index=True,
        key=key,
        on_select=lambda: opened(ids),
        selection_mode="single-row",
        height=min(640, 38 + 35 * max(1, len(wanted))),
        placeholder="–",
        column_config={
            "Progress": st.column_config.ProgressColumn(
                format="%.0f %%", min_value=0, max_value=100, width=90
            ),
            "Held-out": st.column_config.NumberColumn(format=_WHOLE_PERCENT, help="Held-out reward accuracy"),
            "Best": st.column_config.NumberColumn(
                format=_WHOLE_PERCENT, help="Highest at any evaluation of the run"
            ),
            "Minutes": st.column_config.NumberColumn(format="%.1f"),
            "Started": st.column_config.DatetimeColumn(format="D MMM YY, HH:mm"),
            "Run": st.column_config.TextColumn(help="The end of its id"),
        },
    )


def _row(run: RunView) -> dict[str, object]:
    state = run.state
    result = run_words.result(run)
    return {
        "Started": run.request.created_at,
        "Run": run.id[-4:],
        "State": run_words.STATE_WORDS[state.state][0],
        "Release": run.request.release_name,
        "Model": run.request.model.name,
        "Progress": min(100.0, 100 * state.step / state.max_steps) if state.max_steps else 0.0,
        "Held-out": _in_percent(result.accuracy),
        "Best": _in_percent(result.best),
        "Minutes": run_words.minutes(run),
        "By": run.request.by,
    }


def _in_percent(share: float | None) -> float | None:
    return None if share is None else 100 * share
