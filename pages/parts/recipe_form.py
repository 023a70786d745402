"""The recipe as a form: every knob draws itself from its own metadata."""

from itertools import groupby

import streamlit as st

from training import knobs, recipe
from training.knobs import Kind, Knob
from training.recipe import DpoRecipe, Preset

# What a person changes in most runs; everything else waits behind "All settings".
_FIRST = ("tuning", "learning_rate", "max_steps", "beta", "micro_batch", "accumulation")


def form(preset: Preset) -> DpoRecipe:
    """Draw the preset's knobs; the recipe that the form holds now.

    Raises:
        RecipeError: a value that was typed does not fit; the sentence names the setting.
    """
    by_key = {knob.key: knob for knob in recipe.KNOBS}
    typed: dict[str, str] = {}
    for column, key in zip(st.columns(len(_FIRST), vertical_alignment="bottom"), _FIRST, strict=True):
        with column:
            typed[key] = _draw(by_key[key], preset)
    with st.expander("All settings", icon=":material/tune:"):
        others = [knob for knob in recipe.KNOBS if knob.key not in _FIRST]
        for group, members in groupby(others, key=lambda knob: knob.group):
            st.markdown(f"**{group}**")
            columns = st.columns(4, vertical_alignment="bottom")
            for position, knob in enumerate(members):
                with columns[position % 4]:
                    typed[knob.key] = _draw(knob, preset)
    return recipe.with_changes(preset.recipe, typed)


def seed_table() -> None:
    """Each argument of the seed notebook, what it is called now, and how it is honoured."""
    rows = [
        {"in the notebook": one.seed, "now": one.now, "how it is honoured": one.how}
        for one in recipe.seed_mapping()
    ]
    st.dataframe(rows, hide_index=True, row_height=52, height=420)


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
