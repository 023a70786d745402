"""Do one thing to every pair of a list: first exactly what would happen, then one button, then one undo."""

from collections.abc import Sequence
from enum import StrEnum

import streamlit as st

from curation.errors import InvalidInput
from curation.labelling import browse, review
from curation.labelling.browse import Row
from curation.labelling.desk import Reason
from curation.labelling.review import Pile
from curation.model import Role
from pages.parts import guard, review_actions, session
from pages.parts.pair_words import VERDICT_WORDS
from pages.parts.review_form import REASON_WORDS

_PREVIEW = "review-preview"
_WHY = "bulk-why"
EXAMPLES = 5
CLOSED = (Reason.SETTLED, Reason.ASIDE, Reason.WAITING)


class Deed(StrEnum):
    """What may be done to many pairs."""

    SETTLE = "settle"
    SEND_BACK = "send_back"
    SET_ASIDE = "set_aside"


_DEEDS = {
    Deed.SETTLE: "Settle by their votes",
    Deed.SEND_BACK: "Send back for another vote",
    Deed.SET_ASIDE: "Set aside",
}
_PRESS = {Deed.SETTLE: "Settle {}", Deed.SEND_BACK: "Send back {}", Deed.SET_ASIDE: "Set aside {}"}


def form(reason: Reason | None) -> None:
    """Choose, look, then act; nothing for pairs that are dealt with."""
    if reason in CLOSED:
        return
    kept = session.kept(_PREVIEW)
    preview = kept if isinstance(kept, tuple) and kept[0] == reason else None
    what = "open" if reason is None else REASON_WORDS[reason].lower()
    with st.expander(f"Do one thing to all {what} pairs", expanded=preview is not None):
        deed = Deed(
            st.segmented_control(
                "What", list(Deed), default=Deed.SETTLE, required=True, format_func=_DEEDS.__getitem__,
                key="bulk-deed", label_visibility="collapsed",
            ) or Deed.SETTLE
        )  # fmt: skip
        st.button("Show what would happen", key="bulk-preview", on_click=_look, args=(reason,))
        if preview is not None:
            _preview(reason, deed, preview[1])


def touched(deed: Deed, pile: Pile) -> Sequence[str]:
    """The pairs that it would change, in the order of the queue."""
    if deed is Deed.SETTLE:
        return [pair_id for pair_id in pile.pair_ids if pair_id in pile.majority]
    return pile.pair_ids


def _preview(reason: Reason | None, deed: Deed, pile: Pile) -> None:
    ids = touched(deed, pile)
    st.markdown(_words(deed, pile))
    examples = browse.rows(session.database(), ids[:EXAMPLES])
    if examples:
        st.caption(f"The first {len(examples)} of {review_actions.pairs(len(ids))}:")
        st.dataframe([_example(deed, row, pile) for row in examples], hide_index=True)
    st.text_input("Reason for all of them", key=_WHY)
    st.button(
        _PRESS[deed].format(review_actions.pairs(len(ids))), key="bulk-settle", type="primary",
        disabled=not ids, on_click=_do, args=(reason, deed, pile),
    )  # fmt: skip


def _words(deed: Deed, pile: Pile) -> str:
    number = review_actions.pairs(len(pile.pair_ids))
    if deed is Deed.SEND_BACK:
        return f"{number} would wait for one more vote each, from people who have not judged them."
    if deed is Deed.SET_ASIDE:
        return f"{number} would leave the queue, all counts and releases, until they are put back."
    lines = [
        f"{review_actions.pairs(number)} as **{VERDICT_WORDS[verdict]}**"
        for verdict, number in sorted(pile.counts.items())
    ]
    return "  \n".join(
        [*lines, f"{review_actions.pairs(pile.without)} without a majority would stay as they are."]
    )


def _example(deed: Deed, row: Row, pile: Pile) -> dict[str, object]:
    shown: dict[str, object] = {"prompt": row.prompt[:200], "votes": row.votes}
    if deed is Deed.SETTLE:
        shown["would be"] = VERDICT_WORDS[pile.majority[row.pair_id]]
    return shown | {"answer 1": row.answer_1[:120], "answer 2": row.answer_2[:120]}


def _look(reason: Reason | None) -> None:
    with guard.on_action():
        guard.permitted(Role.REVIEWER)
        session.keep(_PREVIEW, (reason, review.pile(session.database(), reason)))


def _do(reason: Reason | None, deed: Deed, pile: Pile) -> None:
    with guard.on_action():
        if review.pile(session.database(), reason) != pile:
            _look(reason)
            raise InvalidInput("People have acted since you looked. Look at the new numbers, then go on.")
        if not str(session.kept(_WHY) or "").strip():
            # An error would stand at the top of the page, far above the button.
            st.toast("Say why in *Reason for all of them*, then press again.", icon=":material/error:")
        elif _act(deed, pile):
            session.forget(_PREVIEW)


def _act(deed: Deed, pile: Pile) -> bool:
    if deed is Deed.SEND_BACK:
        return review_actions.send_back(pile.pair_ids, _WHY)
    if deed is Deed.SET_ASIDE:
        return review_actions.set_aside(pile.pair_ids, _WHY)
    return review_actions.settle_all(pile.majority, _WHY)
