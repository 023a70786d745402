"""The rounds of a project as one picture: release → run → what people preferred → new pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd
import streamlit as st

from curation.comparison import comparisons, results
from curation.comparison.comparisons import Comparison
from curation.comparison.results import Duel
from curation.database import Database
from training.evaluating import asked
from training.evaluating.asked import BASE
from training.runs import RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One comparison with what led to it and what came of it.

    Attributes:
        release, run: where the tuned model comes from.
        duel: tuned against base.
        new_pairs: compared pairs that people have judged; a later release may hold them.
    """

    release: str
    run: str
    duel: Duel
    new_pairs: int


def of(database: Database, evaluations: Sequence[RunView]) -> list[Round]:
    """Every comparison of the project, oldest first."""
    known = {view.id: view for view in evaluations}
    made = [one for one in reversed(comparisons.everything(database)) if one.origin.evaluation in known]
    return [_round(database, one, known) for one in made]


def show(rounds: Sequence[Round]) -> None:
    """The picture, and its table behind it; nothing before the first comparison."""
    if not rounds:
        return
    st.subheader("Rounds", anchor=False)
    table = pd.DataFrame([_row(number, one) for number, one in enumerate(rounds, 1)])
    judged = table.dropna(subset=["win rate"])
    if len(judged):
        st.altair_chart(_picture(judged))
    with st.expander("As a table", expanded=not len(judged)):
        st.dataframe(
            table.drop(columns=["low", "high"]),
            hide_index=True,
            column_config={"win rate": st.column_config.NumberColumn(format="percent")},
        )
    st.caption(
        "Each round: a release is trained on, the tuned model meets its base blind, judged answers are "
        "new pairs for the next release. Above the dashed line people preferred the tuned model."
    )


def _round(database: Database, one: Comparison, known: Mapping[str, RunView]) -> Round:
    request = known[one.origin.evaluation].request
    assert request.evaluation is not None
    names = asked.model_names(request.evaluation, request.model.label)
    tuned = names[request.evaluation.contestants[1].name]
    said = results.judgements(database, [one.id])
    duel = results.duel(said, tuned, names[BASE], asked=one.pairs)
    judged = {each.pair_id for each in said if each.annotator is not None}
    return Round(release=request.release_name, run=one.origin.run, duel=duel, new_pairs=len(judged))


def _row(number: int, one: Round) -> dict[str, object]:
    rate = one.duel.rate if one.duel.votes else None
    return {
        "round": f"{number} · {one.release}",
        "run": one.run,
        "win rate": rate.rate if rate else None,
        "low": rate.low if rate else None,
        "high": rate.high if rate else None,
        "judgements": one.duel.votes,
        "new pairs": one.new_pairs,
    }


def _picture(judged: pd.DataFrame) -> alt.LayerChart:
    place = alt.X("round:N", sort=None, title=None, axis=alt.Axis(labelAngle=0))
    share = alt.Axis(format="%")
    base = alt.Chart(judged)
    spread = base.mark_rule(strokeWidth=2, color="gray").encode(
        x=place, y=alt.Y("low:Q", title="win rate", scale=alt.Scale(domain=[0, 1]), axis=share), y2="high:Q"
    )
    dot = base.mark_point(filled=True, size=90).encode(
        x=place,
        y="win rate:Q",
        tooltip=["round", "run", alt.Tooltip("win rate:Q", format=".0%"), "judgements", "new pairs"],
    )
    even = alt.Chart(pd.DataFrame({"win rate": [0.5]})).mark_rule(strokeDash=[4, 4], color="gray")
    return alt.LayerChart(layer=[spread, dot, even.encode(y="win rate:Q")], height=220)
