"""The guidelines: write them with a preview, see who changed what and when."""

import streamlit as st

from curation.database import Database
from curation.labelling import annotators, guidelines
from curation.labelling.guidelines import Guideline
from curation.model import Role
from pages.parts import guard, rendered, session, word_difference
from pages.parts.pair_view import markup

_TEXT = "guidelines-text"
_FROM = "guidelines-from"


def show(db: Database) -> None:
    """The editor, its preview, and the versions."""
    versions = guidelines.history(db)
    newest = versions[0]
    if session.kept(_TEXT) is None:
        session.keep(_FROM, newest.version)  # what is written from now on was written with this one in view
    st.caption(
        "Every save is a new version. People who label are told that there is one and what is new in it; "
        "each decision carries the version that its annotator had seen."
    )
    writing, reading = st.columns(2)
    with writing:
        text = st.text_area("Guidelines, in Markdown", value=newest.markdown, height=420, key=_TEXT)
        st.button(
            f"Save as version {newest.version + 1}",
            type="primary",
            key="guidelines-save",
            disabled=text == newest.markdown,
            on_click=_save,
        )
    with reading, st.container(border=True, height=505):
        rendered.show_html(markup.render(text))
    _versions(db, versions)


def _save() -> None:
    with guard.on_action():
        person, db = guard.permitted(Role.LEAD), session.database()
        text, after = str(session.kept(_TEXT) or ""), int(str(session.kept(_FROM)))
        number = guidelines.add(db, text, changed_by=person.id, now=session.now(), after=after)
        session.keep(_FROM, number)
        st.toast(f"Version {number} is in effect")


def _versions(db: Database, versions: tuple[Guideline, ...]) -> None:
    st.subheader("Versions", anchor=False)
    if len(versions) == 1:
        st.caption("So far these are the guidelines that come with Pairloom.")
        return
    names = {each.id: each.name for each in annotators.everyone(db)}
    chosen = st.selectbox(
        "What changed in",
        versions[:-1],
        format_func=lambda each: (
            f"Version {each.version} · {_when(each)} · {names.get(each.changed_by, each.changed_by)}"
        ),
        key="guidelines-version",
    )
    before = next(each for each in versions if each.version < chosen.version)
    with st.container(border=True):
        rendered.show_html(word_difference.merged(before.markdown, chosen.markdown))


def _when(version: Guideline) -> str:
    return "" if version.changed is None else f"{version.changed:%d %B %Y, %H:%M} UTC"
