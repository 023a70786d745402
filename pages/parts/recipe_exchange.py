"""A recipe as a file, as a command, and beside another: what leaves and enters the page."""

import hashlib
from pathlib import Path

import streamlit as st

from training import presets, recipe_command, recipe_difference, recipe_file
from training.base_model import BaseModel
from training.presets import Preset
from training.recipe import DpoRecipe


def upload() -> Preset | None:
    """The recipe of a file that somebody chose; None without one.

    Raises:
        RecipeError: it holds no recipe.
    """
    given = st.file_uploader(
        "Recipe file (YAML or JSON)", type=["yaml", "yml", "json"], key="train-recipe-file"
    )
    if given is None:
        return None
    content = given.getvalue()
    return Preset(
        # The form keeps its fields by this key: another file starts them afresh.
        key=f"file-{hashlib.sha256(content).hexdigest()[:12]}",
        name=given.name,
        source=given.name,
        recipe=recipe_file.parse(content.decode("utf-8", "replace")),
        notes="Your file; settings it does not name are the Orca notebook's, or those of its preset.",
    )


def panel(settings: DpoRecipe, preset: Preset, release: Path, model: BaseModel | None) -> None:
    """File, command and comparison of the recipe that the form holds."""
    with st.expander("File, command, comparison", icon=":material/compare_arrows:"):
        st.download_button(
            "Download as YAML",
            recipe_file.dump(settings, f"DPO recipe, begun from: {preset.name}\nSource: {preset.source}"),
            file_name="recipe.yaml",
            mime="application/yaml",
            key="train-recipe-download",
            icon=":material/download:",
        )
        if model is not None:
            st.markdown("**The same run without this page**")
            st.code(recipe_command.start(release, model, settings), language="bash")
        st.markdown("**Compared with**")
        _comparison(settings, preset)


def _comparison(settings: DpoRecipe, preset: Preset) -> None:
    others = [preset, *(one for one in presets.PRESETS if one.key != preset.key)]
    other = st.selectbox(
        "Compared with", others, format_func=lambda one: one.name, key="train-recipe-other",
        label_visibility="collapsed",
    )  # fmt: skip
    found = recipe_difference.between(other.recipe, settings)
    if not found:
        st.caption(f"Every setting is that of {other.name}.")
        return
    rows = [
        {"setting": each.label, "key": each.key, other.name: each.left, "this recipe": each.right}
        for each in found
    ]
    st.dataframe(rows, hide_index=True)
