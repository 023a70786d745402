"""What an evaluation is asked to do: which models, which prompts' answers, which pairs' likelihoods."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from training import errors

BASE = "base"
LONGEST_ANSWER = 4096


class Weights(StrEnum):
    """Where a contestant's weights are."""

    BASE = "base"  # the run's base model, every adapter switched off
    ADAPTER = "adapter"  # a folder that peft loads onto the base model
    MODEL = "model"  # a folder with a whole model


@dataclass(frozen=True, slots=True, kw_only=True)
class Contestant:
    """A model that takes part.

    Attributes:
        name: unique within an evaluation, such as base, tuned, step 40; annotators never see it.
        run: id of the run it comes from; "" for the base model.
        folder: its weights; "" for the base model.
    """

    name: str
    weights: Weights
    run: str = ""
    folder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How answers are drawn.

    Attributes:
        temperature: 0 takes the likeliest token each time; else in (0, 2].
        top_p: share of probability that is drawn from, in (0, 1].
        longest: tokens of an answer, 1 to 4096.
        seed: the same seed gives the same answers, also after a resume.
        batch: prompts answered at once; memory grows with it, answers of temperature 0 do not change.
    """

    temperature: float = 0.7
    top_p: float = 0.95
    longest: int = 256
    seed: int = 42
    batch: int = 8

    def check(self) -> None:
        """Raises RecipeError where a value is outside its range."""
        limits = {
            "temperature": (0.0, 2.0),
            "top_p": (1e-6, 1.0),
            "longest": (1, LONGEST_ANSWER),
            "seed": (0, 2**31 - 1),
            "batch": (1, 512),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise errors.RecipeError(
                    f"{name} is {getattr(self, name):g}; set it from {low:g} to {high:g}."
                )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The part of request.json that makes a folder an evaluation.

    Attributes:
        run: id of the training run that is evaluated.
        contestants: the base model first.
        prompts: how many lie in prompts.jsonl.
        scored: splits of the release whose pairs' likelihoods are read under every contestant.
    """

    run: str
    contestants: tuple[Contestant, ...]
    prompts: int
    sampling: Sampling
    scored: tuple[str, ...] = ("test",)

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it."""
        return {**asdict(self), "scored": list(self.scored)}


def model_names(wanted: Asked, base: str) -> dict[str, str]:
    """contestant → a name that means the same model in every evaluation of a project.

    Args:
        base: the base model's name with its revision.
    """
    return {one.name: f"{one.run}/{one.name}" if one.run else base for one in wanted.contestants}


def from_dict(content: Mapping[str, Any] | None) -> Asked | None:
    """What request.json says; None where the folder is a training run."""
    if content is None:
        return None
    contestants = tuple(
        Contestant(**{**one, "weights": Weights(one["weights"])}) for one in content["contestants"]
    )
    return Asked(
        run=content["run"],
        contestants=contestants,
        prompts=content["prompts"],
        sampling=Sampling(**content["sampling"]),
        scored=tuple(content["scored"]),
    )


def contestant_of(run: Path, *, name: str) -> Contestant:
    """What a finished run has left.

    Raises:
        ModelMissing: it has left neither an adapter nor a model.
    """
    for weights in (Weights.ADAPTER, Weights.MODEL):
        if (run / weights.value).is_dir():
            return Contestant(name=name, weights=weights, run=run.name, folder=str(run / weights.value))
    raise errors.ModelMissing(
        f"Run {run.name} has left neither an adapter nor a model. Evaluate a completed run."
    )
