"""The recipe as a form: every knob draws itself from its own metadata."""

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from training import knobs, recipe, seed_notebook
from training.choices import KtoLoss, Method
from training.knobs import Kind, Knob, Level
from training.losses import Loss
from training.presets import Preset
from training.recipe import DpoRecipe

_IN_A_ROW = 4


def form(preset: Preset) -> DpoRecipe:
    """Draw the preset's knobs; the recipe that the form holds now.

    Raises:
        RecipeError: a value that was typed does not fit; the sentence names the setting.
    """
    first, others = ([knob for knob in recipe.KNOBS if knob.level is level] for level in Level)
    typed = _draw_all(first, preset)
    hidden = _without_effect(typed)
    with st.expander("Expert settings", icon=":material/tune:"):
        for group, members in groupby(others, key=lambda knob: knob.group):
            st.markdown(f"**{group}**")
            typed |= _draw_all([one for one in members if one.key not in hidden], preset)
            if group == "Text":
                st.caption("Padding-free batches and packing are missing: TRL 1.16 has neither for DPO.")
    return recipe.with_changes(preset.recipe, typed | hidden)


def seed_table() -> None:
    """Each argument of the seed notebook, what it is called now, and how it is honoured."""
    rows = [
        {"in the notebook": one.seed, "now": one.now, "how it is honoured": one.how}
        for one in seed_notebook.MAPPING
    ]
    st.dataframe(rows, hide_index=True, row_height=52, height=420)


def _draw_all(members: Sequence[Knob], preset: Preset) -> dict[str, str]:
    typed = {}
    for start in range(0, len(members), _IN_A_ROW):
        # A row at a time: columns of their own heights would drift apart where a switch stands among fields.
        columns = st.columns(_IN_A_ROW, vertical_alignment="bottom")
        for column, knob in zip(columns, members[start : start + _IN_A_ROW], strict=False):
            with column:
                typed[knob.key] = _draw(knob, preset)
    return typed


def _without_effect(typed: dict[str, str]) -> dict[str, str]:
    """Settings that would change nothing here, with the value they then have; TRL ignores them in silence."""
    losses = [Loss(word) for word in typed["loss_types"].split(",") if word]
    kto = typed["method"] == Method.KTO
    smooths = any(loss.smooths_labels for loss in losses) and not kto
    hidden = {} if smooths else {"label_smoothing": "0"}
    of_kto = {"kto_loss": KtoLoss.KTO.value, "desirable_weight": "1", "undesirable_weight": "1"}
    return hidden if kto else {**hidden, **of_kto}


def _draw(knob: Knob, preset: Preset) -> str:
    """One widget; its value as the text that `with_changes` takes."""
    value = knobs.plain(getattr(preset.recipe, knob.key))
    key = f"knob-{preset.key}-{knob.key}"
    unit = f" Unit: {knob.unit}." if knob.unit else ""
    advice = f"{knob.why}\n\nTakes {knob.takes}.{unit} Source: {knob.source}."
    if knob.kind is Kind.SWITCH:
        return str(st.toggle(knob.label, value=bool(value), key=key, help=advice))
    if knob.kind is Kind.CHOICE:
        return str(
            st.selectbox(knob.label, knob.choices, knob.choices.index(str(value)), key=key, help=advice)
        )
    if knob.kind is Kind.CHOICES and isinstance(value, list):
        return ",".join(st.multiselect(knob.label, knob.choices, value, key=key, help=advice))
    return str(st.text_input(knob.label, _written(value), key=key, help=advice))


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(str(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
