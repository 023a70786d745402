"""A recipe as a file, as a command, and beside another: what leaves and enters the page."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from pages.parts import recipe_compare, session
from training import recipe_command, recipe_file
from training.base_model import BaseModel
from training.presets import Preset
from training.recipe import DpoRecipe


def field() -> UploadedFile | None:
    """The file that somebody chose; None without one."""
    return st.file_uploader(
        "Recipe file (YAML or JSON)", type=["yaml", "yml", "json"], key="train-recipe-file"
    )


def read(given: UploadedFile) -> Preset:
    """The recipe of a file.

    Raises:
        RecipeError: it holds no recipe.
    """
    content = given.getvalue()
    return Preset(
        # The form keeps its fields by this key: another file starts them afresh.
        key=f"file-{hashlib.sha256(content).hexdigest()[:12]}",
        name=given.name,
        source=given.name,
        recipe=recipe_file.parse(content.decode("utf-8", "replace")),
        notes="Settings that the file does not name are those of the preset it names, else the Orca "
        "notebook's.",
    )


def panel(
    settings: DpoRecipe,
    preset: Preset,
    release: Path,
    model: BaseModel | None,
    *,
    launcher: str = "local",
    launch: Mapping[str, str | int] = MappingProxyType({}),
) -> None:
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
            home = session.home().home
            command = recipe_command.start(release, model, settings, launcher, launch, home=home)
            st.code(command, language="bash")
        st.markdown("**What two recipes do differently**")
        recipe_compare.panel(settings, preset)
