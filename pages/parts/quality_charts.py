"""Pictures of agreement and bias. Plain values in, one Altair chart out; colours come from the theme."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from curation.quality.bias import Band
from pages.parts import charts

_CHANCE = "gray"


def interval(value: float, between: tuple[float, float] | None, behind: str) -> alt.LayerChart:
    """Alpha on its scale, with its interval and the two limits that people read it by.

    Args:
        behind: the address that a click opens.
    """
    low, high = between or (value, value)
    frame = pd.DataFrame([{"alpha": value, "low": low, "high": high, "behind": behind}])
    scale = alt.Scale(domain=[min(0.0, low), 1])
    axis = alt.Axis(values=[0, 0.2, 0.4, 0.667, 0.8, 1], format=".3~f")
    tips = [alt.Tooltip(f"{name}:Q", format=".3f") for name in ("alpha", "low", "high")]
    x = alt.X("alpha:Q", scale=scale, axis=axis, title="Krippendorff's alpha")
    limits = pd.DataFrame({"limit": [0.667, 0.8]})
    return alt.LayerChart(
        layer=[
            alt.Chart(limits).mark_rule(strokeDash=[4, 4], color=_CHANCE, opacity=0.7).encode(x="limit:Q"),
            alt.Chart(frame)
            .mark_bar(height=10, cornerRadius=5, opacity=0.4)
            .encode(
                x=alt.X("low:Q", scale=scale, axis=axis, title="Krippendorff's alpha"),
                x2="high:Q",
                tooltip=tips,
                href=charts.HREF,
            ),
            alt.Chart(frame)
            .mark_point(filled=True, size=140, opacity=1)
            .encode(x=x, tooltip=tips, href=charts.HREF),
        ],
        height=110,
    )


def counts(numbers: Mapping[str, int], behind: Mapping[str, str]) -> alt.Chart:
    """Pairs by what they are, in the order given, and the address that each opens."""
    frame = pd.DataFrame(
        [{"what": what, "pairs": number, "behind": behind[what]} for what, number in numbers.items()]
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(height=18, cornerRadius=3)
        .encode(
            y=alt.Y("what:N", sort=list(numbers), title=None, axis=alt.Axis(labelLimit=220)),
            x=alt.X("pairs:Q", title="pairs", axis=alt.Axis(tickMinStep=1, format="d", tickCount=6)),
            tooltip=["what:N", "pairs:Q"],
            href=charts.HREF,
        )
        .properties(height=30 * len(numbers) + 40)
    )
    return chart


def confusion(rows: Sequence[Mapping[str, object]], order: Sequence[str], *, ink: str) -> alt.LayerChart:
    """Squares of pairs by what two people said; each row has "one", "other", "pairs" and "behind".

    Args:
        ink: colour of the numbers; the theme has none that holds in light and dark.
    """
    frame = pd.DataFrame(list(rows))
    place = {
        "x": alt.X(
            "other:N",
            sort=list(order),
            title=None,
            axis=alt.Axis(orient="top", labelAngle=0, labelFlush=False),
        ),
        "y": alt.Y("one:N", sort=list(order), title=None, axis=alt.Axis(labelFlush=False)),
    }
    # At most 0.5: the number stays readable on the darkest square.
    shade = alt.Opacity("pairs:Q", legend=None, scale=alt.Scale(domainMin=0, range=[0.06, 0.5]))
    squares = alt.Chart(frame).mark_rect(cornerRadius=3, stroke=None)
    numbers = alt.Chart(frame).mark_text(fontSize=14, fontWeight=600, color=ink)
    return alt.LayerChart(
        layer=[
            squares.encode(**place, opacity=shade, tooltip=["one:N", "other:N", "pairs:Q"], href=charts.HREF),
            numbers.encode(**place, text="pairs:Q", href=charts.HREF),
        ],
        height=46 * len(order) + 40,
    )


def band_words(band: Band) -> str:
    """Such as "1.5 to 2 times as long"."""
    if band.high is None:
        return f"over {band.low:g} times as long"
    return f"{band.low:g} to {band.high:g} times as long"


def differences(values: Mapping[str, float], limit: float, behind: Mapping[str, str]) -> alt.LayerChart:
    """Bars to both sides of zero, in percentage points, with a dashed limit on either side."""
    frame = pd.DataFrame(
        [{"name": name, "difference": value, "behind": behind[name]} for name, value in values.items()]
    )
    limits = pd.DataFrame({"difference": [-limit, limit]})
    reach = max(2 * limit, *(abs(value) for value in values.values()))
    x = alt.X(
        "difference:Q", scale=alt.Scale(domain=[-reach, reach]), axis=alt.Axis(format="+.0%", tickCount=7),
        title="share of winners less share of losers",
    )  # fmt: skip
    bars = (
        alt.Chart(frame)
        .mark_bar(height=14, cornerRadius=3)
        .encode(
            y=alt.Y("name:N", sort=list(values), title=None, axis=alt.Axis(labelLimit=220)),
            x=x,
            tooltip=["name:N", alt.Tooltip("difference:Q", format="+.1%")],
            href=charts.HREF,
        )
    )
    edges = alt.Chart(limits).mark_rule(strokeDash=[4, 4], color=_CHANCE, opacity=0.7)
    return alt.LayerChart(layer=[edges.encode(x="difference:Q"), bars], height=26 * len(values) + 80)
