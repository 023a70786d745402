"""One pair, opened: prompt, both answers with what stands behind them, and its history."""

import streamlit as st

from curation.database import Database
from curation.labelling import decisions, pairs, settlements
from curation.labelling.browse import Row
from curation.labelling.settlements import Settlement
from curation.model import Answer, Decision, Pair, Speaker, Verdict
from pages.parts import charts, rendered, word_difference
from pages.parts.plain import plain

VERDICT_WORDS = {
    Verdict.ANSWER_1: "Answer 1",
    Verdict.ANSWER_2: "Answer 2",
    Verdict.TIE: "Tie",
    Verdict.BOTH_BAD: "Both bad",
    Verdict.SKIP: "Skipped",
}
_SPEAKERS = {Speaker.SYSTEM: "System", Speaker.USER: "User", Speaker.ASSISTANT: "Assistant"}


def show(db: Database, row: Row, *, compared: bool = False) -> None:
    """Draw the pair of a list's row. For reviewers: models and priors are visible here.

    Args:
        compared: show the answers as plain text with the words marked in which they differ.
    """
    pair = pairs.get(db, row.pair_id)
    st.subheader(f"Pair {row.pair_id[:8]}", anchor=False)
    st.caption(f"{charts.TIER_WORDS[row.tier].capitalize()} · {_votes(row.votes)} · {pair.id}")
    for message in pair.context:
        _text(_SPEAKERS[message.speaker], message.content)
    _text("Prompt", pair.prompt)
    marked = word_difference.html(pair.answer_1, pair.answer_2) if compared else (None, None)
    for column, answer, html in zip(st.columns(2), Answer, marked, strict=True):
        with column:
            _answer(pair, row, answer, html)
    _history(decisions.history(db, row.pair_id), settlements.history(db, row.pair_id), pair)


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


def _text(title: str, content: str, note: str = "", html: str | None = None) -> None:
    with st.container(border=True):
        st.markdown(f"**{title}**")
        if note:
            st.caption(plain(note))
        if html is None:
            rendered.show(content)
        else:
            rendered.show_html(html)


def _history(found: tuple[Decision, ...], settled: tuple[Settlement, ...], pair: Pair) -> None:
    st.markdown("**History**")
    rows = [
        {
            "when (UTC)": decision.server_time,
            "who": decision.annotator_id,
            "decided": VERDICT_WORDS[decision.verdict] if decision.verdict else "taken back",
            "left on screen": VERDICT_WORDS[Verdict(decision.left)] if decision.left else "unknown",
            "seconds": decision.seconds_active,
            "guidelines": f"v{decision.guideline_version}",
            "comment": decision.comment,
        }
        for decision in found
    ]
    rows += [
        {
            "when (UTC)": each.settled,
            "who": each.settled_by,
            "decided": f"settled: {VERDICT_WORDS[each.verdict]}" if each.verdict else "open again",
            "left on screen": "",
            "seconds": None,
            "guidelines": "",
            "comment": each.reason,
        }
        for each in settled
    ]
    if rows:
        st.dataframe(rows, hide_index=True)
    else:
        st.caption("Nobody has decided about this pair yet.")
    prior = VERDICT_WORDS[pair.prior_winner] if pair.prior_winner else "no winner"
    st.caption(f"Imported from row {pair.source_row} of source {pair.source_id[:8]}, which named {prior}.")


def _votes(number: int) -> str:
    return "1 vote" if number == 1 else f"{number} votes"
