"""Pictures that several pages draw. Plain values in, one Altair chart out; colours come from the theme."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import altair as alt
import pandas as pd

from curation.model import Tier

_MOST_POINTS = 1000
TIER_WORDS: Mapping[Tier, str] = {
    Tier.GOLD: "settled by a reviewer",
    Tier.AGREE2: "two or more votes, all equal",
    Tier.MAJORITY: "majority of three or more",
    Tier.SINGLE: "one vote",
    Tier.CONFLICT: "votes without a majority",
    Tier.PRIOR: "imported, unseen by people",
    Tier.NONE: "neither vote nor import",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a curve.

    Attributes:
        label: what the legend says.
        points: (step, value); values are finite.
    """

    label: str
    points: Sequence[tuple[int, float]]


def curve(lines: Sequence[Line], *, last_step: int, reference: float | None = None) -> alt.LayerChart:
    """Values over steps, at most 1,000 drawn points a line, with a dashed reference line.

    Args:
        last_step: right end of the axis, so that the curve grows into its frame; 0 leaves it open.
        reference: a value to hold the curve against, such as ln 2 for the loss.
    """
    rows = [
        {"step": step, "value": value, "line": line.label}
        for line in lines
        for step, value in thinned(line.points)
    ]
    frame = pd.DataFrame(rows, columns=["step", "value", "line"])
    domain = alt.Scale(domain=[0, last_step]) if last_step else alt.Scale()
    drawn = (
        alt.Chart(frame)
        .mark_line(strokeWidth=1.75, point=alt.OverlayMarkDef(size=14) if len(rows) < 60 else False)
        .encode(
            x=alt.X("step:Q", title="step", scale=domain, axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            color=alt.Color(
                "line:N",
                sort=[line.label for line in lines],
                legend=alt.Legend(orient="top", title=None, columns=2, labelLimit=200)
                if len(lines) > 1
                else None,
            ),
            tooltip=["line:N", "step:Q", alt.Tooltip("value:Q", format=".4g")],
        )
    )
    layers: list[alt.Chart] = [drawn]
    if reference is not None:
        rule = alt.Chart(pd.DataFrame({"value": [reference]}))
        layers.append(rule.mark_rule(strokeDash=[4, 4], opacity=0.55, color="gray").encode(y="value:Q"))
    return alt.LayerChart(layer=layers, height=230)


def tiers(counts: Mapping[Tier, int]) -> alt.Chart:
    """How many pairs stand on which support, best first; tiers without pairs are left out."""
    rows = [{"support": TIER_WORDS[tier], "pairs": number} for tier, number in counts.items() if number]
    frame = pd.DataFrame(rows, columns=["support", "pairs"])
    order = [TIER_WORDS[tier] for tier in TIER_WORDS]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(size=18, cornerRadius=3)
        .encode(
            y=alt.Y("support:N", sort=order, title=None, axis=alt.Axis(labelLimit=220)),
            x=alt.X("pairs:Q", title="pairs", axis=alt.Axis(tickMinStep=1, format="d")),
            tooltip=["support:N", "pairs:Q"],
        )
        .properties(height=alt.Step(30))
    )
    return chart


def thinned(points: Sequence[tuple[int, float]]) -> Sequence[tuple[int, float]]:
    """At most 1,000 points: of each stretch its lowest and highest, so that no spike is lost."""
    if len(points) <= _MOST_POINTS:
        return points
    stretch = -(-2 * len(points) // _MOST_POINTS)
    kept: list[tuple[int, float]] = []
    for start in range(0, len(points), stretch):
        part = points[start : start + stretch]
        kept += sorted({min(part, key=_value), max(part, key=_value)})
    return kept


def _value(point: tuple[int, float]) -> float:
    return point[1]
