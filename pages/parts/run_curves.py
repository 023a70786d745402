"""The curves of a run: what each shows, its reference line, and how to read it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from pages.parts import curve_chart, run_reading
from pages.parts.curve_chart import Line, Mark, MarkKind
from training.choices import Method
from training.record import Points, Record

Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """One picture.

    Attributes:
        series: metric name → label; held-out values of the same metric are drawn beside it.
        reading: one sentence on how to read it.
    """

    title: str
    series: tuple[tuple[str, str], ...]
    reading: str
    reference: float | None = None


CURVES: tuple[Curve, ...] = (
    Curve(
        title="Loss",
        series=(("loss", "training"),),
        reference=math.log(2),
        reading="Plain DPO starts at ln 2 = 0.693 (dashed), where model and reference agree; falling means "
        "the chosen answers gain on the rejected ones. Stuck at 0.693 means that the policy does not "
        "move: the learning rate is too low, or the warm-up is longer than the run.",
    ),
    Curve(
        title="Reward accuracy",
        series=(("rewards/accuracies", "training"),),
        reference=0.5,
        reading="Share of pairs whose chosen answer has the higher reward. At step 0 it is 0, not 0.5, since "
        "both rewards are equal and equal ones do not count; 0.5 (dashed) is chance. Near 1 at once "
        "seldom means a good model: something gives the answers away, as a stray space or their length.",
    ),
    Curve(
        title="Reward margin",
        series=(("rewards/margins", "training"),),
        reference=0.0,
        reading="Chosen minus rejected reward. It should grow; if it grows while held-out accuracy stands "
        "still, the model is learning these pairs by heart.",
    ),
    Curve(
        title="Rewards",
        series=(("rewards/chosen", "chosen"), ("rewards/rejected", "rejected")),
        reference=0.0,
        reading="How much more likely than under the reference each side has become, times beta. A chosen "
        "reward below 0 is common and not a fault as long as the rejected one falls faster.",
    ),
    Curve(
        title="Log-probabilities",
        series=(("logps/chosen", "chosen"), ("logps/rejected", "rejected")),
        reading="The model's own log-probability of each answer, in nats. If the chosen one falls far below "
        "its start, the model is forgetting how to write such answers at all.",
    ),
    Curve(
        title="Learning rate",
        series=(("learning_rate", "learning rate"),),
        reading="Rises through the warm-up, then falls along the schedule. Flat near 0 means the warm-up is "
        "longer than the run.",
    ),
)


_OF_KTO: dict[str, Curve] = {
    "Loss": Curve(
        title="Loss",
        series=(("loss", "training"),),
        reference=0.5,
        reading="KTO starts at 0.5 (dashed), where model and reference agree; falling means that wanted "
        "answers become likelier, and unwanted ones less likely.",
    ),
    "Reward accuracy": Curve(
        title="Distance from the reference",
        series=(("kl", "training"),),
        reference=0.0,
        reading="How much likelier answers to other prompts have become than under the reference, in nats an "
        "answer: what kto takes for its distance. TRL writes 0 whenever they became less likely, so it is 0 "
        "nearly everywhere, and always with apo_zero_unpaired: that does not say the model stood still. Far "
        "above 0, it finds such answers likely whatever it is asked.",
    ),
    "Reward margin": Curve(
        title="Reward margin",
        series=(("rewards/margins", "training"),),
        reference=0.0,
        reading="Mean reward of wanted answers minus that of unwanted ones, over all prompts. It should "
        "grow, on held-out answers too.",
    ),
}


def of_method(method: Method) -> tuple[Curve, ...]:
    """The pictures that fit a method: KTO has no pairs, so nothing to be right about."""
    return tuple(_OF_KTO.get(each.title, each) for each in CURVES) if method is Method.KTO else CURVES


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How the curves are drawn.

    Attributes:
        max_steps: right end of the axis; 0 leaves it open.
        first_loss: where this recipe's loss starts, in nats; None where it depends on the model.
        smoothing: weight of the past, in [0, 1).
    """

    max_steps: int
    first_loss: float | None
    smoothing: float
    method: Method
    marks: Sequence[Mark]


def show(record: Record, look: Look) -> None:
    """Draw all curves, two a row, training and held-out over each other."""
    drawn = of_method(look.method)
    for pair in zip(drawn[::2], drawn[1::2], strict=True):
        for column, curve in zip(st.columns(2, gap="large"), pair, strict=True):
            with column:
                _draw(curve, record, look)


def marks(events: Sequence[Row]) -> list[Mark]:
    """What is noted on the curves: saved checkpoints, evaluations, warnings of the guards."""
    known = {kind.value: kind for kind in MarkKind}
    return [
        Mark(step=int(event["step"]), kind=known[event["kind"]], words=str(event["message"]))
        for event in events
        if event.get("kind") in known and isinstance(event.get("step"), int)
    ]


def _draw(curve: Curve, record: Record, look: Look) -> None:
    st.markdown(f"**{curve.title}**")
    lines = [
        _line(curve, label, kind, found)
        for metric, label in curve.series
        for kind in ("train", "evaluation")
        if len(found := record.points(metric, kind))
    ]
    reference = look.first_loss if curve.title == "Loss" else curve.reference
    if lines:
        chart = curve_chart.curve(
            lines, last_step=look.max_steps, reference=reference, smoothing=look.smoothing, marks=look.marks
        )
        st.altair_chart(chart)
    else:
        st.caption("Nothing logged yet.")
    forms = "Solid lines are training pairs, dashed ones held-out pairs. " if len(curve.series) > 1 else ""
    st.caption(forms + curve.reading)
    now = run_reading.remark(curve.title, record.ends, look.first_loss)
    if now:
        st.caption(f":material/info: **Here:** {now}")


def _line(curve: Curve, label: str, kind: str, found: Points) -> Line:
    """Of several series the colour says which, and the dashes that its points are held-out ones."""
    sparse = kind == "evaluation"
    where = "held-out" if sparse else "training"
    if len(curve.series) > 1:
        return Line(label=label, form=where, points=found, sparse=sparse)
    return Line(label=where if sparse else label, points=found, sparse=sparse)
