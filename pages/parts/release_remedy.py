"""What would make a finding go away, one press or one link from where it is shown."""

import streamlit as st

from curation.labelling import batches
from curation.model import Role
from curation.release import remedies
from curation.validation.finding import Finding, Scope
from curation.validation.policy import Policy
from pages.parts import guard, release_fix, session

# Rules that another look by a person settles. The others are about texts, sources or settings.
_A_VOTE_HELPS = (
    "V05", "V06", "V07", "V11", "V13", "V14", "V18", "V19", "V20", "V21", "V25", "V26", "V28",
)  # fmt: skip
_REVIEW = ("review.py", "Settle them on Review", "gavel")
_PLACES = {
    "R01": (("review.py", "Put them back on Review", "gavel"),),
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


def offer(finding: Finding, number: int, policy: Policy) -> None:
    """Under one finding: its fix, a batch of its pairs for the queue, and the page that shows more."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if finding.rule in _A_VOTE_HELPS or finding.scope is Scope.ROW:
            st.button(
                "Queue one more vote on these pairs"
                if finding.rule in _A_VOTE_HELPS
                else "Queue these pairs for people",
                key=f"finding-queue-{finding.rule}-{number}",
                icon=":material/playlist_add:",
                on_click=_queue,
                args=(finding, policy),
                help="They come first on Label, blind, among ordinary ones. At most 5,000 at once.",
            )
        release_fix.button(finding, policy)
        place(finding.rule)
    release_fix.preview(finding, policy)


def place(rule: str) -> None:
    """The pages where a rule's findings are dealt with; "" for a release with too few rows."""
    for page, words, icon in _PLACES.get(rule, ()):
        st.page_link(page, label=words, icon=f":material/{icon}:")


def _queue(finding: Finding, policy: Policy) -> None:
    with guard.on_action():
        someone, db = guard.permitted(Role.LEAD), session.database()
        found = remedies.pairs_behind(db, policy, finding.rule, finding.severity)
        batches.make(
            db,
            found,
            name=f"Release: {finding.rule}",
            by=someone.id,
            now=session.now(),
            more=1,
            detail={"rule": finding.rule},
        )
        st.toast(f"{len(found):,} pairs now come first on Label.", icon=":material/playlist_add_check:")
