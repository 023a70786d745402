"""Curves over the steps of one or several runs: thinned honestly, smoothed on request, with marks to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from training.record import Points

MOST_POINTS = 1000
_HEIGHT = 290
_MOST_MARKS = 60  # of one kind; more would be a bar
_WARNING_COLOUR = "#d97706"  # readable on both themes


class MarkKind(StrEnum):
    """What happened at a step."""

    CHECKPOINT = "checkpoint"
    EVALUATION = "evaluation"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a curve.

    Attributes:
        label: what the legend says.
        sparse: a few measured points, as of evaluations: each is drawn as a dot, and none is ever smoothed.
    """

    label: str
    points: Points
    sparse: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """Something that happened at a step, with the words that a pointer on it shows."""

    step: int
    kind: MarkKind
    words: str


def curve(
    lines: Sequence[Line],
    *,
    last_step: int,
    reference: float | None = None,
    smoothing: float = 0.0,
    marks: Sequence[Mark] = (),
) -> alt.LayerChart:
    """Values over steps; at most 1,000 points in the whole picture.

    Args:
        last_step: right end of the axis, so that the curve grows into its frame; 0 leaves it open.
        reference: a value to hold the curve against, such as ln 2 for the loss; dashed.
        smoothing: weight of the past in [0, 1); above 0 the raw line stays behind, faintly.
    """
    smooth = [line for line in lines if smoothing and not line.sparse and len(line.points) > 2]
    budget = MOST_POINTS // max(1, len(lines) + len(smooth))
    raw = [(line, thinned(line.points, budget)) for line in lines]
    even = [(line, thinned(smoothed(line.points, smoothing), budget)) for line in smooth]
    look = _Look(labels=[line.label for line in lines], last_step=last_step)
    layers = [
        _drawn([each for each in raw if each[0] in smooth], look, opacity=0.25),
        _drawn(even, look, opacity=1.0),
        _drawn([each for each in raw if not each[0].sparse and each[0] not in smooth], look, opacity=1.0),
        _drawn([each for each in raw if each[0].sparse], look, opacity=1.0),
        *_marked(marks),
    ]
    if reference is not None:
        rule = alt.Chart(pd.DataFrame({"value": [reference]}))
        layers.append(rule.mark_rule(strokeDash=[4, 4], opacity=0.55, color="gray").encode(y="value:Q"))
    return alt.LayerChart(layer=[layer for layer in layers if layer is not None], height=_HEIGHT)


def thinned(points: Points, most: int = MOST_POINTS) -> Points:
    """At most so many points: both ends, and of each stretch its lowest and highest, so no spike is lost."""
    count = len(points)
    if count <= most:
        return points
    if most < 4:
        return _at(points, [0, count - 1])
    stretch = -(-2 * count // (most - 2))
    whole = count - count % stretch
    blocks = points.values[:whole].reshape(-1, stretch)  # (stretches, points of each)
    begins = np.arange(0, whole, stretch)
    rest = points.values[whole:]
    kept = [begins + blocks.argmin(axis=1), begins + blocks.argmax(axis=1), [0, count - 1]]
    if len(rest):
        kept.append([whole + rest.argmin(), whole + rest.argmax()])
    return _at(points, np.unique(np.concatenate(kept)))


def _at(points: Points, places: Any) -> Points:
    return Points(steps=points.steps[places], values=points.values[places])


def smoothed(points: Points, weight: float) -> Points:
    """Exponential moving average, corrected for its start so that the first value is the first point.

    Source: Kingma and Ba (2015), Adam, sec. 3, for the correction; TensorBoard draws the same.
    """
    even = accumulate(
        points.values.tolist(), lambda past, new: weight * past + (1 - weight) * new, initial=0.0
    )
    share = 1 - weight ** np.arange(1, len(points) + 1)
    return Points(steps=points.steps, values=np.fromiter(even, np.float64, len(points) + 1)[1:] / share)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    labels: Sequence[str]
    last_step: int


def _drawn(lines: Sequence[tuple[Line, Points]], look: _Look, *, opacity: float) -> alt.Chart | None:
    frames = [
        pd.DataFrame({"step": points.steps, "value": points.values, "line": line.label})
        for line, points in lines
        if len(points)
    ]
    if not frames:
        return None
    few = all(len(points) < 40 for _, points in lines)
    dots = alt.OverlayMarkDef(size=24) if few else False
    legend = (
        alt.Legend(orient="top", title=None, columns=2, labelLimit=260, symbolOpacity=1)
        if len(look.labels) > 1
        else None
    )
    made: alt.Chart = (
        alt.Chart(pd.concat(frames))
        .mark_line(strokeWidth=1.75, opacity=opacity, point=dots)
        .encode(
            x=alt.X("step:Q", title="step", scale=_domain(look), axis=alt.Axis(tickMinStep=1, format=",d")),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            color=alt.Color("line:N", scale=alt.Scale(domain=list(look.labels)), legend=legend),
            tooltip=["line:N", "step:Q", alt.Tooltip("value:Q", format=".4g")],
        )
    )
    return made


def _domain(look: _Look) -> alt.Scale:
    return alt.Scale(domain=[0, look.last_step]) if look.last_step else alt.Scale()


def _marked(marks: Sequence[Mark]) -> list[alt.Chart]:
    """Warnings as a line from top to bottom; what was saved or measured as a small sign on the axis."""
    layers = []
    for kind, shape in ((MarkKind.CHECKPOINT, "triangle-up"), (MarkKind.EVALUATION, "circle")):
        chart = _chart(marks, kind)
        if chart is not None:
            # From the drawn axis: a fixed place would squeeze the curves, since a legend takes room too.
            place = alt.ExprRef("height - 4")
            sign: Any = chart.mark_point(
                shape=shape, filled=True, size=40, color="gray", opacity=0.8, y=place
            )
            layers.append(sign.encode(x="step:Q", tooltip=["words:N", "step:Q"]))
    warned = _chart(marks, MarkKind.WARNING)
    if warned is not None:
        rule: Any = warned.mark_rule(color=_WARNING_COLOUR, strokeWidth=1.5, opacity=0.9)
        layers.append(rule.encode(x="step:Q", tooltip=["words:N", "step:Q"]))
    return layers


def _chart(marks: Sequence[Mark], kind: MarkKind) -> alt.Chart | None:
    rows = [{"step": mark.step, "words": mark.words} for mark in marks if mark.kind is kind]
    spread = rows[:: -(-len(rows) // _MOST_MARKS)] if rows else []
    return alt.Chart(pd.DataFrame(spread)) if spread else None
