"""How much each person is given, and who rests."""

import streamlit as st

from curation.database import Database
from curation.labelling import pauses, progress, quotas
from curation.labelling.annotators import Annotator
from curation.labelling.quotas import Quota
from curation.model import Role
from pages.parts import guard, session


def show(db: Database, person: Annotator) -> None:
    """Quota and pause of one person."""
    counts = progress.of(db, person.id, day_start=session.day_start())
    quota, rests = quotas.everyone(db).get(person.id, Quota()), person.id in pauses.resting(db)
    st.caption(f"{counts.today:,} pairs decided today, {counts.mine:,} in all.")
    day, total, save, rest = st.columns([2, 2, 1, 1], vertical_alignment="bottom")
    day.number_input(
        "At most per day (0: no limit)", min_value=0, max_value=quotas.MOST, value=quota.per_day or 0,
        key=f"quota-day-{person.id}",
    )  # fmt: skip
    total.number_input(
        "At most in all (0: no limit)", min_value=0, max_value=quotas.MOST, value=quota.in_total or 0,
        key=f"quota-total-{person.id}",
    )  # fmt: skip
    save.button(
        "Save", key="quota-save", width="stretch", on_click=_save, args=(person.id,),
        help="Who reaches a limit reads a sentence that says so; what is on their screen stays theirs",
    )  # fmt: skip
    rest.button(
        "Go on" if rests else "Pause", key="quota-pause", width="stretch",
        on_click=_pause, args=(person.id, not rests),
    )  # fmt: skip


def _save(annotator_id: str) -> None:
    with guard.on_action():
        lead = guard.permitted(Role.LEAD)
        quota = Quota(
            per_day=_number(f"quota-day-{annotator_id}"), in_total=_number(f"quota-total-{annotator_id}")
        )
        quotas.give(session.database(), annotator_id, quota, by=lead.id, now=session.now())
        st.toast("Saved")


def _pause(annotator_id: str, paused: bool) -> None:  # noqa: FBT001 - a callback
    with guard.on_action():
        lead = guard.permitted(Role.LEAD)
        pauses.pause(session.database(), annotator_id, paused=paused, actor=lead.id, now=session.now())


def _number(key: str) -> int | None:
    # 0 and not an empty field: a number input that was filled once cannot be emptied again.
    value = session.kept(key)
    return value if isinstance(value, int) and value else None
