"""What blind judgements say: win rate, evidence, groups of prompts, examples of wins and losses."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from curation.comparison import evidence, length_control, results, topics, winning
from curation.comparison.results import Duel, Judgement
from curation.comparison.topics import Topic
from curation.database import Database
from curation.labelling import pairs
from pages.parts import evaluate_words, quality_once, rendered

_EXAMPLES = 3
_MARKS = [0.01, 0.1, 1, 20, 1000, 1e6, 1e9]


def show(database: Database, comparison_id: str, duel: Duel, said: Sequence[Judgement]) -> None:
    """Everything about one model against another."""
    _figures(duel)
    evaluate_words.why("judgements")
    _path(duel)
    groups = quality_once.measured(
        f"topics-{comparison_id}", database, lambda db: topics.grouped(results.prompts(db, comparison_id))
    )
    _topics(topics.rates(said, duel.model, duel.against, groups))
    for won, title in ((True, "Wins"), (False, "Losses")):
        _examples(database, duel, said, title, won=won)


def _figures(duel: Duel) -> None:
    columns = st.columns(4)
    rate = duel.rate if duel.votes else None
    columns[0].metric("Win rate", "no votes" if rate is None else f"{rate.rate:.0%}")
    columns[0].caption("" if rate is None else f"95 % interval {rate.low:.0%} to {rate.high:.0%}")
    at_length = duel.controlled
    columns[1].metric("At equal length", "unknown" if at_length is None else f"{at_length.rate:.0%}")
    columns[1].caption(
        f"needs {length_control.FROM} votes on answers of different length"
        if at_length is None
        else f"95 % interval {at_length.low:.0%} to {at_length.high:.0%}"
    )
    columns[2].metric("Judged", f"{duel.judged} of {duel.asked}")
    columns[2].caption(f"votes: {duel.votes}, both bad: {duel.both_bad}; equal answers: {duel.equal}")
    columns[3].metric(
        "Judges agree", "undefined" if duel.raw_agreement is None else f"{duel.raw_agreement:.0%}"
    )
    columns[3].caption(
        "needs pairs with two votes" if duel.raw_agreement is None else "on pairs with two votes"
    )


def _path(duel: Duel) -> None:
    if not duel.evidence.path:
        st.caption("The evidence begins with the first judgement that prefers an answer.")
        return
    frame = pd.DataFrame({"n": range(1, len(duel.evidence.path) + 1), "evidence": duel.evidence.path})
    line = alt.Chart(frame).mark_line(point=len(frame) < 60).encode(
        x=alt.X("n:Q", title="decisive judgements", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y(
            "evidence:Q", title="evidence", scale=alt.Scale(type="log"),
            axis=alt.Axis(values=_MARKS, format="~g"),
        ),
        tooltip=["n:Q", alt.Tooltip("evidence:Q", format=".3g")],
    )  # fmt: skip
    stop = alt.Chart(pd.DataFrame({"evidence": [evidence.LINE]}))
    stop_line = stop.mark_rule(strokeDash=[4, 4], color="gray").encode(y="evidence:Q")
    st.altair_chart(alt.LayerChart(layer=[line, stop_line], height=220))
    st.caption(
        f"Above the dashed line ({evidence.LINE:.0f}) the models differ. Equal models ever reach it in "
        "at most 5 of 100 comparisons, however often you look: look when you like, stop when it is crossed. "
        f"A true win rate of 60 % needs about {winning.decisive_needed(0.6)} decisive judgements, "
        f"55 % about {winning.decisive_needed(0.55)}."
    )


def _topics(found: Sequence[Topic]) -> None:
    if len(found) < 2:
        return
    st.markdown("**By kind of prompt**")
    st.dataframe(
        pd.DataFrame(
            [
                {
                    "prompts like": topic.like[:120],
                    "prompts": topic.prompts,
                    "win rate": f"{topic.rate.rate:.0%}",
                    "95 % interval": f"{topic.rate.low:.0%} to {topic.rate.high:.0%}",
                }
                for topic in found
            ]
        ),
        hide_index=True,
    )
    st.caption(
        "Two kinds differ by more than chance explains: read their examples before the next release."
        if topics.differ(found)
        else "No two kinds differ by more than chance explains. Prompts with equal answers are left out."
    )


def _examples(database: Database, duel: Duel, said: Sequence[Judgement], title: str, *, won: bool) -> None:
    wanted = 1.0 if won else 0.0
    own = [one for one in said if one.pair_id and set(one.models) == {duel.model, duel.against}]
    chosen = dict.fromkeys(one.pair_id for one in own if one.score_of(duel.model) == wanted)
    if not chosen:
        return
    with st.expander(f"{title}: {len(chosen)} pairs"):
        for pair_id in list(chosen)[:_EXAMPLES]:
            pair = pairs.get(database, str(pair_id))
            tuned_first = pair.origin_1 == duel.model
            answers = (pair.answer_1, pair.answer_2) if tuned_first else (pair.answer_2, pair.answer_1)
            with st.container(border=True):
                rendered.show(pair.prompt, key=f"{title}-{pair_id}-prompt")
                for column, name, answer in zip(st.columns(2), ("tuned", "base"), answers, strict=True):
                    with column:
                        st.caption(name)
                        rendered.show(answer, key=f"{title}-{pair_id}-{name}")
