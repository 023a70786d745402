"""One pair, opened: prompt, both answers with what stands behind them, and its history."""

import streamlit as st

from curation.database import Database
from curation.labelling import mends, pairs
from curation.labelling.browse import Row
from curation.labelling.mends import Present
from curation.model import Answer, Pair
from pages.parts import charts, gold_mark, pair_history, release_examples, rendered, word_difference
from pages.parts.pair_words import SPEAKER_WORDS
from pages.parts.plain import plain


def show(db: Database, row: Row, *, compared: bool = False) -> None:
    """Draw the pair of a list's row. For reviewers: models and priors are visible here.

    Args:
        compared: show the answers as plain text with the words marked in which they differ.
    """
    pair = pairs.get(db, row.pair_id)
    aside = " · **set aside**" if row.aside else ""
    st.caption(f"Pair {pair.id} · {charts.TIER_WORDS[row.tier]} · {_votes(row.votes)}{aside}")
    with db.reading() as cursor:
        fixed = mends.present(cursor, [pair.id]).get(pair.id)
    turns = pair.context if fixed is None else fixed.over(pair).context
    for message, now in zip(pair.context, turns, strict=True):
        _text(SPEAKER_WORDS[message.speaker], message.content)
        if fixed is not None:
            _fixed(fixed, message.content, now.content)
    _text("Prompt", pair.prompt)
    if fixed is not None:
        _fixed(fixed, pair.prompt, fixed.prompt)
    marked = word_difference.html(pair.answer_1, pair.answer_2) if compared else (None, None)
    for column, answer, html in zip(st.columns(2), Answer, marked, strict=True):
        with column:
            _answer(pair, row, answer, html)
            if fixed is not None:
                _fixed(fixed, pair.text_of(answer), fixed.text_of(answer))
    gold_mark.show(db, pair.id)
    pair_history.show(db, pair)


def _answer(pair: Pair, row: Row, answer: Answer, html: str | None) -> None:
    won = row.winner is not None and row.winner.value == answer.value
    imported = pair.prior_winner is not None and pair.prior_winner.value == answer.value
    origin = pair.origin_1 if answer is Answer.ONE else pair.origin_2
    notes = [
        "winner now" if won else "",
        "winner as imported" if imported else "",
        f"written by {origin}" if origin else "",
        f"{len(pair.text_of(answer)):,} characters",
    ]
    title = "Answer 1" if answer is Answer.ONE else "Answer 2"
    _text(title, pair.text_of(answer), " · ".join(note for note in notes if note), html)


def _fixed(fixed: Present, imported: str, shown: str) -> None:
    """What a fix has made of a text; nothing where it left that one alone."""
    if shown == imported:
        return
    with st.container(border=True):
        st.caption(f"Fixed ({fixed.rule}): annotators see this, and releases write it")
        rendered.show_html(release_examples.change(imported, shown))


def _text(title: str, content: str, note: str = "", html: str | None = None) -> None:
    with st.container(border=True):
        st.markdown(f"**{title}**")
        if note:
            st.caption(plain(note))
        if html is None:
            rendered.show(content)
        else:
            rendered.show_html(html)


def _votes(number: int) -> str:
    return "1 vote" if number == 1 else f"{number} votes"
