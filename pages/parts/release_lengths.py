"""The fix of V24: look at the lengths that nearly all rows fit into, take them, or go back."""

import streamlit as st

from curation.model import Role
from curation.release import lengths
from curation.release.lengths import Proposal
from curation.validation import snapshot
from curation.validation.finding import Finding
from curation.validation.policy import Policy
from pages.parts import guard, release_policy, session

RULE = "V24"
_SEEN, _BEFORE = "release-lengths-seen", "release-lengths-before"


def button(finding: Finding, policy: Policy) -> None:
    """What looks for them."""
    st.button(
        "Lengths that nearly all fit …", key=f"fix-look-{_key(finding)}", icon=":material/build:",
        help="Looks for the lengths that the share of rows set on Project fits into whole.",
        on_click=_look, args=(finding, policy),
    )  # fmt: skip


def preview(finding: Finding, policy: Policy) -> None:
    """What they would change, as long as nothing has changed since somebody looked."""
    kept = session.kept(_SEEN)
    if not (
        isinstance(kept, tuple) and kept[0] == (_key(finding), policy, snapshot.stamp(session.database()))
    ):
        return
    seen: Proposal | None = kept[1]
    if seen is None:
        st.caption("There is no row whose length could be asked for.")
        return
    st.markdown(
        f"**{seen.max_length:,} tokens**, at most {seen.max_prompt_length:,} of them before the answer: "
        f"{seen.short_then:,} of {seen.rows:,} rows would be cut or left out; now it is {seen.short_now:,}."
    )
    st.button(
        f"Take {seen.max_length:,} and {seen.max_prompt_length:,} tokens", key=f"fix-do-{_key(finding)}",
        type="primary", disabled=seen.short_then >= seen.short_now, on_click=_take, args=(seen, policy),
    )  # fmt: skip


def undo() -> None:
    """Back to the lengths that stood before."""
    before = session.kept(_BEFORE)
    if isinstance(before, tuple):
        st.button(
            f"Back to {before[0]:,} and {before[1]:,} tokens", key="fix-lengths-undo", icon=":material/undo:",
            on_click=_back, args=before,
        )  # fmt: skip


def _look(finding: Finding, policy: Policy) -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD)
        db = session.database()
        key = (_key(finding), policy, snapshot.stamp(db))
        session.keep(_SEEN, (key, lengths.proposed(db, policy)))


def _take(seen: Proposal, policy: Policy) -> None:
    session.keep(_BEFORE, (policy.max_length, policy.max_prompt_length))
    release_policy.set_lengths(seen.max_length, seen.max_prompt_length)


def _back(length: int, prompt: int) -> None:
    session.forget(_BEFORE)
    release_policy.set_lengths(length, prompt)


def _key(finding: Finding) -> str:
    return f"{finding.rule}-{finding.severity.value}"
