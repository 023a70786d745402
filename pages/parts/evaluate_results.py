"""What an evaluation says: the verdict on top, then judgements, held-out truth, answers and doubts."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from curation.comparison import results, verdict
from curation.comparison.comparisons import Comparison
from curation.comparison.results import Duel, Judgement
from curation.comparison.verdict import HeldOut, Outcome
from curation.database import Database
from pages.parts import (
    evaluate_answers,
    evaluate_doubts,
    evaluate_held_out,
    evaluate_judged,
    evaluate_words,
    run_words,
)
from pages.parts.plain import plain
from training import documents
from training.evaluating import asked, contents
from training.evaluating.asked import BASE
from training.run_views import RunView

_SHOWN = {
    Outcome.BETTER: st.success,
    Outcome.WORSE: st.error,
    Outcome.NO_DIFFERENCE: st.info,
    Outcome.LEAK: st.warning,
    Outcome.OPEN: st.info,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """All that is known of one evaluation.

    Attributes:
        told: held_out.json; empty where it is missing.
        made, duel: None before its answers were sent to people.
    """

    told: dict[str, Any]
    made: Comparison | None
    said: tuple[Judgement, ...]
    duel: Duel | None


def in_words(one: RunView) -> str:
    """An evaluation in the list."""
    wanted = one.request.evaluation
    count = f"{wanted.prompts} prompts, {len(wanted.contestants)} models" if wanted else ""
    return f"{run_words.name(one.id)} · {count}, {run_words.STATE_WORDS[one.state.state][0].lower()}"


def known(database: Database, run: RunView, one: RunView, made: Comparison | None) -> Known:
    """Read what the evaluation has left and what people have said of it."""
    told = documents.read_or_none(one.path / contents.HELD_OUT) or {}
    wanted = one.request.evaluation
    if made is None or wanted is None:
        return Known(told=told, made=None, said=(), duel=None)
    names = asked.model_names(wanted, run.request.model.label)
    tuned, base = names[wanted.contestants[1].name], names[BASE]
    said = tuple(results.judgements(database, [made.id]))
    pairs = results.asked_of(database, made.id, tuned, base)
    return Known(told=told, made=made, said=said, duel=results.duel(said, tuned, base, asked=pairs))


def conclusion(seen: Known) -> None:
    """The verdict in words, and the rules that it follows."""
    told = seen.told
    held_out = HeldOut(
        n=int(told.get("n") or 0),
        accuracy=told.get("accuracy"),
        interval=tuple(told["interval"]) if told.get("interval") else None,
        baselines=told.get("baselines") or {},
    )
    found = verdict.conclude(seen.duel, held_out)
    words = found.outcome.value
    _SHOWN[found.outcome](f"**{words[0].upper()}{words[1:]}.** {plain(found.why)}")
    evaluate_words.why("verdict")


def details(database: Database, one: RunView, seen: Known, *, by: str) -> None:
    """Everything behind the verdict, one tab a question."""
    judged, held_out, answers, doubts = st.tabs(
        ["Blind judgements", "Held-out pairs", "Answers side by side", "Labels it doubts"]
    )
    with judged:
        if seen.duel is None or seen.made is None:
            st.caption("Nobody has been asked to judge these answers yet.")
        else:
            evaluate_judged.show(database, seen.made.id, seen.duel, seen.said)
    with held_out:
        evaluate_held_out.show(seen.told)
    with answers:
        evaluate_answers.show(one, waiting=seen.duel.asked - seen.duel.judged if seen.duel else None)
    with doubts:
        evaluate_doubts.show(database, one, by=by)
