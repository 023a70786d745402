"""Gold from a file: look at what it holds, then mark its pairs."""

import streamlit as st

from curation.database import Database
from curation.intake import gold_files, locations
from curation.intake.gold_files import GoldFile
from curation.labelling import golds
from curation.model import Role
from pages.parts import guard, review_actions, session
from pages.parts.pair_words import VERDICT_WORDS

_SHOWN = 50
_READ = "gold-read"


def show(db: Database) -> None:
    """How many pairs are gold, and a file with more of them."""
    st.subheader("Gold", anchor=False)
    st.caption(
        f"{review_actions.pairs(golds.count(db))} with a known winner. Browse marks single pairs; a file "
        "marks many: JSON lines with prompt (or messages), answer_1, answer_2 and verdict."
    )
    upload = st.file_uploader("Gold from a file", key="gold-file", type="jsonl")
    if upload is None:
        return
    with guard.on_action():
        kept = session.kept(_READ)
        if not isinstance(kept, tuple) or kept[0] != upload.file_id:
            located = locations.keep_upload(session.home(), upload.name, upload)
            kept = (upload.file_id, gold_files.read(located))
            session.keep(_READ, kept)
        _preview(kept[1])


def _preview(found: GoldFile) -> None:
    accepted, refused = len(found.pairs), len(found.refused)
    st.markdown(f"**{review_actions.pairs(accepted)}** with a known winner, **{refused:,}** refused.")
    if found.pairs:
        st.dataframe(
            [
                {
                    "prompt": pair.prompt[:300],
                    "known winner": VERDICT_WORDS[found.known[pair.id]],
                    "answer 1": pair.answer_1[:200],
                    "answer 2": pair.answer_2[:200],
                }
                for pair in found.pairs[:_SHOWN]
            ],
            hide_index=True,
            height=35 * min(accepted + 1, 7) + 3,
            row_height=35,
        )
    if found.refused:
        st.caption("Refused lines")
        st.dataframe(
            [
                {"line": each.line, "why": each.reason, "text": each.excerpt}
                for each in found.refused[:_SHOWN]
            ],
            hide_index=True,
        )
    st.button(
        f"Mark {review_actions.pairs(accepted)} as gold", key="gold-take", type="primary",
        disabled=not accepted, on_click=_take, args=(found,),
    )  # fmt: skip


def _take(found: GoldFile) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.LEAD)
        done = gold_files.take(session.database(), found, by=someone.id, now=session.now())
        st.toast(f"Gold now: {review_actions.pairs(done.gold)}, {done.new:,} of them new here.")
