"""The rounds of a project as one picture: release → run → what people preferred → new pairs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import altair as alt
import pandas as pd
import streamlit as st

from curation.comparison import comparisons, released, results
from curation.comparison.comparisons import Comparison
from curation.comparison.results import Duel
from curation.database import Database
from pages.parts import run_words, session
from training.evaluating import asked
from training.evaluating.asked import BASE
from training.run_views import RunView


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """One comparison with what led to it and what came of it.

    Attributes:
        release, run: where the tuned model comes from.
        duel: tuned against base.
        new_pairs: compared pairs that people have judged; a later release may hold them.
        released: release → how many of them it holds as preferences, oldest release first.
    """

    release: str
    run: str
    duel: Duel
    new_pairs: int
    released: Mapping[str, int]


def of(database: Database, evaluations: Sequence[RunView], releases: Sequence[Path]) -> list[Round]:
    """Every comparison of the project, oldest first.

    Args:
        releases: their folders.
    """
    known = {view.id: view for view in evaluations}
    made = [one for one in reversed(comparisons.everything(database)) if one.origin.evaluation in known]
    return [_round(database, one, known, releases) for one in made]


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
            table.drop(columns=["low", "high", "told"]).assign(**{"win rate": 100 * table["win rate"]}),
            hide_index=True,
            column_config={"win rate": st.column_config.NumberColumn(format="%.0f %%")},
        )
    st.caption(
        "Each round: a release is trained on, the tuned model meets its base blind, judged answers are "
        "new pairs for the next release. Above the dashed line people preferred the tuned model."
    )


def _released(release: Path, evaluation: str) -> int:
    """Judged pairs of an evaluation in a release: counted once a session, as releases never change."""
    key = f"released-{release.name}-{evaluation}"
    known = session.kept(key)
    if not isinstance(known, int):
        known = released.preferences(release, evaluation)
        session.keep(key, known)
    return known


def _round(
    database: Database, one: Comparison, known: Mapping[str, RunView], releases: Sequence[Path]
) -> Round:
    request = known[one.origin.evaluation].request
    assert request.evaluation is not None
    names = asked.model_names(request.evaluation, request.model.label)
    tuned = names[request.evaluation.contestants[1].name]
    said = results.judgements(database, [one.id])
    duel = results.duel(said, tuned, names[BASE], asked=one.pairs)
    judged = {each.pair_id for each in said if each.annotator is not None}
    held = {folder.name: _released(folder, one.origin.evaluation) for folder in releases}
    return Round(
        release=request.release_name,
        run=one.origin.run,
        duel=duel,
        new_pairs=len(judged),
        released={name: count for name, count in held.items() if count},
    )


def _row(number: int, one: Round) -> dict[str, object]:
    rate = one.duel.rate if one.duel.votes else None
    return {
        "round": f"{number} · {one.release}",
        "run": run_words.name(one.run),
        "win rate": rate.rate if rate else None,
        "low": rate.low if rate else None,
        "high": rate.high if rate else None,
        "judgements": one.duel.votes,
        "new pairs": one.new_pairs,
        "released in": ", ".join(f"{name} ({count})" for name, count in one.released.items()),
        "told": f"{one.new_pairs} new pairs → {next(iter(one.released), 'no release yet')}",
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
    told = base.mark_text(align="left", dx=12, color="gray").encode(x=place, y="win rate:Q", text="told:N")
    even = alt.Chart(pd.DataFrame({"win rate": [0.5]})).mark_rule(strokeDash=[4, 4], color="gray")
    return alt.LayerChart(layer=[spread, dot, told, even.encode(y="win rate:Q")], height=220)
