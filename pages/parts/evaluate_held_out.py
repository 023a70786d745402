"""Held-out truth: every model on the frozen test split, beside baselines, by group, and its calibration."""

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from pages.parts import evaluate_words
from pages.parts.plain import plain
from training.evaluating import calibration
from training.evaluating.asked import BASE
from training.evaluating.calibration import Bin

BASELINES = {
    "length": "the longer, or the shorter, answer",
    "source_classifier": "a classifier of the writing",
    "reference_likelihood": "what the base finds likelier",
}
_KINDS = {"source": "Source", "length": "Length", "tier": "Tier", "annotator": "Annotator"}
_FEW = 10


def show(told: Mapping[str, Any]) -> None:
    """What held_out.json says; evaluations of an earlier version lack groups and calibration."""
    contestants = told.get("contestants")
    if not isinstance(contestants, dict) or not told.get("n"):
        st.caption("The release has no held-out pairs, so there is no held-out accuracy.")
        return
    table = [_standing(name, one) for name, one in contestants.items()]
    table += [
        _row(f"baseline: {BASELINES.get(name, name.replace('_', ' '))}", {"accuracy": value})
        for name, value in (told.get("baselines") or {}).items()
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True)
    st.caption(
        f"Reward accuracy on {told['n']} pairs that no run has trained on. The base model has none: measured "
        "against itself every reward is 0. A tuned model should beat every baseline, not only 50 %."
    )
    evaluate_words.why("held out")
    _groups(told.get("groups") or {})
    _calibrations(told.get("calibration") or {})


def _groups(groups: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    kinds = [kind for kind in _KINDS if groups.get(kind)]
    if not kinds:
        return
    st.markdown("**By group**")
    kind = st.segmented_control(
        "Group by", kinds, default=kinds[0], format_func=_KINDS.__getitem__, key="held-out-kind",
        label_visibility="collapsed",
    )  # fmt: skip
    rows = groups[kind or kinds[0]]
    st.dataframe(
        pd.DataFrame(
            [
                {
                    _KINDS[kind or kinds[0]].lower(): one["name"],
                    "pairs": one["n"],
                    **{name: _share(standing) for name, standing in one["contestants"].items()},
                }
                for one in rows
            ]
        ),
        hide_index=True,
    )
    if any(one["n"] < _FEW for one in rows):
        st.caption(f"Groups below {_FEW} pairs have intervals too wide to compare.")


def _calibrations(found: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    if not found:
        return
    st.markdown("**Calibration of the margin**")
    names = list(found)
    name = names[0]
    if len(names) > 1:
        name = st.selectbox("Model", names, key="calibration-model", filter_mode=None)
    bins = [Bin(**one) for one in found[name]]
    error = calibration.error(bins)
    off = "" if error is None else f" Expected calibration error {error:.0%}."
    st.caption(plain(calibration.words(bins) + off))
    if not bins:
        return
    left, right = st.columns(2)
    left.dataframe(
        pd.DataFrame(
            [
                {
                    "pairs": one.n,
                    "the model is sure to": f"{one.sure:.0%}",
                    "and right in": f"{one.right:.0%}",
                    "95 % interval": f"{one.low:.0%} to {one.high:.0%}",
                }
                for one in bins
            ]
        ),
        hide_index=True,
    )
    right.altair_chart(_picture(bins))
    evaluate_words.why("calibration")


def _picture(bins: Sequence[Bin]) -> alt.LayerChart:
    frame = pd.DataFrame(
        [
            {"sure": one.sure, "right": one.right, "low": one.low, "high": one.high, "pairs": one.n}
            for one in bins
        ]
    )
    share = alt.Axis(format="%")
    sure = alt.X("sure:Q", title="how sure the model is", scale=alt.Scale(domain=[0.5, 1]), axis=share)
    spread = alt.Chart(frame).mark_rule(color="gray", strokeWidth=2).encode(
        x=sure, y=alt.Y("low:Q", title="how often it is right", scale=alt.Scale(domain=[0, 1]), axis=share),
        y2="high:Q",
    )  # fmt: skip
    dots = alt.Chart(frame).mark_point(filled=True, size=80).encode(
        x=sure, y="right:Q",
        tooltip=["pairs", alt.Tooltip("sure:Q", format=".0%"), alt.Tooltip("right:Q", format=".0%")],
    )  # fmt: skip
    even = alt.Chart(pd.DataFrame({"sure": [0.5, 1.0], "right": [0.5, 1.0]}))
    line = even.mark_line(strokeDash=[4, 4], color="gray").encode(x=sure, y="right:Q")
    return alt.LayerChart(layer=[line, spread, dots], height=220)


def _standing(name: str, one: Mapping[str, Any]) -> dict[str, str]:
    return _row("base (before)" if name == BASE else name, one)


def _row(model: str, one: Mapping[str, Any]) -> dict[str, str]:
    accuracy, interval = one.get("accuracy"), one.get("interval")
    margin, loss = one.get("margin"), one.get("loss")
    return {
        "model": model,
        "accuracy": "not defined" if accuracy is None else f"{accuracy:.0%}",
        "95 % interval": f"{interval[0]:.0%} to {interval[1]:.0%}" if interval else "",
        "margin": "" if margin is None else f"{margin:.3f}",
        "loss": "" if loss is None else f"{loss:.3f}",
    }


def _share(standing: Mapping[str, Any]) -> str:
    accuracy, interval = standing.get("accuracy"), standing.get("interval")
    if accuracy is None or not interval:
        return "not defined"
    return f"{accuracy:.0%} ({interval[0]:.0%} to {interval[1]:.0%})"
