"""What a run begins with: the release, the base model and the recipe to begin from."""

from pathlib import Path

import streamlit as st

from pages.parts import guard, recipe_exchange
from training import base_model, presets, release_preset
from training.base_model import BaseModel
from training.presets import Preset

_MODELS = {
    "demo": "Demo model, made on this machine",
    "hub": "A model of the Hugging Face Hub",
    "path": "A folder on this server",
}


def release(releases: Path) -> Path:
    """The release to train on; the page ends here where there is none."""
    folders = sorted(
        (path.parent for path in releases.glob("[!.]*/manifest.json")),
        key=lambda folder: folder.stat().st_mtime,
        reverse=True,
    )
    if not folders:
        st.info("Training reads a release, and there is none yet.", icon=":material/inbox:")
        st.page_link("release.py", label="Make a release", icon=":material/verified:")
        st.stop()
    return st.selectbox("Release", folders, format_func=lambda folder: folder.name, key="train-release")


def model() -> BaseModel | None:
    """The base model; None while its name is missing."""
    kind = st.selectbox(
        "Base model", list(_MODELS), format_func=_MODELS.__getitem__, key="train-model", filter_mode=None
    )
    if kind == "demo":
        return base_model.parse("demo")
    label = "Hub name, also with @revision" if kind == "hub" else "Folder"
    example = "mlabonne/NeuralHermes-2.5-Mistral-7B" if kind == "hub" else "/models/my-model"
    name = st.text_input(label, key=f"train-model-{kind}", placeholder=example)
    return base_model.parse(f"hub:{name}" if kind == "hub" else name) if name else None


def preset(chosen: Path, *, demo: bool) -> Preset | None:
    """The recipe to begin with: a file, the one made for this release, or a preset (demo's for its model).

    None where the file is no recipe: nothing else may seem chosen then.
    """
    offered = sorted(presets.PRESETS, key=lambda one: (one.key == "demo") is not demo)
    with guard.on_action():
        offered.insert(1, release_preset.derive(chosen))
    choice = st.container()
    given = None
    with st.popover("Use a recipe file", icon=":material/upload_file:"):
        file = recipe_exchange.field()
        if file is not None:
            with guard.on_action():  # in here, for what lies below is covered
                given = recipe_exchange.read(file)
    if file is not None:  # in the place of the list, so that nothing else seems chosen
        choice.text_input("Recipe", file.name, disabled=True, key=f"train-file-{file.file_id}")
        return given
    key = f"train-preset-{demo}-{chosen.name}"
    return choice.selectbox("Recipe", offered, format_func=lambda one: one.name, key=key, filter_mode=None)
