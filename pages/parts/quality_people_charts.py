"""Pictures of people: shares with their intervals, squares. Plain values in, one chart out."""

from collections.abc import Mapping, Sequence

import altair as alt
import pandas as pd

from curation.quality.pace import Pace
from pages.parts import charts

CHANCE = "gray"
_OURS, _OTHER = "#4f70e0", "#d9772f"  # both are seen on white and on the dark background
_MANY = 14  # names from which a square has no room for its number
Span = tuple[float, float, float]  # the value, and its interval


def spans(
    values: Mapping[str, Span],
    behind: Mapping[str, str],
    title: str,
    *,
    references: Sequence[float] = (),
    domain: Sequence[float] = (0, 1),
    form: str = "%",
) -> alt.LayerChart:
    """A share for each name with its 95 % interval, in the order given, against dashed references.

    Args:
        behind: the address that a click on each name's mark opens.
    """
    frame = pd.DataFrame(
        [
            {"name": name, "value": value, "low": low, "high": high, "behind": behind[name]}
            for name, (value, low, high) in values.items()
        ]
    )
    percent = alt.Axis(format=form, tickCount=5)
    scale = alt.Scale(domain=list(domain), clamp=True)
    y = alt.Y("name:N", sort=list(values), title=None, axis=alt.Axis(labelLimit=220))
    tips = ["name:N", *(alt.Tooltip(f"{field}:Q", format=".3f") for field in ("value", "low", "high"))]
    bars = alt.Chart(frame).mark_bar(height=7, cornerRadius=4, opacity=0.35)
    dots = alt.Chart(frame).mark_point(filled=True, size=80, opacity=1)
    lines = alt.Chart(pd.DataFrame({"at": list(references)}))
    return alt.LayerChart(
        layer=[
            lines.mark_rule(strokeDash=[4, 4], color=CHANCE, opacity=0.7).encode(
                x=alt.X("at:Q", scale=scale)
            ),
            bars.encode(
                y=y, x=alt.X("low:Q", scale=scale, axis=percent, title=title), x2="high:Q", tooltip=tips,
                href=charts.HREF,
            ),
            dots.encode(
                y=y, x=alt.X("value:Q", scale=scale, axis=percent, title=title), tooltip=tips,
                href=charts.HREF,
            ),
        ],
        height=26 * len(values) + 80,
    )  # fmt: skip


def squares(
    rows: Sequence[Mapping[str, object]], *, across: Sequence[str], down: Sequence[str], ink: str, form: str,
    title: str,
) -> alt.LayerChart:  # fmt: skip
    """A value for each pair of names as a square with its number; what is not there stays empty.

    Args:
        rows: each has "across", "down", "value", "n", "behind" (the address that a click opens) and
            "strength": how full the colour is, in [-1, 1], and in the other colour below 0.
        ink: colour of the numbers; the theme has none that holds in light and dark.
    """
    frame = pd.DataFrame(list(rows), columns=["across", "down", "value", "n", "strength", "behind"])
    frame["full"] = frame["strength"].abs()
    frame["below"] = frame["strength"] < 0
    many = len(across) > _MANY
    slanted = len(across) > 8
    x = alt.X(
        "across:N", sort=list(across), title=None,
        axis=alt.Axis(
            orient="top", labelAngle=-45 if slanted else 0, labelLimit=140, labelOverlap=False,
            labelFlush=False,
        ),
    )  # fmt: skip
    y = alt.Y(
        "down:N",
        sort=list(down),
        title=None,
        axis=alt.Axis(labelLimit=180, labelOverlap=False, labelFlush=False),
    )
    # At most 0.6: the number stays readable on the fullest square.
    full = alt.Opacity("full:Q", legend=None, scale=alt.Scale(domain=[0, 1], range=[0.05, 0.6], clamp=True))
    colour = alt.condition("datum.below", alt.value(_OTHER), alt.value(_OURS))
    tips = [
        "down:N",
        "across:N",
        alt.Tooltip("value:Q", format=form, title=title),
        alt.Tooltip("n:Q", title="of"),
    ]
    place = {"x": x, "y": y, "tooltip": tips, "href": charts.HREF}
    squared = alt.Chart(frame).mark_rect(cornerRadius=3).encode(**place, opacity=full, color=colour)
    layers = [squared]
    if not many:
        numbers = alt.Chart(frame).mark_text(fontSize=11, color=ink)
        layers.append(numbers.encode(**place, text=alt.Text("value:Q", format=form)))
    return alt.LayerChart(
        layer=layers,
        height=(17 if many else 28) * len(down) + (110 if slanted else 50),
    )


def quartiles(paces: Mapping[str, Pace], behind: Mapping[str, str]) -> alt.LayerChart:
    """From a quarter to three quarters of each person's votes, and the half, in seconds."""
    frame = pd.DataFrame(
        [
            {
                "name": name,
                "low": pace.quarter,
                "half": pace.median,
                "high": pace.three_quarters,
                "n": pace.timed,
                "behind": behind[name],
            }
            for name, pace in paces.items()
        ]
    )
    scale = alt.Scale(zero=True)
    y = alt.Y("name:N", sort=list(paces), title=None, axis=alt.Axis(labelLimit=220))
    axis = alt.Axis(tickCount=8)
    tips = ["name:N", *(alt.Tooltip(f"{field}:Q", format=".1f") for field in ("low", "half", "high")), "n:Q"]
    title = "seconds a vote took: the middle half of the votes, and the median"
    bars = alt.Chart(frame).mark_bar(height=9, cornerRadius=4, opacity=0.35)
    ticks = alt.Chart(frame).mark_tick(thickness=3, size=14)
    return alt.LayerChart(
        layer=[
            bars.encode(
                y=y, x=alt.X("low:Q", scale=scale, axis=axis, title=title), x2="high:Q", tooltip=tips,
                href=charts.HREF,
            ),
            ticks.encode(
                y=y, x=alt.X("half:Q", scale=scale, axis=axis, title=title), tooltip=tips, href=charts.HREF
            ),
        ],
        height=26 * len(paces) + 80,
    )  # fmt: skip


def histogram(counts: Mapping[str, int], behind: Mapping[str, str], title: str) -> alt.Chart:
    """Bars side by side, in the order given, and the address that each opens."""
    frame = pd.DataFrame(
        [{"what": what, "votes": number, "behind": behind[what]} for what, number in counts.items()]
    )
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(cornerRadius=3)
        .encode(
            x=alt.X("what:N", sort=list(counts), title=title, axis=alt.Axis(labelAngle=0)),
            y=alt.Y("votes:Q", title="votes", axis=alt.Axis(tickMinStep=1, tickCount=4, format="d")),
            tooltip=["what:N", "votes:Q"],
            href=charts.HREF,
        )
        .properties(height=180)
    )
    return chart
