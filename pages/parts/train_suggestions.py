"""What the chosen release suggests for training on it, taken over with one switch."""

from pathlib import Path

import streamlit as st

from pages.parts.plain import plain
from training import release_suggestions
from training.presets import Preset


def offer(release: Path, preset: Preset) -> Preset:
    """The preset, changed as the release suggests where the person wants that."""
    if preset.reasons:  # made for this release: they are in it already
        st.caption("  \n".join(plain(reason) for reason in preset.reasons))
        return preset
    found = release_suggestions.read(release)
    if not found:
        return preset
    wanted = st.toggle(
        "Settings that this release suggests", key=f"train-suggested-{release.name}",
        help="Measured on its votes, biases and lengths; they replace those of the recipe.",
    )  # fmt: skip
    st.caption("  \n".join(plain(f"{each.key} = {each.value}: {each.why}.") for each in found))
    return release_suggestions.applied(preset, found) if wanted else preset
