"""How much each person is given, and who rests."""

import streamlit as st

from curation.database import Database
from curation.labelling import annotators, pauses, progress, quotas
from curation.labelling.annotators import Annotator
from curation.labelling.quotas import Quota
from curation.model import Role
from pages.parts import guard, session


def show(db: Database) -> None:
    """A person, what they have decided, their quota and whether they rest."""
    st.subheader("People", anchor=False)
    people = [person for person in annotators.everyone(db) if person.active]
    if not people:
        st.caption("Nobody labels here yet.")
        return
    resting, given = pauses.resting(db), quotas.everyone(db)
    person = st.selectbox(
        "Person",
        people,
        format_func=lambda each: f"{each.name} ({_words(each, resting, given.get(each.id, Quota()))})",
        key="queue-person",
    )
    form(db, person)


def form(db: Database, person: Annotator) -> None:
    """Quota and pause of one person; also for the page Team."""
    counts = progress.of(db, person.id, day_start=session.day_start())
    quota, rests = quotas.everyone(db).get(person.id, Quota()), person.id in pauses.resting(db)
    st.caption(f"{counts.today:,} pairs decided today, {counts.mine:,} in all.")
    day, total, save, rest = st.columns([2, 2, 1, 1], vertical_alignment="bottom")
    day.number_input(
        "At most per day", min_value=1, max_value=quotas.MOST, value=quota.per_day,
        key=f"queue-day-{person.id}", placeholder="no limit",
    )  # fmt: skip
    total.number_input(
        "At most in all", min_value=1, max_value=quotas.MOST, value=quota.in_total,
        key=f"queue-total-{person.id}", placeholder="no limit",
    )  # fmt: skip
    save.button(
        "Save", key="queue-quota-save", width="stretch", on_click=_save, args=(person.id,),
        help="Who reaches a limit reads a sentence that says so; what is on their screen stays theirs",
    )  # fmt: skip
    rest.button(
        "Go on" if rests else "Pause", key="queue-pause", width="stretch",
        on_click=_pause, args=(person.id, not rests),
    )  # fmt: skip


def _words(person: Annotator, resting: frozenset[str], quota: Quota) -> str:
    told = [
        "paused" if person.id in resting else "",
        f"{quota.per_day:,} a day" if quota.per_day else "",
        f"{quota.in_total:,} in all" if quota.in_total else "",
    ]
    return ", ".join(word for word in told if word) or "no limit"


def _save(annotator_id: str) -> None:
    with guard.on_action():
        lead = guard.permitted(Role.LEAD)
        quota = Quota(
            per_day=_number(f"queue-day-{annotator_id}"), in_total=_number(f"queue-total-{annotator_id}")
        )
        quotas.give(session.database(), annotator_id, quota, by=lead.id, now=session.now())
        st.toast("Saved")


def _pause(annotator_id: str, paused: bool) -> None:  # noqa: FBT001 - a callback
    with guard.on_action():
        lead = guard.permitted(Role.LEAD)
        pauses.pause(session.database(), annotator_id, paused=paused, actor=lead.id, now=session.now())


def _number(key: str) -> int | None:
    value = session.kept(key)
    return value if isinstance(value, int) else None
