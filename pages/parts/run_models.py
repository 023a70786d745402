"""Every merged model, also of runs that are gone: what it was made from, its size, and what becomes of it."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from pages.parts import run_control, run_push, run_result, run_words
from training import deletion
from training.run_views import RunView
from training.runs import RunState


def show(merges: Sequence[RunView], known: Sequence[RunView]) -> None:
    """The table of all, then one of them with its buttons.

    Args:
        merges: newest first.
        known: the training runs that there still are.
    """
    st.caption(
        "Merged models. The adapter of a run, or its model where every weight was trained, is on the run."
    )
    if not merges:
        st.info("None yet: open a completed run and choose Merge into one model.", icon=":material/inbox:")
        return
    by_id = {run.id: run for run in known}
    st.dataframe(
        pd.DataFrame([_row(one, by_id) for one in merges]),
        hide_index=True,
        height=min(420, 38 + 35 * len(merges)),
        placeholder="–",
        column_config={
            "Made": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Size": st.column_config.NumberColumn(format="%.1f MB"),
        },
    )
    shown = run_control.pick(
        merges,
        label="Model",
        key="model",
        words=run_words.title,
    )
    run_result.merged(shown)
    if shown.state.state is RunState.COMPLETED:
        run_push.show([shown])


def _row(one: RunView, known: Mapping[str, RunView]) -> dict[str, object]:
    asked = one.request.merge
    run = known.get(asked.run) if asked else None
    whole = one.state.state is RunState.COMPLETED
    return {
        "Model": run_words.name(one.id),
        "Made": one.request.created_at,
        "State": run_words.merge_state(one),
        "Base": one.request.model.name,
        "Release": one.request.release_name,
        "Run": run_words.name(run.id) if run else "deleted",
        "Numbers": asked.kind.value if asked else None,
        "Size": deletion.size(one.path) / 1e6 if whole else None,
    }
