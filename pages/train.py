"""Choose a release, a base model and a recipe; check them; start with one click."""

from pathlib import Path

import streamlit as st

from curation.labelling import events
from curation.model import Role
from pages.parts import guard, recipe_exchange, recipe_form, session, train_checks, train_suggestions
from training import base_model, preflight, presets, release_preset, supervisor
from training.base_model import BaseModel
from training.presets import Preset
from training.recipe import DpoRecipe
from training.supervisor import StartRequest

MODELS = {
    "demo": "Demo model, made on this machine",
    "hub": "A model of the Hugging Face Hub",
    "path": "A folder on this server",
}
person = guard.require(Role.LEAD)
place = session.home()


def choose_release() -> Path:
    """The release to train on; the page ends here where there is none."""
    folders = sorted(
        (path.parent for path in place.releases.glob("[!.]*/manifest.json")),
        key=lambda folder: folder.stat().st_mtime,
        reverse=True,
    )
    if not folders:
        st.info("Training reads a release, and there is none yet.", icon=":material/inbox:")
        st.page_link("release.py", label="Make a release", icon=":material/verified:")
        st.stop()
    return st.selectbox("Release", folders, format_func=lambda folder: folder.name, key="train-release")


def choose_model() -> BaseModel | None:
    """The base model; None while its name is missing."""
    kind = st.selectbox("Base model", list(MODELS), format_func=MODELS.__getitem__, key="train-model")
    if kind == "demo":
        return base_model.parse("demo")
    label = "Hub name, also with @revision" if kind == "hub" else "Folder"
    example = "mlabonne/NeuralHermes-2.5-Mistral-7B" if kind == "hub" else "/models/my-model"
    name = st.text_input(label, key=f"train-model-{kind}", placeholder=example)
    return base_model.parse(f"hub:{name}" if kind == "hub" else name) if name else None


def choose_preset(release: Path, *, demo: bool) -> Preset:
    """The recipe to begin with: a file, the one made for this release, or a preset (demo's for its model)."""
    offered = sorted(presets.PRESETS, key=lambda preset: (preset.key == "demo") is not demo)
    with guard.on_action():
        offered.insert(1, release_preset.derive(release))
    choice = st.container()
    with st.popover("Use a recipe file", icon=":material/upload_file:"):
        given = recipe_exchange.upload()
    if given is not None:  # in the place of the list, so that nothing else seems chosen
        choice.text_input("Recipe", given.name, disabled=True, key=f"train-{given.key}")
        return given
    key = f"train-preset-{demo}-{release.name}"
    return choice.selectbox("Recipe", offered, format_func=lambda preset: preset.name, key=key)


def start(release: Path, model: BaseModel, settings: DpoRecipe) -> None:
    """Check, create the run folder, start its supervisor, and go and watch it."""
    with st.spinner("Checking, then starting"):
        run = supervisor.start(
            StartRequest(
                release=release,
                model=model,
                recipe=settings,
                by=person.id,
                request_id=session.request_id("train"),
                space=place,
            )
        )
    detail = {"release": release.name, "model": model.name}
    events.add(
        session.database(), actor=person.id, action="start run", subject=run, detail=detail, now=session.now()
    )
    session.renew_request("train")
    st.switch_page("runs.py", query_params={"run": run})


st.title("Train", anchor=False)
first, second, third = st.columns(3)
with first:
    release = choose_release()
with second, guard.on_action():
    model = choose_model()
preset = None
with third, guard.on_action():
    preset = choose_preset(release, demo=model is not None and model.name == "demo")
if preset is None:
    st.stop()
st.caption(f"{preset.notes} Source: {preset.source}")
with guard.on_action():
    settings = recipe_form.form(train_suggestions.offer(release, preset))
    recipe_exchange.panel(settings, preset, release, model)
    if preset.key == "orca":
        with st.expander("From the notebook to today's TRL: what was renamed, kept or dropped"):
            recipe_form.seed_table()
    if model is None:
        st.info("Name the base model to go on.")
        st.stop()
    with st.container(horizontal=True):
        started = st.button("Start training", type="primary", key="train-start", icon=":material/play_arrow:")
        checked = st.button("Check only", key="train-check", icon=":material/fact_check:")
        rendered = st.button("Show the exact text", key="train-texts", icon=":material/text_snippet:")
    st.caption(
        "Start runs the checks first. An error stops it; a warning is written into the run with your name. "
        "The run goes on when this page or the whole app is closed."
    )
    if started:
        start(release, model, settings)
    if checked:
        with st.spinner("Checking"):
            train_checks.findings(preflight.check(release, model, settings, space=place))
    if rendered:
        with st.spinner("Asking the tokenizer"):
            train_checks.texts(preflight.exact_texts(release, model, settings, 3, space=place))
