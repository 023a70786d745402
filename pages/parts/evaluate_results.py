"""What an evaluation and its judgements say: verdict, held-out truth, win rate, evidence, examples."""

from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import streamlit as st

from curation.comparison import comparisons, evidence, length_control, results, verdict, winning
from curation.comparison.comparisons import Comparison
from curation.comparison.results import Duel, Judgement
from curation.comparison.verdict import HeldOut, Outcome
from curation.database import Database
from curation.labelling import pairs
from pages.parts import rendered, run_words
from pages.parts.plain import plain
from training import documents
from training.evaluating import asked, contents
from training.evaluating.asked import BASE
from training.runs import RunView

_SHOWN = {
    Outcome.BETTER: st.success,
    Outcome.WORSE: st.error,
    Outcome.NO_DIFFERENCE: st.info,
    Outcome.LEAK: st.warning,
    Outcome.OPEN: st.info,
}
_EXAMPLES = 3
_MARKS = [0.01, 0.1, 1, 20, 1000, 1e6, 1e9]


def in_words(one: RunView) -> str:
    """State of an evaluation in the list."""
    wanted = one.request.evaluation
    count = f"{wanted.prompts} prompts, {len(wanted.contestants)} models" if wanted else ""
    return f"{count}, {run_words.STATE_WORDS[one.state.state][0].lower()}"


def of_run(evaluations: Sequence[RunView], run: str) -> list[RunView]:
    """The evaluations of one run, newest first."""
    return [one for one in evaluations if one.request.evaluation and one.request.evaluation.run == run]


def show(database: Database, run: RunView, one: RunView, made: Comparison | None) -> None:
    """Everything that is known of one evaluation, the verdict first."""
    wanted = one.request.evaluation
    assert wanted is not None
    names = asked.model_names(wanted, run.request.model.label)
    told = documents.read_or_none(one.path / contents.HELD_OUT) or {}
    held_out = HeldOut(
        n=int(told.get("n") or 0),
        accuracy=told.get("accuracy"),
        interval=tuple(told["interval"]) if told.get("interval") else None,
        baselines=told.get("baselines") or {},
    )
    said = results.judgements(database, [made.id]) if made else []
    tuned = names[wanted.contestants[1].name]
    duel = _duel(database, made, said, tuned, names[BASE]) if made else None
    _verdict(verdict.conclude(duel, held_out))
    if duel is not None:
        _blind(database, duel, said)
    _held_out(told)


def leaderboard(database: Database) -> None:
    """All models of the project that were judged, in one order."""
    everything = [each.id for each in comparisons.everything(database)]
    said = results.judgements(database, everything)
    board = results.board(said)
    if len(board) < 2:
        return
    st.subheader("Leaderboard", anchor=False)
    frame = pd.DataFrame(
        [
            {
                "model": place.model,
                "strength": place.strength,
                "95 % interval": f"{place.low:+.2f} to {place.high:+.2f}",
                "judgements": place.judged,
                "preferred": place.rate,
            }
            for place in board
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "strength": st.column_config.NumberColumn(format="%+.2f"),
            "preferred": st.column_config.NumberColumn(format="percent"),
        },
    )
    st.caption(
        "Strength is the log-odds of being preferred to an average model of this board (Bradley-Terry); "
        "intervals come from resampling prompts."
    )


def _duel(database: Database, made: Comparison, said: Sequence[Judgement], tuned: str, base: str) -> Duel:
    return results.duel(said, tuned, base, asked=results.asked_of(database, made.id, tuned, base))


def _verdict(conclusion: verdict.Conclusion) -> None:
    words = conclusion.outcome.value
    _SHOWN[conclusion.outcome](f"**{words[0].upper()}{words[1:]}.** {plain(conclusion.why)}")


def _blind(database: Database, duel: Duel, said: Sequence[Judgement]) -> None:
    st.markdown("**Blind judgements**")
    columns = st.columns(4)
    rate = duel.rate if duel.votes else None
    columns[0].metric(
        "Win rate", "no votes" if rate is None else f"{rate.rate:.0%}",
        help="(wins + ties / 2) / judgements; equal answers are ties. The interval resamples whole prompts.",
    )  # fmt: skip
    columns[0].caption("" if rate is None else f"95 % interval {rate.low:.0%} to {rate.high:.0%}")
    at_length = duel.controlled
    columns[1].metric(
        "At equal length", "unknown" if at_length is None else f"{at_length.rate:.0%}",
        help="What the win rate would be if both wrote equally long answers.",
    )  # fmt: skip
    columns[1].caption(
        f"needs {length_control.FROM} votes on answers of different length"
        if at_length is None
        else f"95 % interval {at_length.low:.0%} to {at_length.high:.0%}"
    )
    columns[2].metric("Judged", f"{duel.judged} of {duel.asked}")
    columns[2].caption(f"votes: {duel.votes}, both bad: {duel.both_bad}; equal answers: {duel.equal}")
    columns[3].metric(
        "Judges agree", "undefined" if duel.raw_agreement is None else f"{duel.raw_agreement:.0%}",
        help="Chance that two people who judged a pair said the same.",
    )  # fmt: skip
    columns[3].caption(
        "needs pairs with two votes" if duel.raw_agreement is None else "on pairs with two votes"
    )
    _path(duel)
    for won, title in ((True, "Wins"), (False, "Losses")):
        _examples(database, duel, said, title, won=won)


def _path(duel: Duel) -> None:
    if not duel.evidence.path:
        st.caption("The evidence begins with the first judgement that prefers an answer.")
        return
    frame = pd.DataFrame({"n": range(1, len(duel.evidence.path) + 1), "evidence": duel.evidence.path})
    line = alt.Chart(frame).mark_line(point=len(frame) < 60).encode(
        x=alt.X("n:Q", title="decisive judgements", axis=alt.Axis(tickMinStep=1, format="d")),
        y=alt.Y(
            "evidence:Q", title="evidence", scale=alt.Scale(type="log"),
            axis=alt.Axis(values=_MARKS, format="~g"),
        ),
        tooltip=["n:Q", alt.Tooltip("evidence:Q", format=".3g")],
    )  # fmt: skip
    stop = alt.Chart(pd.DataFrame({"evidence": [evidence.LINE]}))
    stop_line = stop.mark_rule(strokeDash=[4, 4], color="gray").encode(y="evidence:Q")
    st.altair_chart(alt.LayerChart(layer=[line, stop_line], height=220))
    st.caption(
        f"Above the dashed line ({evidence.LINE:.0f}) the models differ. Equal models ever reach it in "
        "at most 5 of 100 comparisons, however often you look: look when you like, stop when it is crossed. "
        f"A true win rate of 60 % needs about {winning.decisive_needed(0.6)} decisive judgements, "
        f"55 % about {winning.decisive_needed(0.55)}."
    )


def _examples(database: Database, duel: Duel, said: Sequence[Judgement], title: str, *, won: bool) -> None:
    wanted = 1.0 if won else 0.0
    own = [one for one in said if one.pair_id and set(one.models) == {duel.model, duel.against}]
    chosen = dict.fromkeys(one.pair_id for one in own if one.score_of(duel.model) == wanted)
    if not chosen:
        return
    with st.expander(f"{title}: {len(chosen)} pairs"):
        for pair_id in list(chosen)[:_EXAMPLES]:
            pair = pairs.get(database, str(pair_id))
            tuned_first = pair.origin_1 == duel.model
            answers = (pair.answer_1, pair.answer_2) if tuned_first else (pair.answer_2, pair.answer_1)
            with st.container(border=True):
                rendered.show(pair.prompt, key=f"{title}-{pair_id}-prompt")
                for column, name, answer in zip(st.columns(2), ("tuned", "base"), answers, strict=True):
                    with column:
                        st.caption(name)
                        rendered.show(answer, key=f"{title}-{pair_id}-{name}")


def _held_out(told: dict[str, Any]) -> None:
    contestants = told.get("contestants")
    if not isinstance(contestants, dict) or not told.get("n"):
        st.caption("The release has no held-out pairs, so there is no held-out accuracy.")
        return
    st.markdown("**Held-out pairs**")
    table = [_standing(name, one) for name, one in contestants.items()]
    baselines = told.get("baselines")
    table += [
        _row(f"baseline: {name.replace('_', ' ')}", value, None, None, None)
        for name, value in (baselines.items() if isinstance(baselines, dict) else [])
    ]
    st.dataframe(pd.DataFrame(table), hide_index=True)
    st.caption(
        f"Reward accuracy on {told['n']} pairs that no run has trained on. The base model has none: measured "
        "against itself every reward is 0. A tuned model should beat every baseline, not only 50 %."
    )


def _standing(name: str, one: dict[str, Any]) -> dict[str, str]:
    return _row(name, one.get("accuracy"), one.get("interval"), one.get("margin"), one.get("loss"))


def _row(
    model: str,
    accuracy: float | None,
    interval: Sequence[float] | None,
    margin: float | None,
    loss: float | None,
) -> dict[str, str]:
    return {
        "model": model,
        "accuracy": "not defined" if accuracy is None else f"{accuracy:.0%}",
        "95 % interval": f"{interval[0]:.0%} to {interval[1]:.0%}" if interval else "",
        "margin": "" if margin is None else f"{margin:.3f}",
        "loss": "" if loss is None else f"{loss:.3f}",
    }
