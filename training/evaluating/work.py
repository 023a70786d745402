"""One evaluation from request to comparison file. Imports torch; only the worker imports this."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import documents, dpo, errors, materials, metrics, recipe, runs, scoring
from training.evaluating import asked, contents, generation, groups, held_out, rows, stage
from training.evaluating.asked import Asked, Contestant, Weights
from training.evaluating.generation import Encoded
from training.evaluating.rows import AnswerRow, ScoreRow
from training.evaluating.stage import Stage
from training.journal import Journal
from training.release_pairs import PreferencePair
from training.rendering import Rendered, Renderer
from training.runs import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """How far the evaluation came, in answers and likelihoods."""

    step: int
    max_steps: int

    @property
    def all_of_it(self) -> bool:
        return self.step == self.max_steps

    @property
    def sentence(self) -> str:
        done = f"{self.step} of {self.max_steps} answers and likelihoods"
        return (
            f"Made all {self.max_steps} answers and likelihoods."
            if self.all_of_it
            else f"Stopped after {done}."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A released pair, rendered."""

    split: str
    pair_id: str
    rendered: Rendered


@dataclass(slots=True, kw_only=True)
class Desk:
    """Everything the evaluation works with; `step` counts whole rows."""

    run: Path
    request: Request
    asked: Asked
    journal: Journal
    renderer: Renderer
    prompts: list[Encoded]
    pairs: list[Pair]
    stage: Stage
    step: int

    @property
    def max_steps(self) -> int:
        return (len(self.prompts) + len(self.pairs)) * len(self.asked.contestants)


def carry_out(run: Path, journal: Journal) -> Made:
    """Make every answer and likelihood that is missing, then the comparison and the held-out result.

    Raises:
        TrainingError: what it rests on cannot be used.
        StopAsked: somebody asked to stop before the first answer.
    """
    desk = _opened(run, journal)
    journal.phase("answering", max_steps=desk.max_steps)
    try:
        # Whole models last: each of them takes the base model's place in memory.
        for contestant in sorted(desk.asked.contestants, key=lambda one: one.weights is Weights.MODEL):
            with desk.stage.playing(contestant) as model, desk.stage.computing():
                _answer(desk, contestant, model)
                _score(desk, contestant, model)
    except errors.StopAsked:
        return Made(step=desk.step, max_steps=desk.max_steps)
    _conclude(desk)
    return Made(step=desk.step, max_steps=desk.max_steps)


def _opened(run: Path, journal: Journal) -> Desk:
    request = runs.read_request(run)
    asked = request.evaluation
    if asked is None:
        raise errors.DamagedFile(f"{run} is no evaluation.")
    if asked.scored:
        materials.check_release(request)
    path = materials.model_folder(request, run, journal)
    materials.go_on(run)
    journal.phase("loading the model")
    renderer = materials.renderer(request, path)
    pairs = [pair for split in asked.scored for pair in _rendered(request, split, renderer)]
    if asked.scored:
        materials.check_release(request)
    fitted = dpo.plan(recipe.from_dict(request.recipe), dpo.machine())
    return Desk(
        run=run, request=request, asked=asked, journal=journal, renderer=renderer, pairs=pairs,
        prompts=[generation.encode(renderer, one.number, one.turns) for one in rows.prompts(run)],
        stage=Stage(path, fitted), step=contents.made(run),
    )  # fmt: skip


def _rendered(request: Request, split: str, renderer: Renderer) -> list[Pair]:
    """The pairs that training would not leave out either."""

    def one(pair: PreferencePair) -> Pair:
        rendered = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
        return Pair(split=split, pair_id=pair.pair_id, rendered=rendered)

    return [pair for pair in map(one, materials.pairs(request, split)) if not pair.rendered.excluded]


def _answer(desk: Desk, contestant: Contestant, model: Any) -> None:
    made = {row.number for row in rows.answers(desk.run) if row.contestant == contestant.name}
    for batch in generation.batches(desk.prompts, desk.asked.sampling.batch):
        missing = {one.number for one in batch} - made
        if missing:
            materials.go_on(desk.run)
            _answer_batch(desk, contestant, model, batch, missing)


def _answer_batch(
    desk: Desk, contestant: Contestant, model: Any, batch: Sequence[Encoded], missing: set[int]
) -> None:
    began = time.monotonic()
    # The whole batch also where part of it is known: another division would draw other answers.
    answers = generation.answer(model, desk.renderer.tokenizer, batch, desk.asked.sampling)
    adapters = _checked(desk, contestant, model)
    seconds = time.monotonic() - began
    told = [
        AnswerRow(
            contestant=contestant.name, number=one.number, text=one.text, tokens=one.tokens, ended=one.ended,
            adapters=adapters,
        )
        for one in answers
        if one.number in missing
    ]  # fmt: skip
    rows.append(desk.run / contents.ANSWERS, told)
    tokens = sum(one.tokens for one in answers)
    _advance(desk, len(told), {"answer_tokens_per_second": tokens / max(seconds, 1e-9)})


def _checked(desk: Desk, contestant: Contestant, model: Any) -> tuple[str, ...]:
    """What the model itself says was switched on; anything else than wanted would swap the sides."""
    active = stage.active_adapters(model)
    if active != desk.stage.expected(contestant):
        raise errors.ModelMissing(
            f"{contestant.name} answered with the adapters {list(active)} switched on: not this model. "
            "These answers were not kept; please report it."
        )
    return active


def _score(desk: Desk, contestant: Contestant, model: Any) -> None:
    made = {(row.split, row.pair_id) for row in rows.scores(desk.run) if row.contestant == contestant.name}
    missing = [pair for pair in desk.pairs if (pair.split, pair.pair_id) not in made]
    for start in range(0, len(missing), desk.asked.sampling.batch):
        batch = missing[start : start + desk.asked.sampling.batch]
        materials.go_on(desk.run)
        found = scoring.likelihoods(model, [pair.rendered for pair in batch])
        _checked(desk, contestant, model)
        told = [
            ScoreRow(contestant=contestant.name, split=pair.split, pair_id=pair.pair_id, likelihoods=read)
            for pair, read in zip(batch, found, strict=True)
        ]
        rows.append(desk.run / contents.SCORES, told)
        _advance(desk, len(told), {})


def _advance(desk: Desk, made: int, values: dict[str, float]) -> None:
    desk.step += made
    desk.journal.metrics(desk.step, "answers", values)


def _conclude(desk: Desk) -> None:
    names = [contestant.name for contestant in desk.asked.contestants]
    models = asked.model_names(desk.asked, desk.request.model.label)
    compared = [dict(row) for row in rows.comparisons(desk.run, names, models)]
    metrics.write(desk.run / contents.COMPARISON, compared)
    settings = recipe.from_dict(desk.request.recipe)
    baselines = (
        documents.read_or_none(desk.run.parent / desk.asked.run / "evaluation" / contents.HELD_OUT) or {}
    )
    content = held_out.document(
        rows.scores(desk.run), names, beta=settings.beta, baselines=baselines.get("baselines", {}),
        grouped=groups.of(desk.request.release, "test"),
    )  # fmt: skip
    documents.write(desk.run / contents.HELD_OUT, content)
    desk.journal.event("finished", f"{len(desk.prompts)} prompts answered by {len(names)} models.")
