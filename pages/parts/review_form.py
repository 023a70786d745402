"""The parts of Review: which reason is looked at, settling one pair, settling all that have a majority."""

from collections.abc import Mapping

import streamlit as st

from curation.errors import InvalidInput
from curation.labelling import review, settlements, undoing
from curation.labelling.actions import Action
from curation.labelling.review import Entry, Majorities, Reason
from curation.model import Role, Verdict
from pages.parts import guard, session
from pages.parts.pair_card import VERDICT_WORDS

REASON_WORDS = {
    Reason.CONTESTED: "Contested",
    Reason.BOTH_BAD: "Both bad",
    Reason.REWRITTEN: "Rewritten",
    Reason.SKIPPED: "Skipped by several",
    Reason.AGAINST_PRIOR: "Against the import",
    Reason.SETTLED: "Settled",
}
_KEYS = {Verdict.ANSWER_1: "1", Verdict.ANSWER_2: "2", Verdict.TIE: "t", Verdict.BOTH_BAD: "b"}
# A press sooner than this was meant for the pair before, or is a key held down. (choice)
LOOK_SECONDS = 1.0
_WHY = ["Read both answers against the guidelines", "Checked the facts", "The guidelines are unclear here"]
_REASON = "review-reason"
_SHOWN = "review-shown"  # which pair, and since when
_PREVIEW = "review-preview"


def chosen() -> Reason | None:
    """The reason whose pairs are asked for; None for every open pair."""
    return session.kept(_REASON)  # type: ignore[return-value]


def choice(counts: Mapping[Reason, int]) -> None:
    """Draw the reasons with their counts, to pick one."""
    st.pills(
        "Why they are here",
        [reason for reason in Reason if counts[reason] or reason == chosen()],
        format_func=lambda reason: f"{REASON_WORDS[reason]} {counts[reason]:,}",
        key=_REASON,
        help="Without a choice: every pair that is not settled. A pair can stand here for several reasons.",
    )


def one(entry: Entry) -> None:
    """The reason and one button a verdict; the settled pair leaves the queue and the next one comes."""
    st.selectbox(
        "Reason for settling", _WHY, index=None, key="review-why", accept_new_options=True,
        placeholder="Pick one or write your own; it stays for the next pair",
    )  # fmt: skip
    pair_id, settled = entry.row.pair_id, Reason.SETTLED in entry.reasons
    shown = session.kept(_SHOWN)
    if not isinstance(shown, tuple) or shown[0] != pair_id:
        session.keep(_SHOWN, (pair_id, session.now()))
    columns = st.columns(5 if settled else 4)
    # Buttons of this pair alone: a second press that arrives late must not settle the pair after it.
    for column, (verdict, key) in zip(columns, _KEYS.items(), strict=False):
        column.button(
            VERDICT_WORDS[verdict], key=f"settle-{verdict}-{pair_id}", shortcut=key, width="stretch",
            on_click=_settle, args=(pair_id, verdict),
        )  # fmt: skip
    if settled:
        columns[4].button(
            "Take back", key="settle-back", width="stretch", on_click=_take_back, args=(pair_id,)
        )


def undo() -> None:
    """One button for this person's last action, whatever it was; nothing where there is none."""
    someone = guard.permitted(Role.REVIEWER)
    last = undoing.latest(session.database(), someone.id)
    if last is None:
        return
    st.button(
        f"Undo my last settling ({_pairs(last.pairs)})", key="settle-undo", icon=":material/undo:",
        help=f"{last.when:%Y-%m-%d %H:%M} UTC", on_click=_undo, args=(last.id,),
    )  # fmt: skip


def bulk(reason: Reason | None) -> None:
    """Settle every open pair of the filter by its votes: first what would happen, then one button."""
    found = session.kept(_PREVIEW)
    preview = found[1] if isinstance(found, tuple) and found[0] == reason else None
    what = REASON_WORDS[reason].lower() if reason else "open"
    with st.expander(f"Settle all {what} pairs by their votes", expanded=preview is not None):
        st.button("Show what would happen", key="bulk-preview", on_click=_look, args=(reason,))
        if not isinstance(preview, Majorities):
            return
        for verdict, number in sorted(preview.counts.items()):
            st.markdown(f"{_pairs(number)} as **{VERDICT_WORDS[verdict]}**")
        st.caption(f"{_pairs(preview.without)} without a majority would stay as they are.")
        st.text_input("Reason for all of them", key="bulk-why")
        st.button(
            f"Settle {_pairs(len(preview.verdicts))}", key="bulk-settle", type="primary",
            disabled=not preview.verdicts, on_click=_settle_all, args=(reason, preview),
        )  # fmt: skip


def _settle(pair_id: str, verdict: Verdict) -> None:
    shown = session.kept(_SHOWN)
    if isinstance(shown, tuple) and (session.now() - shown[1]).total_seconds() < LOOK_SECONDS:
        st.toast("That was too soon after the pair appeared. Look at it, then press again.")
        return
    _act({pair_id: verdict}, str(session.kept("review-why") or ""))


def _take_back(pair_id: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        action = Action(
            id=session.request_id("settle"), reason=str(session.kept("review-why") or ""),
            by=someone.id, now=session.now(),
        )  # fmt: skip
        settlements.take_back(session.database(), [pair_id], action)
        session.renew_request("settle")
        st.toast("Open again: its votes count.")


def _undo(action_id: str) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        number = undoing.undo(session.database(), action_id, by=someone.id, now=session.now())
        st.toast(f"Undone: {_pairs(number)} as before.")


def _look(reason: Reason | None) -> None:
    session.keep(_PREVIEW, (reason, review.majorities(session.database(), reason)))


def _settle_all(reason: Reason | None, preview: Majorities) -> None:
    with guard.on_action():
        if review.majorities(session.database(), reason) != preview:
            _look(reason)
            raise InvalidInput("People have voted since you looked. Look at the new numbers, then settle.")
        if _act(preview.verdicts, str(session.kept("bulk-why") or "")):
            session.forget(_PREVIEW)


def _act(verdicts: Mapping[str, Verdict], reason: str) -> bool:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        action = Action(id=session.request_id("settle"), reason=reason, by=someone.id, now=session.now())
        number = settlements.settle(session.database(), verdicts, action)
        session.renew_request("settle")
        st.toast(f"Settled {_pairs(number)}.")
        return True
    return False


def _pairs(number: int) -> str:
    return "1 pair" if number == 1 else f"{number:,} pairs"
