"""Copies of the database: make one while people label, see what there is, take one away."""

import streamlit as st

from curation import backups
from curation.labelling import events
from curation.model import Role
from pages.parts import guard, routes_team, session
from pages.parts.plain import plain

_MADE = "team-backup-made"


def show() -> None:
    """A button and the list of copies."""
    st.markdown(
        "A copy of pairs, decisions, people and audit as they stand at one moment; nobody has to stop. "
        "Releases, runs and models are folders beside it that never change: copy them with any tool."
    )
    st.button("Make a copy now", key="team-backup", type="primary", icon=":material/backup:", on_click=_make)
    made = session.kept(_MADE)
    if isinstance(made, str):
        st.success(made, icon=":material/verified:")
        session.forget(_MADE)
    copies = backups.listed(session.home())
    if not copies:
        st.caption("There is no copy yet.")
        return
    for copy in copies:
        words, check, file = st.columns([5, 1.4, 1.4], vertical_alignment="center")
        words.markdown(f"**{plain(copy.path.name)}** · {copy.made:%Y-%m-%d %H:%M} UTC · {_size(copy.size)}")
        check.button(
            "Check", key=f"team-check-{copy.path.name}", width="stretch",
            on_click=_check, args=(copy.path.name,),
            help="Reads the whole file and compares it with what was written down when it was made.",
        )  # fmt: skip
        file.link_button(
            "Download", routes_team.backup_link(copy.path), icon=":material/download:", width="stretch"
        )
    st.caption(
        "A copy holds names and password hashes: keep it as you keep the workspace. Sign-ins and open "
        "invitations are not in it. To put one back: python -m curation restore, while the app is closed."
    )


def _make() -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        now, db = session.now(), session.database()
        copy = backups.make(db, backups.named(session.home(), now))
        detail = {"rows": sum(table.rows for table in copy.tables.values())}
        events.add(db, actor=someone.id, action="backup", subject=copy.path.name, detail=detail, now=now)
        session.keep(_MADE, f"{copy.path.name} was made, read back and compared: all tables are the same.")


def _check(name: str) -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD)
        rows = backups.check(session.home().backups / name)
        session.keep(_MADE, f"{name} is whole: {rows:,} rows, as written down when it was made.")


def _size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size < 1e9 else f"{size / 1e9:,.2f} GB"
