"""All runs in one table, sorted by a click on a column; a chosen row opens its run."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from pages.parts import run_words
from training.runs import RunView

KEY = "runs-table"


def show(known: Sequence[RunView], release: str) -> str | None:
    """Draw the table.

    Args:
        release: only runs on this release; "" for all.

    Returns:
        The id of the chosen run; None where no row is chosen.
    """
    wanted = [run for run in known if not release or run.request.release_name == release]
    st.caption("Choose a row to open the run. A click on a column's name sorts.")
    table = st.dataframe(
        pd.DataFrame([_row(run) for run in wanted]),
        hide_index=True,
        key=f"{KEY}-{release}",
        on_select="rerun",
        selection_mode="single-row",
        height=min(640, 38 + 35 * max(1, len(wanted))),
        column_config={
            "Progress": st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0),
            "Held-out accuracy": st.column_config.NumberColumn(format="percent"),
            "Best": st.column_config.NumberColumn(
                format="percent", help="Highest at any evaluation of the run"
            ),
            "Minutes": st.column_config.NumberColumn(format="%.1f"),
            "Started": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
        },
    )
    chosen = table.selection.rows  # type: ignore[union-attr]
    return wanted[chosen[0]].id if chosen else None


def _row(run: RunView) -> dict[str, object]:
    state = run.state
    result = run_words.result(run)
    return {
        "Run": run_words.name(run),
        "State": run_words.STATE_WORDS[state.state][0],
        "Release": run.request.release_name,
        "Model": run.request.model.name,
        "Progress": min(1.0, state.step / state.max_steps) if state.max_steps else 0.0,
        "Held-out accuracy": result.accuracy,
        "Best": result.best,
        "Minutes": run_words.minutes(run),
        "Started": run.request.created_at,
        "By": run.request.by,
    }
