"""Sources whose licence nobody has stated: a card that says "not stated" is of little use to others."""

import streamlit as st

from curation.model import Role
from curation.release import licences
from curation.release.licences import Licensed
from pages.parts import guard, session
from pages.parts.plain import plain

_MOST = 12


def ask() -> None:
    """One field a source without a licence; closed where every source has one."""
    known = licences.listed(session.database())
    missing = [each for each in known if not each.licence]
    if not known:
        return
    words = f"Licences: {len(missing)} of {len(known)} sources state none" if missing else "Licences"
    with st.expander(words, icon=":material/license:"):
        for each in (*missing, *(each for each in known if each.licence))[:_MOST]:
            _field(each)


def _field(each: Licensed) -> None:
    key = f"licence-{each.source_id}"
    st.text_input(
        plain(each.location), value=each.licence, key=key, width=420, max_chars=64,
        placeholder="SPDX name, such as Apache-2.0", on_change=_state, args=(each, key),
        help=f"Stated by {each.stated_by}." if each.stated_by else None,
    )  # fmt: skip


def _state(each: Licensed, key: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        licences.state(
            session.database(),
            each.source_id,
            str(session.kept(key) or ""),
            by=someone.id,
            now=session.now(),
        )
