"""Would more labels help: the run's recipe on a quarter and on half of its release, drawn with intervals."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from curation.labelling import events
from pages.parts import guard, run_words, session
from pages.parts.plain import plain
from training import budget
from training.budget import Point
from training.run_views import RunView


def show(known: Sequence[RunView], run: RunView, *, by: str) -> None:
    """The picture as far as it goes; the button that starts what is missing."""
    with st.expander("Would more labels help?", icon=":material/stacked_line_chart:"):
        found = budget.points(known, run)
        st.markdown(plain(budget.words(found)))
        drawn = [point for point in found if point.interval is not None]
        if len(drawn) > 1:
            st.altair_chart(_picture(drawn))
        waiting = [point for point in found if point.accuracy is None]
        for point in waiting:
            words, _ = run_words.STATE_WORDS[point.state]
            st.page_link(
                "runs.py", label=f"{point.pairs} pairs: {words.lower()}", icon=":material/monitoring:",
                query_params={"run": point.run},
            )  # fmt: skip
        if len(found) <= len(budget.SHARES):
            _offer(run, by)


def _offer(run: RunView, by: str) -> None:
    st.caption(
        "Starts two runs with the recipe of this one, one after the other on one device. Their pairs are "
        "nested parts of its release; the held-out pairs are the same."
    )
    if not st.button("Train on a quarter and on half", key="budget-start", icon=":material/play_arrow:"):
        return
    with guard.on_action():  # here, so that what is wrong is said below the button
        with st.spinner("Checking, then starting"):
            started = budget.start(run.path, by=by)
        events.add(
            session.database(), actor=by, action="start label budget", subject=run.id,
            detail={"runs": list(started)}, now=session.now(),
        )  # fmt: skip
        st.rerun()


def _picture(drawn: Sequence[Point]) -> alt.LayerChart:
    frame = pd.DataFrame(
        [
            {
                "pairs": point.pairs,
                "accuracy": point.accuracy,
                "low": low,
                "high": high,
                "run": run_words.name(point.run),
            }
            for point in drawn
            for low, high in [point.interval or (0.0, 1.0)]
        ]
    )
    pairs = alt.X(
        "pairs:Q", title="training pairs", scale=alt.Scale(type="log", nice=False, padding=20),
        axis=alt.Axis(values=[point.pairs for point in drawn], format="d"),
    )  # fmt: skip
    scale, share = alt.Scale(domain=[0, 1]), alt.Axis(format="%")
    base = alt.Chart(frame)
    spread = base.mark_rule(color="gray", strokeWidth=2).encode(
        x=pairs, y=alt.Y("low:Q", title="held-out accuracy", scale=scale, axis=share), y2="high:Q"
    )
    line = base.mark_line(point=alt.OverlayMarkDef(size=70)).encode(
        x=pairs, y="accuracy:Q", tooltip=["pairs", alt.Tooltip("accuracy:Q", format=".0%"), "run"]
    )
    return alt.LayerChart(layer=[spread, line], height=220)
