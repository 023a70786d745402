"""The thresholds of the rules: what each asks, how far it may go, why it stands where it does."""

from itertools import groupby

import streamlit as st

from curation.database import Database
from curation.model import Role
from curation.validation import knobs, limits
from curation.validation.knobs import Knob
from pages.parts import guard, session
from pages.parts.plain import plain


def show(db: Database) -> None:
    """One row a threshold, one save for all of them."""
    standing = limits.current(db)
    _since(standing)
    for rule, group in groupby(knobs.KNOBS, key=lambda knob: knob.rule):
        with st.container(border=True, key=f"rules-{rule}"):
            for knob in group:
                _row(knob, float(standing.changes.get(knob.name, knob.default)), standing.version)
    with st.container(horizontal=True):
        st.button(
            "Save", key="rules-save", type="primary", on_click=_save, args=(standing,),
        )  # fmt: skip
        st.button("All as recommended", key="rules-usual", on_click=_restore, disabled=not standing.changes)


def _since(standing: limits.Limits) -> None:
    if not standing.version or standing.changed is None:
        st.caption(
            "Nothing has been changed: every threshold stands at its default. A change holds from the next "
            "validation on, and the card of a release lists it."
        )
        return
    changed = len(standing.changes)
    st.caption(
        plain(
            f"Version {standing.version}, saved by {standing.changed_by} on {standing.changed:%d %B %Y}: "
            f"{changed} of {len(knobs.KNOBS)} thresholds differ from the default. Releases keep theirs."
        )
    )


def _row(knob: Knob, value: float, version: int) -> None:
    field, why = st.columns([1, 2], vertical_alignment="center")
    whole = knob.is_whole
    kind = int if whole else float
    field.number_input(
        f"{knob.rule}: {knob.label}",
        min_value=kind(knob.low), max_value=kind(knob.high), value=kind(value),
        step=1 if whole else 0.01, format="%d" if whole else "%.4g", key=_key(knob, version),
    )  # fmt: skip
    changed = "" if value == knob.default else "**Changed.** "
    why.caption(
        f"{changed}Default {knob.default:,.10g}, from {knob.low:,.10g} to {knob.high:,.10g}. "
        f"{plain(knob.why)}"
    )


def _key(knob: Knob, version: int) -> str:
    # A new version gives new fields, so that they show what is in effect.
    return f"rules-{knob.name}-{version}"


def _save(shown: limits.Limits) -> None:
    # Only what was changed here: another lead may have changed something else meanwhile.
    with guard.on_action():
        person = guard.permitted(Role.LEAD)
        entered = {knob.name: float(str(session.kept(_key(knob, shown.version)))) for knob in knobs.KNOBS}
        changed = {
            knob.name: entered[knob.name]
            for knob in knobs.KNOBS
            if entered[knob.name] != float(shown.changes.get(knob.name, knob.default))
        }
        limits.change(session.database(), changed, by=person.id, now=session.now())
        st.toast("Saved")


def _restore() -> None:
    with guard.on_action():
        person = guard.permitted(Role.LEAD)
        usual = {knob.name: knob.default for knob in knobs.KNOBS}
        limits.change(session.database(), usual, by=person.id, now=session.now())
        st.toast("Every threshold stands at its default again.")
