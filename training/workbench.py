"""Everything that is loaded before a run's first step, and the trainer made of it. Imports torch."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from training import (
    checkpoints,
    dpo,
    errors,
    kto,
    materials,
    model_print,
    pair_set,
    ranks,
    recipe,
    recipe_problems,
    reference_key,
    resumption,
    runs,
)
from training.checkpoints import Checkpoint, Origin
from training.choices import Method
from training.journal import Journal
from training.pair_set import PairSet
from training.recipe import DpoRecipe
from training.references import References
from training.rendering import Renderer
from training.runs import Request


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


def loaded(run: Path, journal: Journal) -> Bench:
    """Everything that is there before the first step.

    Raises:
        TrainingError, StopAsked: see carry_out.
    """
    request = resumption.in_place(run, runs.read_request(run))
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
    materials.check_release(request)  # fetching the model took its time, and so did reading
    if not train.kept:
        raise errors.UnusableRelease("No training pair is left. Release more pairs, or raise max_length.")
    materials.go_on(run)
    journal.phase("loading the model")
    fitted = dpo.plan_for(settings, dpo.machine(), train.kept)
    known = reference_key.opened(run, journal, origin, renderer, fitted)
    if known is not None and ranks.current().count > 1:
        known.agree()  # before it decides what is loaded: every process of a group has to decide alike
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
