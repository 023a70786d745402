"""Labels that the tuned model itself disbelieves: read them, or let people judge them again."""

import pandas as pd
import streamlit as st

from curation.database import Database
from curation.labelling import batches
from curation.model import Role
from curation.suspicion import rewards
from curation.suspicion.rewards import Doubt
from pages.parts import guard, run_words, session
from training.evaluating import doubts
from training.run_views import RunView

_SHOWN = 20


def show(database: Database, one: RunView, *, by: str) -> None:
    """The most doubted training labels with every detector's rank."""
    wanted = one.request.evaluation
    if wanted is None or "train" not in wanted.scored:
        st.caption("The training pairs were not read here. Tick it where the models are asked to answer.")
        return
    if st.button("Rank the labels", key=f"doubts-{one.id}", icon=":material/troubleshoot:"):
        scored = rewards.keep(database, doubts.margins(one.path), run=wanted.run, by=by, now=session.now())
        st.toast(f"Ranked {scored:,} training labels.")
    found = rewards.doubts(database, _SHOWN)
    if not found:
        st.caption("Not ranked yet.")
        return
    st.dataframe(
        pd.DataFrame([_row(doubt) for doubt in found]).dropna(axis="columns", how="all"),
        hide_index=True,
        column_config={
            "prompt": st.column_config.TextColumn(width="large"),
            "model's doubt": st.column_config.NumberColumn(format="%.2f"),
        },
    )
    st.caption(
        "Doubt is the chance the tuned model gives to the other answer; the rank by base is by how much "
        "likelier the untuned model finds the other one. Their ranks together make this order. It proves "
        "nothing: no label is changed by it. Ranks by text and length appear once labels were looked at on "
        "the Quality page."
    )
    st.button("Ask people again", key=f"doubts-ask-{one.id}", icon=":material/compare:", on_click=_ask,
              args=(database, [doubt.pair_id for doubt in found], wanted.run))  # fmt: skip


def _row(doubt: Doubt) -> dict[str, object]:
    return {
        "prompt": doubt.prompt[:200],
        "model's doubt": doubt.score,
        "rank by tuned": doubt.by_reward,
        "by base": doubt.by_reference,
        "by text": doubt.by_text,
        "by length": doubt.by_length,
    }


def _ask(database: Database, pair_ids: list[str], run: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        batches.make(
            database, pair_ids, name=f"Doubted by {run_words.name(run)}", by=someone.id, now=session.now(),
            more=1, detail={"run": run},
        )  # fmt: skip
        st.toast(f"{len(pair_ids)} pairs get one more vote, before everything else.")
