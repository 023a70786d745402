"""Choose a release, a base model and a recipe; check them; start with one click."""

from pathlib import Path

import streamlit as st

from curation.labelling import events
from curation.model import Role
from pages.parts import (
    exact_text,
    guard,
    recipe_exchange,
    recipe_form,
    session,
    train_checks,
    train_inputs,
    train_launch,
    train_suggestions,
    train_trial,
)
from training import preflight, supervisor
from training.base_model import BaseModel
from training.launchers import table
from training.recipe import DpoRecipe
from training.supervisor import StartRequest

person = guard.require(Role.LEAD)
place = session.home()


def asked_for(release: Path, model: BaseModel, settings: DpoRecipe, *, key: str) -> StartRequest:
    return StartRequest(
        release=release,
        model=model,
        recipe=settings,
        by=person.id,
        request_id=session.request_id(key),
        launcher=launcher,
        launch=launch,
        space=place,
    )


def start(request: StartRequest) -> None:
    """Check, create the run folder, start its supervisor, and go and watch it."""
    with st.spinner("Checking, then starting"):
        run = supervisor.start(request)
    detail = {"release": request.release.name, "model": request.model.name}
    events.add(
        session.database(), actor=person.id, action="start run", subject=run, detail=detail, now=session.now()
    )
    session.renew_request("train")
    st.switch_page("runs.py", query_params={"run": run})


st.title("Train", anchor=False)
first, second, third = st.columns(3)
with first:
    release = train_inputs.release(place.releases)
model, preset = None, None
with second, guard.on_action():
    model = train_inputs.model()
with third:
    preset = train_inputs.preset(release, demo=model is not None and model.name == "demo")
if preset is None:
    st.info(
        "The file is no recipe; *Use a recipe file* says why. Mend it, or take it out there to choose "
        "from the list.", icon=":material/upload_file:",
    )  # fmt: skip
    st.stop()
st.caption(f"{preset.notes} Source: {preset.source}")
with guard.on_action():
    settings = recipe_form.form(train_suggestions.offer(release, preset))
    launcher, launch = train_launch.choose(settings)
    recipe_exchange.panel(settings, preset, release, model, launcher=launcher, launch=launch)
    if preset.key == "orca":
        with st.expander("From the notebook to today's TRL: what was renamed, kept or dropped"):
            recipe_form.seed_table()
    if model is None:
        st.info("Name the base model to go on.", icon=":material/info:")
        st.stop()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        started = st.button("Start training", type="primary", key="train-start", icon=":material/play_arrow:")
        checked = st.button("Check only", key="train-check", icon=":material/fact_check:")
        tried = st.button(
            "Measure two steps", key="train-trial", icon=":material/speed:",
            help="Runs two real steps, the longest pairs first, and puts what they took in place of the "
            "estimate. It waits for its turn on the device.",
        )  # fmt: skip
        rendered = st.button("Show the exact text", key="train-texts", icon=":material/text_snippet:")
        asked = st.text_input(
            "Of the pair", key="train-pair", placeholder="Beginning of its id", width=180,
            help="Beside the longest, the shortest and the first pair, also those whose id begins so.",
        ).strip()  # fmt: skip
    st.caption(
        "Start runs the checks first. An error stops it; a warning is written into the run with your name. "
        "The run goes on when this page or the whole app is closed."
    )
    if started:
        start(asked_for(release, model, settings, key="train"))
    if tried:
        train_trial.ask(asked_for(release, model, settings, key="trial"))
    if train_trial.follow(place) or checked:
        with st.spinner("Checking"):
            checked_launch = table.checked(launcher, launch)
            seen = preflight.check(
                release, model, settings, space=place, launcher=launcher, launch=checked_launch
            )
            train_checks.findings(seen)
    if rendered:
        with st.spinner("Asking the tokenizer"):
            shown = preflight.exact_texts(
                release, model, settings, 1, pairs=[asked] if asked else [], space=place
            )
        exact_text.texts(shown, asked=asked)
