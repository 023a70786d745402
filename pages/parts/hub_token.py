"""What every push to the Hugging Face Hub asks for: a token, and a button that waits for it."""

import os

import streamlit as st

from curation import hub_push
from pages.parts.plain import plain


def notice() -> None:
    """How to set the token; nothing where it is set."""
    if _is_missing():
        st.info(
            f"Pushing needs a token with write access: set {hub_push.TOKEN} in the environment and start "
            "Pairloom again. It is never stored.",
            icon=":material/key:",
        )


def button(repository: str, *, private: bool, key: str) -> bool:
    """The button that pushes; True at the press."""
    return st.button(
        plain(f"Push to {repository}, {'private' if private else 'public'}"),
        type="primary", key=key, icon=":material/cloud_upload:", disabled=_is_missing(),
    )  # fmt: skip


def _is_missing() -> bool:
    return not os.environ.get(hub_push.TOKEN)
