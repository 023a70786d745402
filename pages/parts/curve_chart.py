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
_SIGN = "currentColor"  # of the text around the picture: the one hue that no line has, on both themes
_SOLID, _DASHED = [1, 0], [5, 3]
_DASHES = (_SOLID, _DASHED, [1.5, 2.5], [8, 3, 2, 3])


class MarkKind(StrEnum):
    """What happened at a step."""

    CHECKPOINT = "checkpoint"
    EVALUATION = "evaluation"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)  # arrays do not compare to one truth value
class Line:
    """One line of a curve.

    Attributes:
        label: what the legend says.
        form: what its dashes stand for, where its colour says only whose line it is; "" where the label
            decides both. Colours alone would leave out who cannot tell them apart.
        sparse: a few measured points, as of evaluations: each is drawn as a dot, and none is ever smoothed.
    """

    label: str
    points: Points
    form: str = ""
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
    look = _Look(lines=lines, last_step=last_step)
    layers = [
        _drawn([each for each in raw if each[0] in smooth], look, opacity=0.25),
        _drawn(even, look, opacity=1.0),
        _drawn([each for each in raw if not each[0].sparse and each[0] not in smooth], look, opacity=0.9),
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
    lines: Sequence[Line]
    last_step: int

    @property
    def labels(self) -> list[str]:
        return list(dict.fromkeys(line.label for line in self.lines))

    @property
    def forms(self) -> list[str]:
        return list(dict.fromkeys(line.form for line in self.lines if line.form))


def _drawn(lines: Sequence[tuple[Line, Points]], look: _Look, *, opacity: float) -> alt.Chart | None:
    frames = [
        pd.DataFrame({"step": points.steps, "value": points.values, "line": line.label, "form": line.form})
        for line, points in lines
        if len(points)
    ]
    if not frames:
        return None
    few = all(len(points) < 40 for _, points in lines)
    dots = alt.OverlayMarkDef(size=24, strokeDash=_SOLID) if few else False
    value = alt.Tooltip("value:Q", format=".4g")
    made: alt.Chart = (
        alt.Chart(pd.concat(frames))
        .mark_line(strokeWidth=1.75, opacity=opacity, point=dots)
        .encode(
            x=alt.X(
                "step:Q", title="step", scale=_domain(look),
                axis=alt.Axis(tickMinStep=1, format=",d", tickCount=5),
            ),
            y=alt.Y("value:Q", title=None, scale=alt.Scale(zero=False)),
            color=alt.Color("line:N", scale=alt.Scale(domain=look.labels), legend=_legend(look.labels)),
            strokeDash=_dashes(look),
            detail="form:N",
            tooltip=["line:N", *(["form:N"] if look.forms else []), "step:Q", value],
        )
    )  # fmt: skip
    return made


def _dashes(look: _Look) -> alt.StrokeDash:
    """By form where the lines have one, else by label: no line is told by its colour alone."""
    field, words = ("form:N", look.forms) if look.forms else ("line:N", look.labels)
    scale = alt.Scale(domain=words, range=_DASHES[: len(words)])
    # Vega draws no stroke in a legend of dashes alone: what forms mean has to be said beside the picture.
    return alt.StrokeDash(field, scale=scale, legend=None if look.forms else _legend(words))


def _legend(words: Sequence[str]) -> alt.Legend | None:
    """What lines mean; nothing for a single one."""
    if len(words) < 2:
        return None
    return alt.Legend(
        orient="top", title=None, columns=2, labelLimit=260, symbolType="stroke", symbolOpacity=1,
        symbolSize=300, symbolStrokeWidth=2.5,
    )  # fmt: skip


def _domain(look: _Look) -> alt.Scale:
    return alt.Scale(domain=[0, look.last_step]) if look.last_step else alt.Scale()


def _marked(marks: Sequence[Mark]) -> list[alt.Chart]:
    """Warnings as a line from top to bottom; what was saved or measured as a small sign on the axis."""
    # From the drawn axis: a fixed place would squeeze the curves, since a legend takes room too.
    axis = alt.ExprRef("height - 4")
    layers = []
    if (saved := _chart(marks, MarkKind.CHECKPOINT)) is not None:
        layers.append(saved.mark_point(shape="triangle-up", size=50, y=axis, filled=True, color="gray"))
    if (looked := _chart(marks, MarkKind.EVALUATION)) is not None:  # a ring, for both often fall together
        layers.append(looked.mark_point(shape="circle", size=110, y=axis, color="gray", strokeWidth=1.5))
    if (warned := _chart(marks, MarkKind.WARNING)) is not None:
        layers.append(warned.mark_rule(color=_SIGN, strokeWidth=1.5, strokeDash=[2, 3], opacity=0.9))
        layers.append(warned.mark_point(shape="triangle-down", size=70, y=2, filled=True, color=_SIGN))
    return layers


def _chart(marks: Sequence[Mark], kind: MarkKind) -> alt.Chart | None:
    rows = [{"step": mark.step, "words": mark.words} for mark in marks if mark.kind is kind]
    spread = rows[:: -(-len(rows) // _MOST_MARKS)] if rows else []
    if not spread:
        return None
    made: alt.Chart = alt.Chart(pd.DataFrame(spread)).encode(x="step:Q", tooltip=["words:N", "step:Q"])
    return made
