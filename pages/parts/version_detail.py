"""One release: its card, whether it is whole, and whether the database still gives it."""

import streamlit as st

from curation.release import reproduction, verify
from pages.parts import rendered, routes_download
from pages.parts.plain import plain
from pages.parts.version_list import Shown


def show(shown: Shown) -> None:
    """Draw it, with Download, Verify, Reproduce and the way to training."""
    release = shown.chosen
    st.caption(f"Fingerprint {release.fingerprint}")
    here = release.path.is_dir()
    first, second, third, fourth, _ = st.columns([2, 2, 2, 2, 3], vertical_alignment="center")
    if here:
        address = routes_download.link(release.path)
        first.link_button("Download", address, icon=":material/download:", width="stretch")
    verifying = second.button(
        "Verify", key="version-verify", icon=":material/fact_check:", width="stretch", disabled=not here,
        help="Compares every file with its SHA-256, and the rows with the fingerprint.",
    )  # fmt: skip
    reproducing = third.button(
        "Reproduce", key="version-reproduce", icon=":material/history:", width="stretch",
        help="Writes it again from the database as it was then, and compares every byte. "
        "A folder that is gone comes back.",
    )  # fmt: skip
    training = fourth.button(
        "Train on it",
        key="version-train",
        icon=":material/model_training:",
        width="stretch",
        disabled=not here,
    )
    if training:
        st.switch_page("train.py")
    if verifying:
        _verify(shown)
    if reproducing:
        _reproduce(shown)
    if not release.path.is_dir():
        st.warning(
            "The folder of this release is gone. Reproduce writes it again from the database.",
            icon=":material/folder_off:",
        )
        return
    with st.container(border=True, key="version-card"):
        rendered.show(_card(shown))


def _verify(shown: Shown) -> None:
    with st.spinner("Comparing every file"):
        found = verify.check(shown.chosen.path)
    if found:
        st.error(
            "  \n".join(plain(each.message) for each in found)
            + "  \nTake the folder from a backup, or move it "
            "away and reproduce it.",
            icon=":material/error:",
        )
        return
    st.success("Every file is the one that was released.", icon=":material/check_circle:")


def _reproduce(shown: Shown) -> None:
    with st.spinner("Writing it again from the database"):
        found = reproduction.reproduce(shown.db, shown.place, shown.chosen.name)
    if found.identical:
        st.success(plain(found.sentence), icon=":material/check_circle:")
    else:
        st.error(plain(found.sentence), icon=":material/error:")


def _card(shown: Shown) -> str:
    """README.md without the header that is for machines."""
    card = (shown.chosen.path / "README.md").read_text(encoding="utf-8")
    return card.split("\n---\n", 1)[-1].strip()
