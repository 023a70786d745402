"""Whether a pair is gold, and for leads the control that says so."""

import streamlit as st

from curation.database import Database
from curation.labelling import golds
from curation.model import Role, Verdict
from pages.parts import guard, session
from pages.parts.pair_words import VERDICT_WORDS

_CHOICES = [verdict for verdict in Verdict if verdict.is_vote]


def show(db: Database, pair_id: str) -> None:
    """The known winner of a pair. It looks like any other to the people who label."""
    person = session.person()
    if person is None or not person.role.includes(Role.LEAD):
        return
    known = golds.of(db, pair_id)
    st.pills(
        "Gold: the winner is known, and people are checked by it",
        _CHOICES,
        default=known,
        format_func=VERDICT_WORDS.__getitem__,
        key=f"gold-{pair_id}-{known}",
        on_change=_change,
        args=(pair_id, f"gold-{pair_id}-{known}"),
        help="Everybody meets it once, among ordinary pairs. Press again to take it back.",
    )


def _change(pair_id: str, key: str) -> None:
    with guard.on_action():
        person, db, now = guard.permitted(Role.LEAD), session.database(), session.now()
        chosen = session.kept(key)
        if isinstance(chosen, Verdict):
            golds.mark(db, {pair_id: chosen}, by=person.id, now=now)
        else:
            golds.withdraw(db, pair_id, by=person.id, now=now)
