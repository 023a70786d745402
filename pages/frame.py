"""The frame around every page: the list of pages a role may open.

The main script lies in `pages/` so that no `pages/` folder lies beside it: Streamlit would serve
such files by direct URL without running the main script.
"""

from collections.abc import Callable
from html import escape
from pathlib import Path

import streamlit as st

from curation.model import Role
from pages.parts import guard

SECTIONS: dict[str, list[tuple[str, str, str, Role]]] = {
    "": [("overview", "Overview", "home", Role.ANNOTATOR)],
    "Data": [
        ("import_data", "Import", "upload_file", Role.LEAD),
        ("browse", "Browse", "search", Role.REVIEWER),
    ],
    "Judge": [
        ("label", "Label", "compare", Role.ANNOTATOR),
        ("quality", "Quality", "balance", Role.REVIEWER),
        ("review", "Review", "gavel", Role.REVIEWER),
        ("project", "Project", "tune", Role.LEAD),
    ],
    "Release": [
        ("release", "Release", "verified", Role.LEAD),
        ("versions", "Versions", "deployed_code_history", Role.LEAD),
    ],
    "Train": [
        ("train", "Train", "model_training", Role.LEAD),
        ("runs", "Runs", "monitoring", Role.LEAD),
        ("evaluate", "Evaluate", "forum", Role.LEAD),
    ],
    "People": [("team", "Team", "group", Role.LEAD)],
}


def refusal(least: Role) -> Callable[[], None]:
    """In the place of a page of others, whose file stays out of reach: the sentence that says whose it is."""

    def say() -> None:
        guard.require(least)

    return say


# Files of our own: an icon by name would be fetched from a font server.
PICTURES = Path(__file__).parent / "parts"
st.set_page_config(page_title="Pairloom", page_icon=str(PICTURES / "mark.svg"), layout="wide")
st.logo(str(PICTURES / "logo.svg"), icon_image=str(PICTURES / "mark.svg"), size="large")
person = guard.require(Role.ANNOTATOR)
allowed = {
    section: [
        st.Page(f"{name}.py", title=title, icon=f":material/{icon}:", default=name == "overview")
        for name, title, icon, role in rows
        if person.role.includes(role)
    ]
    for section, rows in SECTIONS.items()
}
# Streamlit would open the overview for them, and nobody would know why.
others = [
    st.Page(refusal(role), title=title, url_path=name, visibility="hidden")
    for rows in SECTIONS.values()
    for name, title, _, role in rows
    if not person.role.includes(role)
]
if person.sign_in:
    st.sidebar.html(
        f"<small>{escape(person.name)} · {person.role}<br>"
        '<a href="/account" style="color: inherit">Account and sign-out</a></small>'
    )
# Beside other things in the sidebar a long list would fold.
shown = {section: pages for section, pages in allowed.items() if pages}
st.navigation({**shown, "": [*shown[""], *others]}, expanded=True).run()
