"""Pictures of a person over time: shares week by week, and the evidence vote by vote."""

from collections.abc import Sequence
from datetime import date, datetime

import altair as alt
import pandas as pd

from pages.parts import charts
from pages.parts.quality_people_charts import CHANCE, Span

_ALARM = "#c2571a"


def course(
    weeks: Sequence[tuple[date, Span]], behind: Sequence[str], alarm: datetime | None, title: str
) -> alt.LayerChart:
    """Shares week by week with their intervals, and where the alarm went off.

    Args:
        behind: the address that each week's mark opens, in the order of `weeks`.
    """
    frame = pd.DataFrame(
        [
            {"week": monday.isoformat(), "value": value, "low": low, "high": high, "behind": opened}
            for (monday, (value, low, high)), opened in zip(weeks, behind, strict=True)
        ]
    )
    x = alt.X(
        "week:T", title="week", axis=alt.Axis(format="%d %b", values=list(frame["week"]), labelOverlap=True)
    )
    y = alt.Y("value:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%", tickCount=5), title=title)
    tips = [
        alt.Tooltip("week:T", format="%Y-%m-%d"),
        *(alt.Tooltip(f"{each}:Q", format=".1%") for each in ("value", "low", "high")),
    ]
    # Weeks are measured one by one: a line between them would show shares that nobody measured.
    layers = [
        alt.Chart(frame)
        .mark_bar(width=7, cornerRadius=4, opacity=0.35)
        .encode(x=x, y=alt.Y("low:Q", title=title), y2="high:Q", tooltip=tips, href=charts.HREF),
        alt.Chart(frame)
        .mark_point(filled=True, size=80, opacity=1)
        .encode(x=x, y=y, tooltip=tips, href=charts.HREF),
    ]
    if alarm is not None:
        rule = alt.Chart(pd.DataFrame({"week": [alarm.isoformat()]}))
        layers.append(rule.mark_rule(color=_ALARM, strokeDash=[4, 4], strokeWidth=2).encode(x="week:T"))
    return alt.LayerChart(layer=layers, height=240)


def evidence(points: Sequence[tuple[int, float, str]], limit: float) -> alt.LayerChart:
    """The cumulative sum after each vote against its limit.

    Args:
        points: (number of the vote, sum after it, the address of its pair).
    """
    frame = pd.DataFrame(points, columns=["vote", "sum", "behind"])
    axis = alt.Axis(tickMinStep=1, format="d")
    place = {
        "x": alt.X("vote:Q", title="votes that can be compared", axis=axis),
        "y": alt.Y("sum:Q", title="evidence"),
    }
    line = alt.Chart(frame).mark_line(strokeWidth=1.5, interpolate="step-after", opacity=0.6).encode(**place)
    dots = alt.Chart(frame).mark_point(filled=True, size=22, opacity=1).encode(
        **place, tooltip=["vote:Q", alt.Tooltip("sum:Q", format=".2f")], href=charts.HREF
    )  # fmt: skip
    rule = alt.Chart(pd.DataFrame({"sum": [limit]})).mark_rule(strokeDash=[4, 4], color=CHANCE)
    return alt.LayerChart(layer=[rule.encode(y="sum:Q"), line, dots], height=180)
