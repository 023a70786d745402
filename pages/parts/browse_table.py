"""The list of one page of pairs, a line a pair."""

import streamlit as st

from curation.labelling.browse import Page, Row
from pages.parts import charts, pair_words


def show(page: Page) -> Row | None:
    """The list; the row a person has picked."""
    picked = st.dataframe(
        [
            {
                "prompt": row.prompt[:300],
                "winner": pair_words.VERDICT_WORDS[row.winner] if row.winner else "open",
                "support": charts.TIER_WORDS[row.tier],
                "votes": row.votes,
                "answer 1": row.answer_1[:200],
                "answer 2": row.answer_2[:200],
            }
            for row in page.rows
        ],
        hide_index=True,
        height=35 * min(len(page.rows) + 1, 9) + 3,
        row_height=35,
        key="browse-table",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "prompt": st.column_config.TextColumn(width="medium"),
            "answer 1": st.column_config.TextColumn(width="medium"),
            "answer 2": st.column_config.TextColumn(width="medium"),
            "votes": st.column_config.NumberColumn(width="small"),
        },
    )
    rows = picked.selection.rows
    return page.rows[rows[0]] if rows and rows[0] < len(page.rows) else None
