"""What an evaluation is asked to do, and sending its answers to the annotators."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from curation.comparison import comparisons
from curation.comparison.comparisons import Comparison
from curation.database import Database
from curation.labelling import batches, events
from curation.model import Role
from curation.workspace import Workspace
from pages.parts import guard, session
from training.evaluating import contents, regression, rows, start
from training.evaluating.asked import Contestant, Sampling
from training.evaluating.rows import Prompt
from training.run_views import RunView

_HELD_OUT = "Held-out prompts of the release"
_TYPED = "Prompts typed here"
_FILE = "A file of prompts"
_REGRESSION = "The regression set"
_FORMAT = "One prompt a line: text, or a JSON object with prompt or messages."

Reader = Callable[[], Sequence[Prompt]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the lead has asked for."""

    prompts: Sequence[Prompt]
    contestants: Sequence[Contestant]
    sampling: Sampling
    scored: tuple[str, ...]


def form(place: Workspace, run: RunView) -> Wanted | None:
    """Prompts, models and sampling; None until the button is pressed."""
    kind = st.radio("Prompts", [_HELD_OUT, _REGRESSION, _TYPED, _FILE], horizontal=True, key="evaluate-kind")
    with guard.on_action():
        prompts = _prompts(place, run, kind)
        contestants = _contestants(run)
        sampling = _sampling()
        doubts = st.checkbox(
            "Read the training pairs too: which labels does the tuned model disbelieve?",
            key="evaluate-doubts",
            help="Tells most after about 40 steps: a long run has learned the wrong ones too.",
        )
        if not st.button("Let them answer", type="primary", key="evaluate-start", icon=":material/forum:"):
            return None
        scored = ("test", "train") if doubts else ("test",)
        return Wanted(prompts=prompts(), contestants=contestants, sampling=sampling, scored=scored)
    return None


def wants_judges(one: RunView) -> int:
    """How many people are to judge each pair, once the button is pressed; 0 before."""
    st.caption(
        "The answers become pairs in the ordinary blind queue: sides random, models hidden, ties allowed. "
        "They come before everything else there."
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        judges = st.number_input(
            "Judges of each pair", 1, batches.MOST_MORE, 2, key=f"judges-{one.id}", width=160,
            help="With two, the page can say how far judges agree.",
        )  # fmt: skip
        pressed = st.button("Ask people", type="primary", key=f"ask-{one.id}", icon=":material/compare:")
    return int(judges) if pressed else 0


def send(database: Database, made: Comparison, *, judges: int, by: str, now: datetime) -> None:
    """Put the comparison's pairs at the head of the queue."""
    chosen = comparisons.pair_ids(database, made.id)
    if chosen:
        name = f"Comparison {made.origin.evaluation}"
        batches.make(database, chosen, name=name, by=by, now=now, more=judges)


def _prompts(place: Workspace, run: RunView, kind: str) -> Reader:
    """The inputs of one kind; what they hold is read when the button is pressed."""
    if kind == _HELD_OUT:
        count = st.number_input("How many", 1, 10_000, 50, key="evaluate-count")
        return lambda: start.held_out_prompts(run.request.release, int(count))
    if kind == _REGRESSION:
        written = st.text_area(
            "Prompts that every model is asked", regression.text(place), help=_FORMAT, key="regression"
        )
        if st.button("Keep this set", key="regression-keep"):
            _keep(place, written)
        return lambda: regression.prompts(place)
    if kind == _TYPED:
        typed = st.text_area("Prompts", help=_FORMAT, key="evaluate-typed")
        return lambda: rows.parse_prompts(typed, origin="typed")
    uploaded = st.file_uploader("File", type=["txt", "jsonl"], help=_FORMAT, key="evaluate-file")
    return lambda: rows.parse_prompts(
        uploaded.getvalue().decode("utf-8-sig", errors="replace") if uploaded else "",
        origin=uploaded.name if uploaded else "No file",
    )


def _keep(place: Workspace, written: str) -> None:
    someone = guard.permitted(Role.LEAD)
    count = regression.keep(place, written)
    events.add(
        session.database(), actor=someone.id, action="change regression set", subject=place.home.name,
        detail={"prompts": count}, now=session.now(),
    )  # fmt: skip
    st.toast(f"Kept: {count} prompts.")


def _contestants(run: RunView) -> list[Contestant]:
    kept = start.of_checkpoints(run.path)
    chosen = st.multiselect(
        "Checkpoints that take part too",
        kept,
        format_func=lambda one: one.name,
        key=f"evaluate-checkpoints-{run.id}",
        disabled=not kept,
    )
    return [start.of_run(run.path), *chosen]


def _sampling() -> Sampling:
    plain = Sampling()
    columns = st.columns(5)
    return Sampling(
        temperature=columns[0].number_input(
            "Temperature", 0.0, 2.0, plain.temperature, 0.1, help="0 takes the likeliest token each time."
        ),
        top_p=columns[1].number_input("Top p", 0.05, 1.0, plain.top_p, 0.05),
        longest=int(columns[2].number_input("Longest answer, tokens", 1, 4096, plain.longest)),
        seed=int(columns[3].number_input("Seed", 0, 2**31 - 1, plain.seed)),
        batch=int(columns[4].number_input("At once", 1, 512, plain.batch, help="Memory grows with it.")),
    )


def has_answers(one: RunView) -> bool:
    """There is something to judge."""
    return (one.path / contents.COMPARISON).stat().st_size > 0
