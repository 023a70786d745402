"""How far to trust the order of suspicion: rehearsed on flipped labels, and by what people have found."""

from collections.abc import Sequence

import altair as alt
import pandas as pd
import streamlit as st

from curation.quality.exhibits import Exhibit, Kind
from curation.suspicion import discovery
from curation.suspicion.discovery import Along, Discovery
from curation.suspicion.report import FLIPPED, Report
from pages.parts import charts, exhibit_links

_ORDERS = ("by the model", "by length alone", "at random")


def rehearsal(report: Report) -> None:
    st.subheader("What it would find here", anchor=False)
    st.dataframe(
        [
            {
                "order": name,
                "AUROC": "not defined" if each.auroc is None else f"{each.auroc:.2f}",
                "wrong in the first 10%": _percent(each.precision_10),
                "found at 10%": _percent(each.recall_10),
                "found at 20%": _percent(each.recall_20),
                "labels it tells": _percent(each.right),
            }
            for name, each in (("by the model", report.text), ("by length alone", report.length))
        ]
        + [
            {
                "order": "at random", "AUROC": "0.50", "wrong in the first 10%": _percent(FLIPPED),
                "found at 10%": "10%", "found at 20%": "20%", "labels it tells": "50%",
            }
        ],
        hide_index=True,
    )  # fmt: skip
    st.caption(
        "Rehearsed on this data: a fifth of the labels were flipped on purpose and looked for. Labels that"
        " were wrong before count as right, so the figures are rather too low."
        " The flipped labels were copies, so there are no pairs to open."
    )


def _percent(share: float | None) -> str:
    return "not defined" if share is None else f"{share:.0%}"


def curve(found: Discovery) -> None:
    st.subheader("What people have found", anchor=False)
    st.markdown(discovery_words(found))
    if found.along:
        st.altair_chart(_picture(found.along))
        with st.expander("As a table", key="discovery-along"):
            exhibit_links.table(
                [_row(point) for point in found.along], "pairs reviewed", "found by the model"
            )
            st.caption("By length alone is another order, which is not kept: it has no list.")
    said = arms_words(found)
    if said:
        st.markdown(said)


def discovery_words(found: Discovery) -> str:
    """What the verified labels say of the order, in a sentence or two."""
    if not found.reviewed:
        return (
            "Not yet: nobody has judged an imported label that the random part of the queue served. Such"
            " votes are what the order is measured with."
        )
    counted = (
        f"Of {_number(found.reviewed, Kind.SCORED)} imported labels that people verified in random order, "
        f"{_number(found.wrong, Kind.SCORED_WRONG)} were wrong."
    )
    if found.auroc is None:
        return f"{counted} {discovery.LEAST_WRONG} wrong ones are needed to draw the curve."
    low, middle, high = found.auroc
    fifth = next(point for point in found.along if point.reviewed >= 0.2)
    return (
        f"{counted} The most suspected fifth holds {fifth.text:.0%} of them "
        f"({fifth.low:.0%} to {fifth.high:.0%}); random order holds 20%. "
        f"AUROC {middle:.2f} ({low:.2f} to {high:.2f})."
    )


def arms_words(found: Discovery) -> str:
    """What the queue's suspected pairs gave, "" where nobody was given any."""
    if not found.suspected.reviewed:
        return ""
    suspected, random = (
        f"{_number(arms.wrong, Kind.OVERTURNED, name)} of {_number(arms.reviewed, Kind.VERIFIED, name)}"
        for name, arms in (("suspected", found.suspected), ("random", found.random))
    )
    counted = f"Served because suspected: {suspected} were wrong; at random: {random}."
    if found.times is None:
        return counted
    low, middle, high = found.times
    return f"{counted} A wrong label turns up {middle:.1f} times as often ({low:.1f} to {high:.1f})."


def _number(number: int, kind: Kind, arm: str | None = None) -> str:
    return exhibit_links.inline(f"{number:,}", Exhibit(kind=kind, arm=arm))


def _linked(words: str, kind: Kind, point: Along) -> str | None:
    if not point.reviewed:
        return None  # before anything is reviewed there is nothing to open
    return exhibit_links.linked(words, _along(kind, point))


def _along(kind: Kind, point: Along) -> Exhibit:
    return Exhibit(kind=kind, high=round(point.reviewed, 2))


def _row(point: Along) -> dict[str, object]:
    return {
        "pairs reviewed": _linked(_percent(point.reviewed), Kind.FIRST, point),
        "found by the model": _linked(
            f"{_percent(point.text)} ({_percent(point.low)} to {_percent(point.high)})",
            Kind.FIRST_WRONG,
            point,
        ),
        "by length alone": _percent(point.length),
    }


def _picture(along: Sequence[Along]) -> alt.LayerChart:
    """Share of the wrong labels found against share of the pairs reviewed, with the interval of the model."""
    frame = pd.DataFrame(
        [
            {"reviewed": point.reviewed, "found": value, "order": order, "low": point.low, "high": point.high,
             "behind": exhibit_links.address(_along(Kind.FIRST_WRONG, point))}
            for point in along
            for order, value in zip(_ORDERS, (point.text, point.length, point.reviewed), strict=True)
        ]
    )  # fmt: skip
    axis = alt.Axis(format="%", values=[0, 0.2, 0.4, 0.6, 0.8, 1])
    x = alt.X("reviewed:Q", axis=axis, title="pairs reviewed, of those that people verified")
    y = alt.Y("found:Q", axis=axis, title="wrong labels found")
    dash = alt.StrokeDash(
        "order:N", sort=list(_ORDERS), scale=alt.Scale(range=[[1, 0], [6, 3], [2, 4]]), legend=None
    )
    lines = (
        alt.Chart(frame)
        .mark_line(strokeWidth=2)
        .encode(
            x=x,
            y=y,
            strokeDash=dash,
            color=alt.Color("order:N", sort=list(_ORDERS), legend=alt.Legend(orient="top", title=None)),
            tooltip=[
                "order:N",
                alt.Tooltip("reviewed:Q", format=".0%"),
                alt.Tooltip("found:Q", format=".0%"),
            ],
        )
    )
    band = (
        alt.Chart(frame[frame["order"] == _ORDERS[0]])
        .mark_area(opacity=0.18)
        .encode(x=x, y=alt.Y("low:Q", title="wrong labels found"), y2="high:Q")
    )
    points = (
        alt.Chart(frame[(frame["order"] == _ORDERS[0]) & (frame["reviewed"] > 0)])
        .mark_point(filled=True, size=50, opacity=1)
        .encode(x=x, y=y, href=charts.HREF, tooltip=[alt.Tooltip("reviewed:Q", format=".0%"),
                alt.Tooltip("found:Q", format=".0%")])
    )  # fmt: skip
    return alt.LayerChart(layer=[band, lines, points], height=380)
