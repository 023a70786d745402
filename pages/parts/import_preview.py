"""The first rows of a source as they would be imported."""

import streamlit as st

from curation.intake.preview import Preview
from curation.intake.rows import Half
from curation.intake.vote_line import Vote
from curation.model import Answer, Message, Pair, Verdict
from pages.parts.plain import plain

_SHOWN = 400  # characters of a text
_SHORT = ("who", "verdict", "winner", "is")


def show(seen: Preview) -> None:
    """Pairs, votes or single answers, then what the first rows do not give and why."""
    rows = [
        *(_pair(pair) for pair in seen.pairs),
        *(_vote(vote) for vote in seen.votes),
        *(_half(half) for half in seen.halves),
    ]
    if rows:
        st.caption(_heading(seen))
        widths = {
            name: st.column_config.TextColumn(width="small" if name in _SHORT else "medium")
            for row in rows
            for name in row
        }
        st.dataframe(rows, hide_index=True, column_config=widths)
    for refusal in seen.refusals:
        (st.info if refusal.aside else st.warning)(plain(f"Row {refusal.line}: {refusal.reason}"))


def _heading(seen: Preview) -> str:
    if seen.needs_rule:
        return "The first rows, the best answer against each worse one, until you say which pairs you want"
    if seen.votes:
        return "The first votes. Each stays a vote of the person who gave it, under a pseudonym."
    if seen.halves:
        return (
            "The first answers. Good and bad ones to the same prompt become pairs, in the order of the file; "
            "the rest is kept aside and counted."
        )
    return "The first rows as they would be imported"


def _pair(pair: Pair) -> dict[str, str]:
    winner = Answer(pair.prior_winner) if pair.prior_winner in (Verdict.ANSWER_1, Verdict.ANSWER_2) else None
    named = (
        {"chosen": winner, "rejected": winner.other}
        if winner
        else dict(zip(("answer 1", "answer 2"), Answer, strict=True))
    )
    answers = {name: pair.text_of(answer)[:_SHOWN] for name, answer in named.items()}
    level = {"winner": _word(pair.prior_winner)} if winner is None and pair.prior_winner else {}
    return {"prompt": pair.prompt[:_SHOWN], **answers, **level, **_before(pair.context)}


def _vote(vote: Vote) -> dict[str, str]:
    first = vote.pair.text_of(vote.first)
    other = vote.pair.text_of(vote.first.other)
    return {
        "who": vote.annotator,
        "verdict": _word(vote.as_given),
        "prompt": vote.pair.prompt[:_SHOWN],
        "answer 1": first[:_SHOWN],
        "answer 2": other[:_SHOWN],
        **_before(vote.pair.context),
    }


def _half(half: Half) -> dict[str, str]:
    said = "good" if half.good else "bad"
    return {
        "prompt": half.prompt[:_SHOWN],
        "answer": half.answer[:_SHOWN],
        "is": said,
        **_before(half.context),
    }


def _before(context: tuple[Message, ...]) -> dict[str, str]:
    said = " / ".join(f"{message.speaker}: {message.content}" for message in context)
    return {"before the prompt": said[:200]} if said else {}


def _word(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")
