"""Which run, and which of its evaluations, the page is about."""

import streamlit as st

from pages.parts import evaluate_results
from training.runs import RunView


def run(known: list[RunView]) -> RunView:
    """The completed run in question: the one in the address, else the newest."""
    by_id = {run.id: run for run in known}
    wanted = st.query_params.get("run", "")
    chosen = st.selectbox(
        "Run",
        list(by_id),
        index=list(by_id).index(wanted) if wanted in by_id else 0,
        format_func=lambda run: (
            f"{run} · {by_id[run].request.model.name} on {by_id[run].request.release_name}"
        ),
        key=f"evaluate-run-{wanted}-{len(by_id)}",
        filter_mode=None,
    )
    return by_id[chosen]


def evaluation(known: list[RunView]) -> RunView:
    """One evaluation of the run, the newest first."""
    by_id = {one.id: one for one in known}
    chosen = st.selectbox(
        "Evaluation",
        list(by_id),
        format_func=lambda one: f"{one} · {evaluate_results.in_words(by_id[one])}",
        key=f"evaluation-{len(by_id)}-{known[0].request.evaluation and known[0].request.evaluation.run}",
        filter_mode=None,
    )
    return by_id[chosen]
