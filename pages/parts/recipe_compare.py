"""Two recipes side by side: the one in the form, a preset, or the recipe of a run."""

import streamlit as st

from pages.parts import run_words, session
from training import presets, recipe, recipe_difference, run_views
from training.presets import Preset
from training.recipe import DpoRecipe

_RUNS = 20  # the newest ones; older runs are compared with `python -m training recipe diff`


def panel(settings: DpoRecipe, preset: Preset) -> None:
    """Choose two recipes and read what they do differently."""
    offered = {"This recipe": settings, **_known(preset)}
    names = list(offered)
    first, second = st.columns(2)
    left = first.selectbox("Compare", names, index=1, key="train-recipe-other")
    right = second.selectbox("with", names, key="train-recipe-one")
    found = recipe_difference.between(offered[left], offered[right])
    if not found:
        st.caption("Every setting is the same.")
        return
    rows = [{"setting": each.label, "key": each.key, left: each.left, right: each.right} for each in found]
    st.dataframe(rows, hide_index=True)


def _known(preset: Preset) -> dict[str, DpoRecipe]:
    """Presets, the one the form began from first, then runs, by the name they are chosen by."""
    others = [preset, *(one for one in presets.PRESETS if one.key != preset.key)]
    named = {one.name: one.recipe for one in others}
    for run in run_views.list_runs(session.home())[:_RUNS]:
        named[f"Run {run_words.title(run)}"] = recipe.from_dict(run.request.recipe)
    return named
