"""Who is here, as what and since when; inviting, changing and removing people."""

from collections.abc import Mapping
from datetime import datetime

import streamlit as st

from curation.labelling import annotators, pauses
from curation.labelling.annotators import Annotator
from curation.model import Role
from curation.people import accounts, identities, invitations, membership, sessions
from pages.parts import first_lead, guard, session, sign_in, team_quotas
from pages.parts.plain import plain
from pages.parts.sign_in import Mode

_LINK = "team-link"  # the link that was just made: it is shown once
_ROLE_WORDS = {
    Role.ANNOTATOR: "Annotator: labels",
    Role.REVIEWER: "Reviewer: also browses, reviews and sees quality",
    Role.LEAD: "Lead: also imports, releases, trains and looks after people",
}


def show() -> None:
    """The table of people, what can be done about the one that is ticked, and invitations."""
    db = session.database()
    mode = sign_in.settings().mode
    if mode is Mode.SOLO:
        st.info(
            "Solo mode: whoever sits at this machine may do everything. For more people, start the app with "
            "PAIRLOOM_SIGN_IN=accounts or oidc; README says how.",
            icon=":material/person:",
        )
    known = annotators.everyone(db)
    picked = _table(known)
    if picked is not None:
        with st.container(border=True):
            _one(picked, mode)
    elif mode is not Mode.SOLO:
        st.caption(
            "Tick a person to change their role, give them a quota, pause them, sign them out or remove them."
        )
    if mode is Mode.ACCOUNTS:
        _invite()


def _table(known: tuple[Annotator, ...]) -> Annotator | None:
    db = session.database()
    able = accounts.holders(db) | identities.holders(db)
    seen: dict[str, datetime] = {}
    for each in sessions.of(db, now=session.now()):
        seen[each.annotator_id] = max(each.seen, seen.get(each.annotator_id, each.seen))
    resting = pauses.resting(db)
    rows = [
        {
            "name": person.name if person.active else "",
            "pseudonym": person.id,
            "role": person.role.value if person.id in able else "",
            "state": _state(person, able, resting),
            "here since": person.created,
            "last seen (UTC)": f"{seen[person.id]:%Y-%m-%d %H:%M}" if person.id in seen else "",
        }
        for person in known
    ]
    chosen = st.dataframe(
        rows, hide_index=True, key="team-people", on_select="rerun", selection_mode="single-row",
        height=35 * min(len(rows) + 1, 14) + 3, row_height=35,
        column_config={"here since": st.column_config.DateColumn(width="small")},
    ).selection.rows  # fmt: skip
    return known[chosen[0]] if chosen and chosen[0] < len(known) else None


def _state(person: Annotator, able: frozenset[str], resting: frozenset[str]) -> str:
    if not person.active:
        return "removed"
    if person.id in resting:
        return "paused"
    if person.id in able or sign_in.settings().mode is Mode.SOLO:
        return "active"
    return "votes from another tool" if person.id.startswith("imported") else "cannot sign in"


def _one(person: Annotator, mode: Mode) -> None:
    """What can be done about one person."""
    db = session.database()
    st.markdown(f"**{plain(person.name)}** · {person.id}")
    if not person.active:
        st.caption("Removed: the decisions stay, under the pseudonym.")
        return
    able = person.id in accounts.holders(db) | identities.holders(db)
    if able:
        _role(person)
    team_quotas.show(db, person)
    with st.container(horizontal=True):
        if able:
            st.button("Sign out everywhere", key="team-revoke", on_click=_revoke, args=(person.id,))
        if able and mode is Mode.ACCOUNTS:
            st.button("Make a password link", key="team-renew", on_click=_renew, args=(person.id,))
    _shown_link(person.id)
    with st.expander("Remove"):
        st.markdown(
            "The name is erased, sign-ins end, pairs in hand go back to the queue. What they decided stays "
            f"under {person.id} and keeps counting. Releases and backups made before are not changed. "
            "This cannot be undone."
        )
        sure = st.checkbox("Remove this person for good", key=f"team-sure-{person.id}")
        st.button("Remove", key="team-remove", disabled=not sure, on_click=_remove, args=(person.id,))


def _role(person: Annotator) -> None:
    if _by_claim():
        st.caption(f"The role, {person.role}, is what your provider says; it is read at each sign-in.")
        return
    key = f"team-role-{person.id}-{person.role}"
    st.segmented_control(
        "Role", list(Role), default=person.role, format_func=str.capitalize, key=key, required=True,
        help="In effect at the person's next click.", on_change=_change_role, args=(person.id, key),
    )  # fmt: skip


def _invite() -> None:
    st.subheader("Invite", anchor=False)
    role = st.selectbox("As", list(Role), format_func=_ROLE_WORDS.__getitem__, key="team-invite-role")
    st.button(
        "Make an invitation link", key="team-invite", type="primary", icon=":material/link:",
        on_click=_make, args=(role,),
    )  # fmt: skip
    _shown_link("")
    waiting = invitations.unused(session.database(), now=session.now())
    if not waiting:
        return
    names = _names()
    st.markdown("**Links that nobody has used yet**")
    for each in waiting:
        words, button = st.columns([5, 1], vertical_alignment="center")
        what = f"new password for {plain(each.person.name)}" if each.person else f"new {each.role}"
        maker = plain(names.get(each.made_by, each.made_by))
        words.markdown(f"{what}, by {maker}, until {each.expires:%Y-%m-%d %H:%M} UTC")
        button.button("Withdraw", key=f"team-withdraw-{each.id[:12]}", on_click=_withdraw, args=(each.id,))


def _shown_link(about: str) -> None:
    """The link just made, this once; it is gone when the page is drawn again."""
    made = session.kept(_LINK)
    if isinstance(made, tuple) and made[0] == about:
        st.caption("Send this link to one person. It is shown once, works once and ends after three days.")
        st.code(made[1], language=None)
        session.forget(_LINK)


def _names() -> Mapping[str, str]:
    return {person.id: person.name for person in annotators.everyone(session.database())}


def _by_claim() -> bool:
    rules = sign_in.settings().rules
    return rules is not None and bool(rules.role_claim)


def _make(role: Role) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        key = invitations.make(session.database(), role, by=someone.id, now=session.now())
        session.keep(_LINK, ("", f"{first_lead.base()}/invitation/{key}"))


def _renew(annotator_id: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        key = invitations.renew(session.database(), annotator_id, by=someone.id, now=session.now())
        session.keep(_LINK, (annotator_id, f"{first_lead.base()}/invitation/{key}"))


def _withdraw(invitation_id: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        invitations.withdraw(session.database(), invitation_id, by=someone.id, now=session.now())
        st.toast("The link lets nobody in any more.")


def _change_role(annotator_id: str, key: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        role = Role(str(session.kept(key)))
        session.forget(key)
        membership.change_role(session.database(), annotator_id, role, by=someone.id, now=session.now())
        st.toast(f"Now {role}.")


def _revoke(annotator_id: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        number = sessions.revoke(session.database(), annotator_id, by=someone.id, now=session.now())
        st.toast("Signed out in 1 browser." if number == 1 else f"Signed out in {number} browsers.")


def _remove(annotator_id: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        membership.remove(session.database(), annotator_id, by=someone.id, now=session.now())
        st.toast("Removed.")
