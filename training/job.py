"""One training run from request to model card. Imports torch; only the worker imports this."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from curation.validation import authorship
from training import (
    card_curves,
    checkpoints,
    documents,
    errors,
    evaluation,
    gathering,
    history,
    materials,
    metrics,
    model_card,
    ranks,
    references,
    runs,
    scoring,
    workbench,
)
from training.best import Best
from training.evaluation import Likelihoods, Standing
from training.history import Figure
from training.journal import Journal
from training.references import References
from training.runs import Request
from training.system_turn import Turn
from training.witness import Witness
from training.workbench import Bench

log = logging.getLogger(__name__)
_LENGTH_HACKING = 1.3  # rules.md §7: mean sampled length against the reference's


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How far the run came.

    Attributes:
        best: the kept checkpoint with the highest held-out accuracy; None without one.
    """

    stopped: bool
    step: int
    max_steps: int
    best: Best | None = None


def carry_out(run: Path, journal: Journal) -> Done:
    """Train what the run's request asks for, and leave adapter, evaluation and card in its folder.

    Raises:
        TrainingError: what it rests on cannot be used.
        StopAsked: somebody asked to stop before the first step.
    """
    bench = workbench.loaded(run, journal)
    before = _read(bench, bench.model, "before", known=bench.known) if ranks.current().is_first else None
    materials.go_on(run)
    resumed = bench.request.resumes is not None
    witness = Witness(run, journal, bench.recipe, resumes=resumed, origin=bench.origin)
    trained = _trained(bench, witness)
    state = trained.state
    best = _best(run, state.log_history, history.figure(bench.recipe.method))
    if witness.stopped and state.global_step < state.max_steps:
        return Done(stopped=True, step=state.global_step, max_steps=state.max_steps, best=best)
    policy = gathering.result(bench, trained)
    if before is not None:
        _leave(bench, policy, state.global_step, before, best)
    # Ended for want of gain is as complete as ended at the last step.
    steps = state.global_step if witness.satisfied else state.max_steps
    return Done(stopped=False, step=state.global_step, max_steps=steps, best=best)


def _best(run: Path, rows: Sequence[Mapping[str, Any]], figure: Figure) -> Best | None:
    look = history.best(history.looks(rows, figure))
    kept = checkpoints.of_step(run, look.step) if look else None
    if look is None or kept is None:
        return None
    named = f"{kept.path.parent.name}/{kept.path.name}"
    return Best(step=look.step, figure=figure, value=look.value, checkpoint=named)


def _trained(bench: Bench, witness: Witness) -> Any:
    resumes = bench.request.resumes
    bench.journal.phase("preparing the trainer")
    try:
        made = workbench.trainer(bench, [witness])
        for note in getattr(made, "notes", ()):
            bench.journal.warning(note)
        made.train(resume_from_checkpoint=str(resumes.checkpoint) if resumes else None)
        return made
    finally:
        if bench.known:
            references.close(bench.known, bench.journal)


def classifier_baseline(request: Request, journal: Journal) -> float | None:
    """Held-out accuracy in [0, 1] of a classifier that knows only how answers are written.

    None, with a warning, where the release has changed since the run had its pairs in memory.
    """
    try:
        train, test = (_texts(request, split) for split in ("train", "test"))
        materials.check_release(request)
    except errors.UnusableRelease as error:
        journal.warning(
            f"{error} This run was trained on what was released; only the comparison with a classifier of "
            "the writing is left out. Restore the release before it is used again."
        )
        return None
    return authorship.accuracy(train, test)


def _texts(request: Request, split: str) -> list[tuple[str, str]]:
    return [(pair.chosen, pair.rejected) for pair in materials.pairs(request, split)]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """What a model makes of the held-out pairs, and what it answers to the sampled prompts."""

    likelihoods: Sequence[Likelihoods]
    prompts: Sequence[list[Turn]]
    answers: Sequence[str]


def _read(bench: Bench, model: Any, when: str, *, known: References | None = None) -> _Reading:
    bench.journal.phase(f"reading answers {when} training")
    prompts = [pair.prompt for pair in (bench.test.kept or bench.train.kept)[: bench.recipe.sample_prompts]]
    with bench.judging():
        return _Reading(
            likelihoods=references.likelihoods(model, bench.test.kept, known, bench.recipe.max_length),
            prompts=prompts,
            answers=scoring.greedy_answers(model, bench.renderer, prompts, bench.recipe.sample_tokens),
        )


def _leave(bench: Bench, policy: Any, steps: int, before: _Reading, best: Best | None) -> None:
    """Samples, held-out result, card."""
    after = _read(bench, policy, "after")
    _write_samples(bench, before.prompts, before.answers, after.answers)
    margins = evaluation.margins(after.likelihoods, before.likelihoods, bench.recipe.beta)
    standing, baselines = evaluation.after(margins), _baselines(bench, before.likelihoods)
    held_out = evaluation.document(margins, baselines) | {"best": best.to_dict() if best else None}
    documents.write(bench.run / "evaluation" / "held_out.json", held_out)
    card = _card(bench, steps, standing, baselines, best)
    (bench.run / "README.md").write_text(card, encoding="utf-8")
    bench.journal.event("finished", evaluation.sentence(standing, len(margins)), step=steps)


def _write_samples(
    bench: Bench, prompts: Sequence[list[Turn]], before: Sequence[str], after: Sequence[str]
) -> None:
    rows = [
        {"prompt": prompt, "before": old, "after": new}
        for prompt, old, new in zip(prompts, before, after, strict=True)
    ]
    folder = bench.run / "evaluation"
    folder.mkdir(exist_ok=True)
    (folder / "samples.json").write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    grown = evaluation.growth(before, after)
    if grown is not None and grown > _LENGTH_HACKING:
        bench.journal.warning(
            f"Sampled answers are {grown:.1f} times as long as before training: longer answers may have "
            "won only because they are long. Read them, and try a length-normalised loss.", guard="length",
        )  # fmt: skip
    changed = sum(old != new for old, new in zip(before, after, strict=True))
    bench.journal.event("sample", f"{changed} of {len(rows)} sampled answers have changed.")


def _baselines(bench: Bench, reference: Sequence[Likelihoods]) -> dict[str, float | None]:
    train, test = (
        [(sum(pair.chosen.mask), sum(pair.rejected.mask)) for pair in pairs.kept]
        for pairs in (bench.train, bench.test)
    )
    return {
        "length": evaluation.length_baseline(train, test),
        "source_classifier": classifier_baseline(bench.request, bench.journal),
        "reference_likelihood": evaluation.likelihood_baseline(reference),
    }


def _cached(bench: Bench) -> list[str]:
    sentence = bench.known.sentence if bench.known else None
    return [sentence] if sentence else []


def _guards(run: Path) -> list[str]:
    """What was noticed while training; a resumed run has noticed it before, too."""
    told = [row for row in metrics.read(run / runs.EVENTS) if row.get("guard")]
    steps = [f"Step {row['step']}: " if "step" in row else "" for row in told]
    return [f"{step}{row['message']}" for step, row in zip(steps, told, strict=True)]


def _card(
    bench: Bench, steps: int, standing: Standing, baselines: dict[str, float | None], best: Best | None
) -> str:
    everything = metrics.forward(metrics.read(bench.run / runs.METRICS))
    rows = [row for row in everything if row["kind"] == "train"]
    outcome = model_card.Outcome(
        steps=steps, train=len(bench.train.kept), test=len(bench.test.kept),
        left_out=len(bench.train.left_out) + len(bench.test.left_out), notes=(*bench.notes, *_cached(bench)),
        last=rows[-1] if rows else {}, held_out=standing, baselines=baselines, best=best,
        curves=card_curves.draw(everything, bench.run / card_curves.FOLDER), guards=_guards(bench.run),
    )  # fmt: skip
    return model_card.write(bench.request, bench.recipe, outcome)
