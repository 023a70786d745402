"""Where a run computes: one process, several of this machine, or a cluster."""

from collections.abc import Mapping

import streamlit as st

from pages.parts.plain import plain
from training import devices, division, errors, launch_findings, launch_words
from training.launchers import table
from training.launchers.settings import Setting
from training.launchers.table import Entry
from training.recipe import DpoRecipe

Chosen = tuple[str, Mapping[str, str | int]]


def choose(settings: DpoRecipe) -> Chosen:
    """The launcher and every setting of it; one process where nothing else makes sense here."""
    offered = [entry for entry in table.TABLE if entry.is_installed]
    if len(devices.slots()) == 1 and devices.current().cores == 1:
        offered = [entry for entry in offered if entry.name != "accelerate"]
    with st.expander("Where it computes", icon=":material/hub:"):
        # Side by side: a list that unfolds closes when the page moves, and takes back what was typed (0085).
        name = st.segmented_control(
            "Launcher", [entry.name for entry in offered], default=offered[0].name, required=True,
            format_func=_words, key="train-launcher", width="stretch",
        )  # fmt: skip
        entry = table.entry(str(name))
        launch = _settings(entry)
        try:
            checked = table.checked(entry.name, launch)
            _said(settings, entry, checked)
        except (errors.LaunchRefused, errors.RecipeError) as error:
            st.warning(plain(str(error)), icon=":material/warning:")
            st.caption("The start is refused as long as this stands.")
    return entry.name, launch


def _words(name: str) -> str:
    return table.entry(name).words


def _settings(entry: Entry) -> dict[str, str | int]:
    given: dict[str, str | int] = {}
    columns = st.columns(3)
    for setting in entry.settings:
        if setting.name == "zero_stage" and given.get("strategy") != "deepspeed":
            continue
        with columns[len(given) % 3]:
            given[setting.name] = _field(setting, f"train-launch-{entry.name}-{setting.name}")
    return given


def _field(setting: Setting, key: str) -> str | int:
    words = setting.name.replace("_", " ").capitalize()
    if setting.choices:
        return st.segmented_control(
            words, setting.choices, default=setting.choices[0], required=True, key=key, help=setting.why,
            width="stretch",
        )  # fmt: skip
    if isinstance(setting.default, str):
        return st.text_input(words, setting.default, key=key, help=setting.why)
    return st.number_input(words, setting.low, setting.high, setting.default, key=key, help=setting.why)


def _said(settings: DpoRecipe, entry: Entry, launch: Mapping[str, str | int]) -> None:
    """How a step is shared, and for several processes what they are started with."""
    count = launch_findings.processes(entry.name, launch)
    if count > 1:
        st.caption(f"{division.of(settings, count).sentence} It learns what one process would.")
    if entry.name == "accelerate":
        st.markdown("**Started as**")
        st.code(launch_words.command(launch), language="bash")
        gpus = devices.are_gpus(devices.slots())
        st.markdown(f"**accelerate.yaml {'of the run' if gpus else 'on a machine with GPUs'}**")
        if not gpus:
            st.caption("There is no GPU here, so torchrun starts the processes without this file.")
        st.code(launch_words.file(settings, launch), language="yaml")
