"""One training run from request to model card. Imports torch; only the worker imports this."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from curation.validation import authorship
from training import (
    card_curves,
    checkpoints,
    documents,
    dpo,
    errors,
    evaluation,
    history,
    kto,
    materials,
    metrics,
    model_card,
    model_print,
    pair_set,
    recipe,
    recipe_problems,
    reference_key,
    references,
    runs,
    scoring,
)
from training.best import Best
from training.checkpoints import Checkpoint, Origin
from training.choices import Method
from training.evaluation import Likelihoods, Standing
from training.history import Figure
from training.journal import Journal
from training.pair_set import PairSet
from training.recipe import DpoRecipe
from training.references import References
from training.rendering import Renderer
from training.runs import Request
from training.system_turn import Turn
from training.witness import Witness

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Everything that is loaded before the first step."""

    run: Path
    request: Request
    recipe: DpoRecipe
    journal: Journal
    fitted: dpo.Plan
    model: Any
    reference: Any | None
    renderer: Renderer
    train: PairSet
    test: PairSet
    unwanted: PairSet  # pairs judged both bad; only KTO learns from them
    origin: Origin
    known: References | None  # what is known of the reference's log-probabilities

    @property
    def notes(self) -> list[str]:
        said = (("training", self.train), ("held-out", self.test), ("unwanted", self.unwanted))
        return [*self.fitted.notes, *(line for split, pairs in said for line in pairs.sentences(split))]

    @contextmanager
    def judging(self) -> Iterator[None]:
        """The precision training computes in, so that before and after are measured alike."""
        kind = "cuda" if self.fitted.machine.cuda else "cpu"
        with torch.autocast(kind, torch.bfloat16, enabled=self.fitted.bf16):
            yield


def carry_out(run: Path, journal: Journal) -> Done:
    """Train what the run's request asks for, and leave adapter, evaluation and card in its folder.

    Raises:
        TrainingError: what it rests on cannot be used.
        StopAsked: somebody asked to stop before the first step.
    """
    bench = loaded(run, journal)
    journal.phase("reading answers before training")
    prompts = [pair.prompt for pair in (bench.test.kept or bench.train.kept)[: bench.recipe.sample_prompts]]
    with bench.judging():
        reference = references.likelihoods(bench.model, bench.test.kept, bench.known, bench.recipe.max_length)
        before = scoring.greedy_answers(bench.model, bench.renderer, prompts, bench.recipe.sample_tokens)
    materials.go_on(run)
    resumed = bench.request.resumes is not None
    witness = Witness(run, journal, bench.recipe, resumes=resumed, origin=bench.origin)
    trained = _trained(bench, witness)
    state = trained.state
    best = _best(run, state.log_history, history.figure(bench.recipe.method))
    if witness.stopped and state.global_step < state.max_steps:
        return Done(stopped=True, step=state.global_step, max_steps=state.max_steps, best=best)
    _leave(bench, trained, prompts, before, reference, best)
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


def loaded(run: Path, journal: Journal) -> Bench:
    """Everything that is there before the first step.

    Raises:
        TrainingError, StopAsked: see carry_out.
    """
    request = runs.read_request(run)
    settings = recipe.from_dict(request.recipe)
    _check_settings(settings)
    materials.check_release(request)
    path = materials.model_folder(request, run, journal)
    origin = Origin(release=request.fingerprint, model=model_print.of(path), recipe=request.recipe)
    _refuse_other_origin(request, origin)
    materials.go_on(run)
    journal.phase("preparing the pairs")
    renderer = materials.renderer(request, path)
    train, test = (pair_set.render(renderer, materials.pairs(request, split)) for split in ("train", "test"))
    unwanted = pair_set.render(renderer, materials.unwanted(request))
    if not train.kept:
        raise errors.UnusableRelease("No training pair is left. Release more pairs, or raise max_length.")
    materials.go_on(run)
    journal.phase("loading the model")
    fitted = dpo.plan_for(settings, dpo.machine(), train.kept)
    known = reference_key.opened(run, journal, origin, renderer, fitted)
    needed = known is None or not known.covers([*train.kept, *test.kept], settings.max_length)
    bench = Bench(
        run=run, request=request, recipe=settings, journal=journal, fitted=fitted,
        model=dpo.load_model(path, fitted),
        reference=dpo.load_reference(path, fitted) if needed else None,
        renderer=renderer, train=train, test=test, unwanted=unwanted, origin=origin, known=known,
    )  # fmt: skip
    for note in bench.notes:
        journal.warning(note)
    materials.go_on(run)
    return bench


def _refuse_other_origin(request: Request, origin: Origin) -> None:
    """The trainer takes any checkpoint without a word, also one of other data."""
    if request.resumes is None:
        return
    wanted = Checkpoint(step=request.resumes.step, path=request.resumes.checkpoint)
    if not checkpoints.is_whole(wanted):
        raise errors.NotResumable(
            f"{wanted.path} is not whole any more. Resume the run from another checkpoint."
        )
    difference = checkpoints.differs(wanted.path, origin)
    if difference:
        raise errors.NotResumable(
            f"{wanted.path.name} of run {request.resumes.run} does not belong to this run: {difference}. "
            "Start a new run."
        )


def _check_settings(settings: DpoRecipe) -> None:
    stops = [problem.message for problem in recipe_problems.of(settings) if problem.severity == "E"]
    if stops:
        raise errors.RecipeError(stops[0])


def _trained(bench: Bench, witness: Witness) -> Any:
    resumes = bench.request.resumes
    bench.journal.phase("preparing the trainer")
    try:
        made = trainer(bench, [witness])
        for note in getattr(made, "notes", ()):
            bench.journal.warning(note)
        made.train(resume_from_checkpoint=str(resumes.checkpoint) if resumes else None)
        return made
    finally:
        if bench.known:
            references.close(bench.known, bench.journal)


def trainer(bench: Bench, callbacks: Sequence[Any]) -> Any:
    """TRL's trainer for the method of the recipe."""
    more: dict[str, Any] = {
        "run": bench.run, "resumes": bench.request.resumes is not None, "callbacks": callbacks,
        "reference": bench.reference,
    }  # fmt: skip
    train, test = bench.train.kept, bench.test.kept
    about = (bench.fitted, bench.model, bench.renderer.tokenizer)
    if bench.recipe.method is Method.KTO:
        return kto.trainer(*about, train, bench.unwanted.kept, test, **more)
    return dpo.trainer(*about, train, test, references=bench.known, **more)


def _leave(
    bench: Bench,
    trained: Any,
    prompts: Sequence[list[Turn]],
    before: Sequence[str],
    reference: Sequence[Likelihoods],
    best: Best | None,
) -> None:
    """Artefact, samples, held-out result, card."""
    bench.journal.phase("saving the result")
    _save(bench, trained.model)
    bench.journal.phase("reading answers after training")
    with bench.judging():
        policy = scoring.likelihoods(trained.model, bench.test.kept)
        after = scoring.greedy_answers(trained.model, bench.renderer, prompts, bench.recipe.sample_tokens)
    _write_samples(bench, prompts, before, after)
    margins = evaluation.margins(policy, reference, bench.recipe.beta)
    standing, baselines = evaluation.after(margins), _baselines(bench, reference)
    held_out = evaluation.document(margins, baselines) | {"best": best.to_dict() if best else None}
    documents.write(bench.run / "evaluation" / "held_out.json", held_out)
    card = _card(bench, trained.state.global_step, standing, baselines, best)
    (bench.run / "README.md").write_text(card, encoding="utf-8")
    bench.journal.event(
        "finished", evaluation.sentence(standing, len(margins)), step=trained.state.global_step
    )


def _save(bench: Bench, model: Any) -> None:
    """Under another name first, so that a half-written artefact never carries the real one."""
    name = "adapter" if bench.recipe.tuning.has_adapter else "model"
    scratch = bench.run / f".{name}"
    if bench.recipe.tuning.has_adapter:
        # Not the folder on this machine: the file travels to the Hub and into archives.
        model.peft_config["default"].base_model_name_or_path = bench.request.model.name
    model.save_pretrained(scratch)
    bench.renderer.tokenizer.save_pretrained(scratch)
    scratch.replace(bench.run / name)


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
        "source_classifier": authorship.accuracy(*(_texts(bench, split) for split in ("train", "test"))),
        "reference_likelihood": evaluation.likelihood_baseline(reference),
    }


def _texts(bench: Bench, split: str) -> list[tuple[str, str]]:
    return [(pair.chosen, pair.rejected) for pair in materials.pairs(bench.request, split)]


def _card(
    bench: Bench, steps: int, standing: Standing, baselines: dict[str, float | None], best: Best | None
) -> str:
    everything = metrics.forward(metrics.read(bench.run / runs.METRICS))
    rows = [row for row in everything if row["kind"] == "train"]
    outcome = model_card.Outcome(
        steps=steps, train=len(bench.train.kept), test=len(bench.test.kept),
        left_out=len(bench.train.left_out) + len(bench.test.left_out), notes=bench.notes,
        last=rows[-1] if rows else {}, held_out=standing, baselines=baselines, best=best,
        curves=card_curves.draw(everything, bench.run / card_curves.FOLDER),
    )  # fmt: skip
    return model_card.write(bench.request, bench.recipe, outcome)
