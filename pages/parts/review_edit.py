"""Correct the texts of a pair. A pair is its content, so this makes a new one and sets the old one aside."""

import streamlit as st

from curation.labelling.edits import Texts
from curation.labelling.review import Entry
from pages.parts import review_actions, session

_FIELDS = ("prompt", "answer_1", "answer_2")


def form(entry: Entry) -> None:
    """Three fields and one button; the reason is the one above."""
    row = entry.row
    with st.form(f"edit-{row.pair_id}"):
        st.text_area("Prompt", row.prompt, key=_key(row.pair_id, "prompt"), height=110)
        one, other = st.columns(2)
        one.text_area("Answer 1", row.answer_1, key=_key(row.pair_id, "answer_1"), height=260)
        other.text_area("Answer 2", row.answer_2, key=_key(row.pair_id, "answer_2"), height=260)
        st.caption(
            "This makes a new pair, which people judge from the beginning. The one you see now is set aside "
            "with its votes."
        )
        st.form_submit_button("Make the corrected pair", type="primary", on_click=_edit, args=(row.pair_id,))


def _edit(pair_id: str) -> None:
    prompt, one, other = (str(session.kept(_key(pair_id, field)) or "") for field in _FIELDS)
    if review_actions.edit(pair_id, Texts(prompt=prompt, answer_1=one, answer_2=other)):
        session.keep("review-edits", value=False)


def _key(pair_id: str, field: str) -> str:
    return f"edit-{field}-{pair_id}"
