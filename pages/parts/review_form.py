"""Review of one pair: why it is here, and what a reviewer may do with it."""

from collections.abc import Mapping, Sequence
from typing import cast

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from curation.labelling import review
from curation.labelling.desk import Reason
from curation.labelling.review import Entry
from curation.model import Verdict
from pages.parts import review_actions, session
from pages.parts.pair_words import VERDICT_WORDS
from pages.parts.review_actions import REASON, SHOWN

REASON_WORDS = {
    Reason.CONTESTED: "Contested",
    Reason.FLAGGED: "Flagged",
    Reason.CANNOT_JUDGE: "Cannot judge",
    Reason.BOTH_BAD: "Both bad",
    Reason.REWRITTEN: "Rewritten",
    Reason.SKIPPED: "Skipped by several",
    Reason.AGAINST_PRIOR: "Against the import",
    Reason.SUSPECTED: "Suspected label",
    Reason.WAITING: "Waiting for a vote",
    Reason.SETTLED: "Settled",
    Reason.ASIDE: "Set aside",
}
DONE_WORDS = {
    "settle": "settled",
    "take back settlement": "opened again",
    "set aside": "set aside",
    "send back": "sent back",
    "put back": "put back",
    "edit": "edited",
    "fix": "fixed",
    "keep one answer": "set aside, one answer kept",
}
_KEYS = {Verdict.ANSWER_1: "1", Verdict.ANSWER_2: "2", Verdict.TIE: "t", Verdict.BOTH_BAD: "b"}
_WHY = ["Read both answers against the guidelines", "Checked the facts", "The guidelines are unclear here"]
_CHOSEN = "review-reason"
_EDITS = "review-edits"


def chosen() -> Reason | None:
    """The reason whose pairs are asked for; None for every open pair."""
    return cast(Reason | None, session.kept(_CHOSEN))


def choice(counts: Mapping[Reason, int]) -> None:
    """Draw the reasons with their counts, to pick one."""
    st.pills(
        "Why they are here",
        [reason for reason in Reason if counts[reason] or reason == chosen()],
        format_func=lambda reason: f"{REASON_WORDS[reason]} {counts[reason]:,}",
        key=_CHOSEN,
        help="Without a choice: every open pair. A pair can stand here for several reasons.",
    )


def nothing_left(reason: Reason | None) -> str:
    """What is said where the list is empty."""
    return f"No pair is left under “{REASON_WORDS[reason]}”." if reason else "Every pair here is dealt with."


def one(entry: Entry) -> None:
    """The reason and the buttons; the pair leaves the list and the next one comes."""
    st.selectbox(
        "Reason", _WHY, index=None, key=REASON, accept_new_options=True, label_visibility="collapsed",
        placeholder="Reason: pick one or write your own; it stays for the next pair",
    )  # fmt: skip
    pair_id = entry.row.pair_id
    if Reason.WAITING in entry.reasons and not review.askable(session.database(), pair_id):
        st.warning(
            "Everybody who labels here has met this pair, so no vote can come. Settle it, or stop waiting.",
            icon=":material/hourglass_disabled:",
        )
    shown = session.kept(SHOWN)
    if not isinstance(shown, tuple) or shown[0] != pair_id:
        session.keep(SHOWN, (pair_id, session.now()))
    if Reason.ASIDE in entry.reasons:
        st.button("Put back", key=f"back-{pair_id}", on_click=review_actions.put_back, args=(pair_id,))
        return
    # One row, so that the answers begin above the fold.
    *verdicts, first, second = st.columns([1, 1, 1, 1, 1.1, 1.1])
    _verdicts(pair_id, verdicts)
    _otherwise(entry, first, second)


def why(entry: Entry) -> None:
    """The reasons for which the pair is here."""
    for each in entry.reasons:
        st.badge(REASON_WORDS[each], color="orange")


def edit_switch(entry: Entry) -> None:
    """Whether the texts are to be edited; not of a pair that is set aside."""
    if Reason.ASIDE not in entry.reasons:
        st.toggle("Edit the texts", key=_EDITS)


def edits() -> bool:
    """The texts are to be edited."""
    return bool(session.kept(_EDITS))


def undo() -> None:
    """One button for this person's last action, whatever it was; nothing where there is none."""
    last = review_actions.last()
    if last is None:
        return
    st.button(
        f"Undo: {review_actions.pairs(last.pairs)} {DONE_WORDS[last.what]}", key="settle-undo",
        icon=":material/undo:", help=f"{last.when:%Y-%m-%d %H:%M} UTC",
        on_click=review_actions.undo, args=(last.id,),
    )  # fmt: skip


def _verdicts(pair_id: str, columns: Sequence[DeltaGenerator]) -> None:
    # Buttons of this pair alone: a second press that arrives late must not settle the pair after it.
    for column, (verdict, key) in zip(columns, _KEYS.items(), strict=True):
        column.button(
            VERDICT_WORDS[verdict], key=f"settle-{verdict}-{pair_id}", shortcut=key, width="stretch",
            on_click=review_actions.settle, args=(pair_id, verdict),
        )  # fmt: skip


def _otherwise(entry: Entry, first: DeltaGenerator, second: DeltaGenerator) -> None:
    pair_id = entry.row.pair_id
    if Reason.SETTLED in entry.reasons:
        first.button(
            "Take back", key="settle-back", width="stretch", help="The votes speak again.",
            on_click=review_actions.take_back, args=(pair_id,),
        )  # fmt: skip
    elif Reason.WAITING in entry.reasons:
        first.button(
            "Stop waiting", key=f"home-{pair_id}", width="stretch",
            help="It is open again without another vote.",
            on_click=review_actions.put_back, args=(pair_id,),
        )  # fmt: skip
    else:
        first.button(
            "Send back", key=f"send-{pair_id}", width="stretch",
            help="Somebody who has not judged it is asked for one more vote.",
            on_click=_send_back, args=(pair_id,),
        )  # fmt: skip
    second.button(
        "Set aside", key=f"aside-{pair_id}", width="stretch",
        help="Out of the queue, of all counts and of releases, until it is put back.",
        on_click=_set_aside, args=(pair_id,),
    )  # fmt: skip


def _send_back(pair_id: str) -> None:
    if review_actions.send_back([pair_id]) and not review.askable(session.database(), pair_id):
        st.toast("Everybody has met it already: it waits for somebody new.", icon=":material/hourglass:")


def _set_aside(pair_id: str) -> None:
    review_actions.set_aside([pair_id])
