"""Do one thing to every pair of a filter: first exactly what would happen, then one button, then one undo."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import streamlit as st

from curation.errors import InvalidInput
from curation.labelling import browse, piles
from curation.labelling.browse import Row
from curation.labelling.matching import Filter, Narrowing, Order
from curation.labelling.piles import Pile
from curation.model import Role, Verdict
from pages.parts import guard, review_actions, review_form, session
from pages.parts.pair_words import VERDICT_WORDS

_PREVIEW = "browse-preview"
_WHY = "browse-why"
_EXAMPLES = 5


class Deed(StrEnum):
    """What may be done to many pairs."""

    VOTES = "Settle by their votes"
    IMPORT = "Settle as imported"
    TIE = "Settle as tie"
    BOTH_BAD = "Settle as both bad"
    ASIDE = "Set aside"
    SEND_BACK = "Ask for another vote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The list that an action is about."""

    wanted: Filter
    order: Order
    among: Narrowing
    key: object  # equal for equal lists, which `among` is not

    def pile(self) -> Pile:
        return piles.of(session.database(), self.wanted, self.order, among=self.among)


def form(asked: Asked) -> None:
    """Choose, look, then act; and undo what was done last."""
    kept = session.kept(_PREVIEW)
    preview = kept if isinstance(kept, tuple) and kept[0] == asked.key else None
    with st.expander("Do one thing to all pairs of this list", expanded=preview is not None):
        # Not a list that unfolds: one that closes while the page moves takes back what was typed into it.
        deed = Deed(
            st.segmented_control(
                "What", list(Deed), default=Deed.VOTES, required=True, key="browse-deed",
                label_visibility="collapsed",
            ) or Deed.VOTES
        )  # fmt: skip
        st.button("Show what would happen", key="browse-look", on_click=_look, args=(asked,))
        if preview is not None:
            _preview(asked, deed, preview[1])
    review_form.undo()


def verdicts(deed: Deed, pile: Pile) -> Mapping[str, Verdict]:
    """What each pair would be settled as; pairs set aside are left alone, and nothing for other deeds."""
    found: Mapping[str, Verdict] = {
        Deed.VOTES: pile.majority,
        Deed.IMPORT: pile.imported,
        Deed.TIE: dict.fromkeys(pile.pair_ids, Verdict.TIE),
        Deed.BOTH_BAD: dict.fromkeys(pile.pair_ids, Verdict.BOTH_BAD),
    }.get(deed, {})
    return {pair_id: verdict for pair_id, verdict in found.items() if pair_id not in pile.aside}


def touched(deed: Deed, pile: Pile) -> Sequence[str]:
    """The pairs that it would change, in the order of the list."""
    if deed in (Deed.ASIDE, Deed.SEND_BACK):
        return [pair_id for pair_id in pile.pair_ids if pair_id not in pile.aside]
    settled = verdicts(deed, pile)
    return [pair_id for pair_id in pile.pair_ids if pair_id in settled]


def _preview(asked: Asked, deed: Deed, pile: Pile) -> None:
    ids = touched(deed, pile)
    st.markdown(_words(deed, pile, len(ids)))
    would = verdicts(deed, pile)
    examples = browse.rows(session.database(), ids[:_EXAMPLES])
    if examples:
        st.caption(f"The first {len(examples)} of {review_actions.pairs(len(ids))}:")
        st.dataframe([_example(row, would) for row in examples], hide_index=True)
    st.text_input("Reason for all of them", key=_WHY)
    st.button(
        f"{deed.value}: {review_actions.pairs(len(ids))}", key="browse-do", type="primary", disabled=not ids,
        on_click=_do, args=(asked, deed, pile),
    )  # fmt: skip


def _words(deed: Deed, pile: Pile, number: int) -> str:
    if deed is Deed.SEND_BACK:
        lines = [f"{review_actions.pairs(number)} would wait for one more vote each, from other people."]
    elif deed is Deed.ASIDE:
        lines = [f"{review_actions.pairs(number)} would leave the queue, all counts and releases."]
    else:
        lines = [
            f"{review_actions.pairs(each)} as **{VERDICT_WORDS[verdict]}**"
            for verdict, each in sorted(piles.counts(verdicts(deed, pile)).items())
        ]
    left = len(pile.pair_ids) - number
    return "  \n".join([*lines, f"{review_actions.pairs(left)} would stay as they are."] if left else lines)


def _example(row: Row, would: Mapping[str, Verdict]) -> dict[str, object]:
    shown: dict[str, object] = {"prompt": row.prompt[:200], "votes": row.votes}
    shown["winner now"] = VERDICT_WORDS[row.winner] if row.winner else "open"
    if row.pair_id in would:
        shown["would be"] = VERDICT_WORDS[would[row.pair_id]]
    return shown | {"answer 1": row.answer_1[:120], "answer 2": row.answer_2[:120]}


def _look(asked: Asked) -> None:
    with guard.on_action():
        guard.permitted(Role.REVIEWER)
        session.keep(_PREVIEW, (asked.key, asked.pile()))


def _do(asked: Asked, deed: Deed, pile: Pile) -> None:
    with guard.on_action():
        guard.permitted(Role.REVIEWER)
        if asked.pile() != pile:
            _look(asked)
            raise InvalidInput("People have acted since you looked. Look at the new numbers, then go on.")
        if _act(deed, pile):
            session.forget(_PREVIEW)


def _act(deed: Deed, pile: Pile) -> bool:
    if deed is Deed.SEND_BACK:
        return review_actions.send_back(touched(deed, pile), _WHY)
    if deed is Deed.ASIDE:
        return review_actions.set_aside(touched(deed, pile), _WHY)
    return review_actions.settle_all(verdicts(deed, pile), _WHY)
