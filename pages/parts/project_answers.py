"""What a decision may hold beyond which answer won: strength, reasons, a comment, a rewritten answer."""

from dataclasses import replace

import streamlit as st

from curation.database import Database
from curation.labelling import projects
from curation.labelling.projects import Project
from curation.model import Role
from pages.parts import guard, session

_FIELDS = ("strength", "reasons", "reasons_required", "comments", "rewriting")


def show(db: Database) -> None:
    """The form. Every change is a new version and applies to the pairs people are shown from then on."""
    standing = projects.current(db)
    st.caption(
        "One key stays one decision whatever is switched on; only a required reason asks for a second key. "
        "Screens that are open follow with the next pairs they load."
    )
    st.toggle(
        "Strength of a preference",
        value=standing.strength,
        key="answers-strength",
        help="Slightly better, better or much better: a key for each, on either side. Votes that lie far "
        "apart are kept out of a release (V19), and a release carries the mean.",
    )
    chosen = st.multiselect(
        "Reasons a person can choose from",
        options=list(dict.fromkeys([*standing.reasons, *projects.USUAL_REASONS])),
        default=list(standing.reasons),
        key="answers-reasons",
        accept_new_options=True,
        max_selections=projects.MOST_REASONS,
        placeholder="Choose from the usual ones, or type your own and press Enter",
    )
    st.toggle(
        "A preference needs a reason",
        value=standing.reasons_required,
        disabled=not chosen,
        key="answers-reasons_required",
        help="The reasons open after the key that decides, and one more key finishes.",
    )
    st.toggle("Comments", value=standing.comments, key="answers-comments")
    st.toggle(
        "Rewriting the better answer",
        value=standing.rewriting,
        key="answers-rewriting",
        help="What a person writes becomes a pair of its own: their text, preferred to the answer "
        "it was made from.",
    )
    st.button("Save", type="primary", key="answers-save", on_click=_save)
    if standing.version:
        st.caption(f"Version {standing.version} of the project is in effect.")


def _save() -> None:
    with guard.on_action():
        person, db = guard.permitted(Role.LEAD), session.database()
        before = projects.current(db)
        after = projects.change(db, _as_shown, actor=person.id, now=session.now())
        st.toast("Saved" if after.version > before.version else "Nothing had changed")


def _as_shown(project: Project) -> Project:
    shown = {name: session.kept(f"answers-{name}") for name in _FIELDS}
    words = shown["reasons"] if isinstance(shown["reasons"], list) else []
    reasons = tuple(str(word).strip() for word in words)
    return replace(
        project,
        strength=bool(shown["strength"]),
        reasons=reasons,
        reasons_required=bool(shown["reasons_required"]) and bool(reasons),
        comments=bool(shown["comments"]),
        rewriting=bool(shown["rewriting"]),
    )
