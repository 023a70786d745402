"""Correct the texts of a pair. A pair is its content, so this makes a new one and sets the old one aside."""

import streamlit as st

from curation.labelling import mends
from curation.labelling.browse import Row
from curation.labelling.edits import Texts
from curation.labelling.mends import Present
from curation.labelling.review import Entry
from pages.parts import review_actions, session

_FIELDS = ("prompt", "answer_1", "answer_2")


def form(entry: Entry) -> None:
    """Three fields with the texts as they stand, fixes included, and one button."""
    shown = _present(entry)
    name = entry.row.pair_id + shown.made_of[:8]  # after a fix other fields, or the old texts would stay
    with st.form(f"edit-{name}"):
        st.text_area("Prompt", shown.prompt, key=_key(name, "prompt"), height=110)
        one, other = st.columns(2)
        one.text_area("Answer 1", shown.answer_1, key=_key(name, "answer_1"), height=260)
        other.text_area("Answer 2", shown.answer_2, key=_key(name, "answer_2"), height=260)
        st.caption(
            "This makes a new pair, which people judge from the beginning. The one you see now is set aside "
            "with its votes." + (" A fix has been applied to these texts." if shown.made_of else "")
        )
        st.form_submit_button(
            "Make the corrected pair", type="primary", on_click=_edit,
            args=(entry.row.pair_id, name, shown.made_of),
        )  # fmt: skip


def _present(entry: Entry) -> Texts:
    row = entry.row
    with session.database().reading() as cursor:
        fixed = mends.present(cursor, [row.pair_id]).get(row.pair_id)
    texts: Row | Present = row if fixed is None else fixed
    return Texts(
        prompt=texts.prompt,
        answer_1=texts.answer_1,
        answer_2=texts.answer_2,
        made_of="" if fixed is None else fixed.text_id,
    )


def _edit(pair_id: str, name: str, made_of: str) -> None:
    prompt, one, other = (str(session.kept(_key(name, field)) or "") for field in _FIELDS)
    if review_actions.edit(pair_id, Texts(prompt=prompt, answer_1=one, answer_2=other, made_of=made_of)):
        session.keep("review-edits", value=False)


def _key(name: str, field: str) -> str:
    return f"edit-{field}-{name}"
