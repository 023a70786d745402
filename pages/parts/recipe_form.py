"""The recipe as a form: every knob draws itself from its own metadata."""

from collections.abc import Iterable, Mapping
from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from training import knobs, recipe, seed_notebook
from training.choices import KtoLoss, Method, Tuning
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
    typed: dict[str, str] = {}
    with st.container():  # else a row less above would shift the settings below, and fold them up
        _draw_all(first, preset, typed)
    with st.expander("Expert settings", icon=":material/tune:"):
        for group, members in groupby(others, key=lambda knob: knob.group):
            st.markdown(f"**{group}**")
            _draw_all(members, preset, typed)
            if group == "Text":
                st.caption("Padding-free batches and packing are missing: TRL 1.16 has neither for DPO.")
    return recipe.with_changes(preset.recipe, typed | _without_effect(typed, preset))


def seed_table() -> None:
    """Each argument of the seed notebook, what it is called now, and how it is honoured."""
    rows = [
        {"in the notebook": one.seed, "now": one.now, "how it is honoured": one.how}
        for one in seed_notebook.MAPPING
    ]
    st.dataframe(rows, hide_index=True, row_height=52, height=420)


def _draw_all(members: Iterable[Knob], preset: Preset, typed: dict[str, str]) -> None:
    """Draw the settings that have an effect beside those before them; what they hold is added to `typed`."""
    # Lazy, so that what has just been typed decides about the next one.
    drawn = (knob for knob in members if knob.key not in _without_effect(typed, preset))
    free: list[DeltaGenerator] = []
    for knob in drawn:
        wide = knob.kind is Kind.CHOICES  # two of them side by side would be cut
        if wide or not free:
            # A row at a time: columns of their own heights would drift apart where a switch stands in them.
            row = st.columns([2, *[1] * (_IN_A_ROW - 2)] if wide else _IN_A_ROW, vertical_alignment="bottom")
            free = list(row)
        with free.pop(0):
            typed[knob.key] = _draw(knob, preset)


def _without_effect(typed: Mapping[str, str], preset: Preset) -> dict[str, str]:
    """Settings that change nothing here or belong to another method, with the value they then have."""
    hidden: dict[str, str] = {}
    tuning = typed.get("tuning")
    if tuning != Tuning.LORA_4BIT:
        hidden |= {"double_quantization": "no"}
    if tuning == Tuning.FULL:
        shapes = ("lora_rank", "lora_alpha", "lora_dropout", "lora_target_modules")
        hidden |= {key: _written(knobs.plain(getattr(preset.recipe, key))) for key in shapes}
        hidden |= {"rs_lora": "no", "dora": "no"}
    if typed.get("method") == Method.KTO:
        return hidden | {"loss_types": Loss.SIGMOID.value, "loss_weights": "1", "label_smoothing": "0"}
    losses = [Loss(word) for word in typed.get("loss_types", "").split(",") if word]
    if not any(loss.smooths_labels for loss in losses):
        hidden |= {"label_smoothing": "0"}
    return hidden | {"kto_loss": KtoLoss.KTO.value, "desirable_weight": "1", "undesirable_weight": "1"}


def _draw(knob: Knob, preset: Preset) -> str:
    """One widget; its value as the text that `with_changes` takes."""
    value = knobs.plain(getattr(preset.recipe, knob.key))
    key = f"knob-{preset.key}-{knob.key}"
    unit = f" Unit: {knob.unit}." if knob.unit else ""
    advice = f"{knob.why}\n\nTakes {knob.takes}.{unit} Source: {knob.source}."
    if knob.kind is Kind.SWITCH:
        return str(st.toggle(knob.label, value=bool(value), key=key, help=advice))
    if knob.kind is Kind.CHOICE:
        # No search: a list that is searched closes when the page moves, and takes back what was typed.
        chosen = st.selectbox(
            knob.label, knob.choices, knob.choices.index(str(value)), key=key, help=advice, filter_mode=None
        )
        return str(chosen)
    if knob.kind is Kind.CHOICES and isinstance(value, list):
        return ",".join(st.multiselect(knob.label, knob.choices, value, key=key, help=advice))
    return str(st.text_input(knob.label, _written(value), key=key, help=advice))


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(_written(item) for item in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
