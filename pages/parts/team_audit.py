"""Who did what and when: filtered, in pages, and as a file."""

from datetime import date, datetime, time, timedelta

import streamlit as st

from curation.labelling import annotators, events
from curation.labelling.events import Wanted
from pages.parts import routes_team, session

_SIZE = 50
_TRAIL = "team-audit-trail"


def show() -> None:
    """The filters, one page of lines, and the way to the next."""
    wanted = _filters()
    trail = _trail(wanted)
    db, before = session.database(), trail[-1] if trail else None
    total = events.count(db, wanted)
    if not total:
        st.info("Nothing of this kind has happened.", icon=":material/history:")
        return
    lines = events.page(db, wanted, limit=_SIZE, before=before)
    names = {person.id: person.name for person in annotators.everyone(db)}
    st.dataframe(
        [
            {
                "when (UTC)": line.happened,
                "who": names.get(line.actor, line.actor),
                "what": line.action,
                "which": names.get(line.subject, line.subject),
                "detail": line.in_words,
            }
            for line in lines
        ],
        hide_index=True,
        height=35 * min(len(lines) + 1, 16) + 3,
        row_height=35,
        column_config={
            "when (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm:ss"),
            "detail": st.column_config.TextColumn(width="large"),
        },
    )
    _turn(wanted, trail, total, lines[-1].number, more=len(lines) == _SIZE)


def _filters() -> Wanted:
    db = session.database()
    names = {person.id: person.name for person in annotators.everyone(db)}
    who, what, when = st.columns(3)
    actor = who.selectbox(
        "Who", [*names, "system"], index=None, format_func=lambda each: names.get(each, each),
        placeholder="Everybody", key="team-audit-who",
    )  # fmt: skip
    action = what.selectbox(
        "What", events.actions(db), index=None, placeholder="Everything", key="team-audit-what"
    )
    days = when.date_input("From and to", value=[], key="team-audit-days", format="YYYY-MM-DD")
    since, until = _bounds(days)
    return Wanted(actor=actor, action=action, since=since, until=until)


def _turn(wanted: Wanted, trail: tuple[int, ...], total: int, last: int, *, more: bool) -> None:
    words, file, earlier, later = st.columns([4, 2, 1, 1], vertical_alignment="center")
    first = len(trail) * _SIZE
    words.caption(f"{first + 1:,} to {min(first + _SIZE, total):,} of {total:,}")
    file.link_button(
        "Download as CSV", routes_team.audit_link(wanted), icon=":material/download:", width="stretch"
    )
    earlier.button(
        "Back", key="team-audit-back", disabled=not trail, width="stretch",
        on_click=session.keep, args=(_TRAIL, (wanted, trail[:-1])),
    )  # fmt: skip
    later.button(
        "Next", key="team-audit-next", disabled=not more, width="stretch",
        on_click=session.keep, args=(_TRAIL, (wanted, (*trail, last))),
    )  # fmt: skip


def _trail(wanted: Wanted) -> tuple[int, ...]:
    kept = session.kept(_TRAIL)
    return kept[1] if isinstance(kept, tuple) and kept[0] == wanted else ()


def _bounds(days: object) -> tuple[datetime | None, datetime | None]:
    chosen = [day for day in days if isinstance(day, date)] if isinstance(days, tuple) else []
    since = datetime.combine(chosen[0], time()) if chosen else None
    until = datetime.combine(chosen[1], time()) + timedelta(days=1) if len(chosen) > 1 else None
    return since, until
