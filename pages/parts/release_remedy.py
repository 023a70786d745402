"""What would make a finding go away, one press or one link from where it is shown."""

from collections.abc import Sequence

import streamlit as st

from curation.labelling import batches
from curation.model import Role, Tier
from curation.release import remedies
from curation.validation import history
from curation.validation.finding import Finding, Severity
from curation.validation.history import Key
from curation.validation.policy import Policy
from pages.parts import finding_links, guard, release_fix, release_lengths, session

# Rules that another look by a person settles. The others are about texts, sources or settings.
_A_VOTE_HELPS = (
    "V05", "V07", "V11", "V13", "V14", "V18", "V19", "V20", "V21", "V25", "V26", "V28",
)  # fmt: skip
# No vote clears them: what is set aside is served to nobody, and a split that leaks is a fault of ours.
_NO_QUEUE = ("R01", "R02", "V23")
_UNSUPPORTED = ("V18", Severity.ERROR.value)
_SETTLE = "Open the pairs to settle them"
_REVIEW = ("review.py", "Settle them on Review", "gavel")
_BACK = ("review.py", "Put them back on Review", "gavel")
_PLACES = {
    "R01": (_BACK,),
    "R02": (_BACK,),
    "V12": (("browse.py", "Look at the answers on Browse", "search"),),
    "V13": (("quality.py", "See where the answers come from", "balance"),),
    "V14": (("quality.py", "See whose sides are uneven", "balance"),),
    "V15": (("quality.py", "See how length decides", "balance"),),
    "V16": (("quality.py", "See which looks win", "balance"),),
    "V19": (_REVIEW,),
    "V20": (("quality.py", "See where people disagree", "balance"), _REVIEW),
    "V21": (("quality.py", "See how these people decide", "balance"),),
    "V22": (("project.py", "See the protected prompts", "tune"),),
    "": (
        ("import_data.py", "Import more pairs", "upload_file"),
        ("label.py", "Label pairs", "compare"),
    ),
}


def offer(finding: Finding, key: Key, policy: Policy) -> None:
    """Under one finding: its pairs, a batch of them for the queue, its fix, and the page that shows more."""
    settles = _only_settling_helps(key, policy)
    with st.container(horizontal=True, vertical_alignment="center"):
        _pairs_link(key, policy, _SETTLE if settles else "Open the pairs")
        if finding.rule not in _NO_QUEUE and not settles:
            _queue_button(finding.rule, key, policy)
        fix = release_lengths if finding.rule == release_lengths.RULE else release_fix
        fix.button(finding, policy)
        place(finding.rule, but="browse.py")  # the list above says more
    fix.preview(finding, policy)


def clear(rule: str, findings: Sequence[Finding], policy: Policy) -> None:
    """Under a blocker: where it is dealt with; for too few rows also the pairs that lack support."""
    for key, _ in history.keyed(findings) if not rule else ():
        if _only_settling_helps(key, policy):
            _pairs_link(key, policy, _SETTLE)
        elif key[:2] == _UNSUPPORTED:
            _queue_button("V18", key, policy, name="blocker-queue")
    if rule or policy.minimum_tier is not Tier.GOLD:  # else neither an import nor a vote makes a row
        place(rule)


def place(rule: str, but: str = "") -> None:
    """The pages where a rule's findings are dealt with; "" for a release with too few rows."""
    for page, words, icon in _PLACES.get(rule, ()):
        if page != but:
            st.page_link(page, label=words, icon=f":material/{icon}:")


def _only_settling_helps(key: Key, policy: Policy) -> bool:
    """Where nothing but gold is released, no vote makes a pair support enough."""
    return key[:2] == _UNSUPPORTED and policy.minimum_tier is Tier.GOLD


def _pairs_link(key: Key, policy: Policy, words: str) -> None:
    st.page_link(
        "browse.py", label=words, icon=":material/list:", query_params=finding_links.parameters(key, policy)
    )


def _queue_button(rule: str, key: Key, policy: Policy, *, name: str = "finding-queue") -> None:
    st.button(
        "Queue one more vote on these pairs" if rule in _A_VOTE_HELPS else "Queue these pairs for people",
        key="-".join(map(str, (name, *key))), icon=":material/playlist_add:",
        on_click=_queue, args=(key, policy),
        help=f"They come first on Label, blind, among ordinary ones. At most {remedies.MOST:,} at once.",
    )  # fmt: skip


def _queue(key: Key, policy: Policy) -> None:
    with guard.on_action():
        someone, db = guard.permitted(Role.LEAD), session.database()
        rule, severity, nth = key
        found = remedies.to_queue(db, policy, rule, Severity(severity), nth)
        batches.make(
            db,
            found,
            name=f"Release: {rule}",
            by=someone.id,
            now=session.now(),
            more=1,
            detail={"rule": rule},
        )
        st.toast(f"{len(found):,} pairs now come first on Label.", icon=":material/playlist_add_check:")
