"""One run on the screen: what it was warned of, its curves, and its answers before and after."""

from typing import Any

import streamlit as st

from pages.parts import run_curves, run_words
from pages.parts.plain import plain
from training import best, first_loss, recipe, runs
from training.run_views import RunView

_SAMPLES = 5
_BASELINES = {
    "length": ("length", "What choosing by length alone reaches on the same pairs."),
    "source_classifier": (
        "manner of writing", "What a classifier reaches that knows only how answers are written."
    ),
    "reference_likelihood": (
        "untuned model", "What choosing the answer that the base model finds likelier reaches."
    ),
}  # fmt: skip


def curves(view: RunView) -> None:
    """All curves of the run so far."""
    record = run_words.record(view)
    if not record.ends:
        st.caption("The curves begin with the first step.")
        return
    field, words = st.columns([1, 3], vertical_alignment="bottom")
    smoothing = field.slider("Smoothing", 0.0, 0.99, 0.6, key="run-smoothing")
    words.caption(
        "On the axis triangles are saved checkpoints, rings evaluations on held-out pairs; dotted lines are "
        "warnings. Point at one to read it. Only training curves are smoothed, never held-out points."
    )
    settings = recipe.from_dict(view.request.recipe)
    look = run_curves.Look(
        max_steps=view.state.max_steps,
        first_loss=first_loss.of(settings),
        method=settings.method,
        smoothing=smoothing,
        marks=run_curves.marks(run_words.told(view)),
    )
    run_curves.show(record, look)


def warnings(view: RunView) -> None:
    """What the guards have seen, and behind a click what was known before the first step."""
    told = [event for event in run_words.told(view) if event.get("kind") == "warning"]
    for event in told:
        if event.get("guard"):
            step = f"Step {event['step']}: " if "step" in event else ""
            st.warning(step + plain(str(event["message"])), icon=":material/warning:")
    checked = run_words.document(view.path / runs.PREFLIGHT).get("findings", [])
    notes = [str(finding["message"]) for finding in checked if finding["severity"] == "W"]
    notes += [str(event["message"]) for event in told if not event.get("guard")]
    if notes:
        label = f"Noted before the first step: {len(notes)}"
        with st.expander(label, icon=":material/fact_check:"):
            for sentence in dict.fromkeys(notes):
                st.caption(plain(sentence))


def outcome(view: RunView) -> None:
    """Held-out figures and what the run says of them."""
    held_out = run_words.document(view.path / "evaluation" / "held_out.json")
    if held_out:
        _held_out(held_out)
    for event in run_words.told(view):
        if event.get("kind") in ("reference", "early stop"):
            st.caption(plain(str(event["message"])))
    kept = best.from_dict(run_words.document(view.path / runs.RESULT).get("best"))
    if kept:
        st.caption(plain(kept.sentence(last_step=view.state.step)))


def samples(view: RunView) -> None:
    """The first sampled answers, before and after."""
    kept = run_words.document(view.path / "evaluation" / "samples.json") or []
    if kept:
        st.subheader("Sampled answers", anchor=False)
    for sample in kept[:_SAMPLES]:
        with st.container(border=True):
            st.text(str(sample["prompt"][-1]["content"]))
            for column, when in zip(st.columns(2), ("before", "after"), strict=True):
                column.caption(f"{when.capitalize()} training")
                column.text(str(sample[when]) or "(no words)")


def _held_out(values: dict[str, Any]) -> None:
    before, after = values["before"], values["after"]
    columns = st.columns(4)
    columns[0].metric(
        "Held-out accuracy", run_words.share(after["accuracy"]),
        delta=_points(after["accuracy"], before["accuracy"]),
        help=f"Share of {values['n']} held-out pairs whose chosen answer has the higher reward.",
    )  # fmt: skip
    for column, (name, value) in zip(columns[1:], values.get("baselines", {}).items(), strict=False):
        words, why = _BASELINES.get(name, (name, ""))
        column.metric(f"Baseline: {words}", run_words.share(value), help=why or None)
    if after["interval"]:
        low, high = (run_words.share(end) for end in after["interval"])
        st.caption(
            f"On {values['n']} held-out pairs the accuracy lies between {low} and {high} "
            "(95 % interval); a tuned model should beat every baseline."
        )


def _points(after: float | None, before: float | None) -> str | None:
    return None if after is None or before is None else f"{100 * (after - before):+.0f} points"
