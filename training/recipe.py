"""Every setting of a training run: default, unit, range, reason and source; and the presets.

Knows no screen, no files and no tensors: the app process imports it.
"""

# ruff: noqa: RUF009, FBT003
# _knob() returns dataclasses.field(), and its first argument is the default, whatever its type.

import dataclasses
import json
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, fields
from typing import Any

from training import errors, knobs, seed_notebook
from training.choices import Optimiser, Precision, Report, Schedule, Template, Tuning
from training.losses import Loss

ALL_LINEAR = "all-linear"


def _knob(
    default: Any, *, label: str, group: str, unit: str, why: str, source: str,
    low: float | None = None, high: float | None = None,
) -> Any:  # fmt: skip
    """A dataclass field whose metadata the form, the table and the checks read."""
    about = {"label": label, "group": group, "unit": unit, "low": low, "high": high}
    return field(default=default, metadata={**about, "why": why, "source": source})


_SEED = "Orca DPO notebook (Labonne 2024, Fine-tune a Mistral-7b model with DPO)"
_LORA = "Hu et al. 2021, LoRA, arXiv 2106.09685"
_QLORA = "Dettmers et al. 2023, QLoRA, arXiv 2305.14314"
_DPO = "Rafailov et al. 2023, DPO, arXiv 2305.18290"
_TRAINER = "transformers, TrainingArguments"
_TRL = "TRL 1.16, DPOConfig"
_SHARE = "share of the run below 1, else steps (0: only at its ends)"


@dataclass(frozen=True, slots=True, kw_only=True)
class DpoRecipe:
    """Every knob of a run. The defaults are the seed notebook's.

    Raises:
        RecipeError: a value outside its range or its list of words.
    """

    tuning: Tuning = _knob(
        Tuning.LORA_4BIT, label="Tuning method", group="Weights", unit="", source=_QLORA,
        why="A 4-bit (NF4) base with a LoRA adapter fits a 7B model on one 16 GB card; lora keeps the base "
        "in full precision; full trains every weight.",
    )  # fmt: skip
    lora_rank: int = _knob(
        16, label="LoRA rank", group="Weights", unit="dimensions", low=1, high=512, source=_LORA,
        why="16 directions a layer is the seed's choice; ranks from 8 on did equally well in the paper.",
    )  # fmt: skip
    lora_alpha: int = _knob(
        16, label="LoRA alpha", group="Weights", unit="scale", low=1, high=1024, source=_LORA,
        why="The adapter is scaled by alpha / rank, so equal numbers mean a scale of 1.",
    )  # fmt: skip
    lora_dropout: float = _knob(
        0.05, label="LoRA dropout", group="Weights", unit="share", low=0.0, high=0.9, source=_QLORA,
        why="Light regularisation of the adapter path only; the reference never sees it.",
    )  # fmt: skip
    lora_target_modules: tuple[str, ...] = _knob(
        ("k_proj", "gate_proj", "v_proj", "up_proj", "q_proj", "o_proj", "down_proj"),
        label="Layers with an adapter", group="Weights", unit="module names", source=_QLORA,
        why=f"Adapters on every linear layer matter more than their rank; {ALL_LINEAR} finds them by itself.",
    )  # fmt: skip
    beta: float = _knob(
        0.1, label="Beta", group="Loss", unit="1/nat", low=0.001, high=10.0, source=f"{_DPO}, eq. 7",
        why="Pull towards the reference model: higher keeps closer to it.",
    )  # fmt: skip
    loss_types: tuple[Loss, ...] = _knob(
        (Loss.SIGMOID,), label="Losses", group="Loss", unit="", source=_DPO,
        why="The DPO loss; several are added with their weights.",
    )  # fmt: skip
    loss_weights: tuple[float, ...] = _knob(
        (1.0,), label="Weight of each loss", group="Loss", unit="factor", low=0.0, high=100.0,
        source="Pang et al. 2024, RPO, arXiv 2404.19733",
        why="One per loss; a small weight on sft keeps the chosen answer likely.",
    )  # fmt: skip
    label_smoothing: float = _knob(
        0.0, label="Label smoothing", group="Loss", unit="share of wrong labels", low=0.0, high=0.49,
        source="Chowdhury et al. 2024, robust DPO, arXiv 2403.00409",
        why="The share of labels believed wrong; only robust, exo_pair, aot and aot_unpaired use it.",
    )  # fmt: skip
    max_steps: int = _knob(
        200, label="Steps", group="Schedule", unit="steps (0: as many as the epochs take)",
        low=0, high=1_000_000, source=_SEED,
        why="200 steps of 16 pairs are a quarter of the Orca set; 0 lets the epochs decide.",
    )  # fmt: skip
    epochs: float = _knob(
        1.0, label="Epochs", group="Schedule", unit="passes over the pairs", low=0.01, high=1000.0,
        source="Tunstall et al. 2023, Zephyr, arXiv 2310.16944, sec. 5.3",
        why="Used when steps is 0: DPO over-fits quickly, one pass is usually enough.",
    )  # fmt: skip
    learning_rate: float = _knob(
        5e-5, label="Learning rate", group="Schedule", unit="per step", low=1e-9, high=0.1, source=_SEED,
        why="For adapters; full fine-tuning wants about 5e-7 to 1e-6.",
    )  # fmt: skip
    schedule: Schedule = _knob(
        Schedule.COSINE, label="Learning rate falls by", group="Schedule", unit="", source=_SEED,
        why="Down to zero along half a cosine after the warm-up.",
    )  # fmt: skip
    warmup_steps: int = _knob(
        100, label="Warm-up", group="Schedule", unit="steps", low=0, high=1_000_000, source=_SEED,
        why="The rate rises from zero over so many steps; a warm-up as long as the run never lets it learn.",
    )  # fmt: skip
    micro_batch: int = _knob(
        4, label="Pairs at once", group="Batch", unit="pairs on the device", low=1, high=1024, source=_SEED,
        why="What must fit in memory together; each pair is two sequences.",
    )  # fmt: skip
    accumulation: int = _knob(
        4, label="Accumulation", group="Batch", unit="micro-batches a step", low=1, high=4096, source=_SEED,
        why="4 micro-batches of 4 pairs make one step of 16 pairs.",
    )  # fmt: skip
    gradient_checkpointing: bool = _knob(
        True, label="Recompute activations", group="Batch", unit="",
        source="Chen et al. 2016, arXiv 1604.06174",
        why="Saves memory for about a fifth more time; the numbers stay the same.",
    )  # fmt: skip
    precompute_reference: bool = _knob(
        False, label="Compute the reference once", group="Batch", unit="", source=_TRL,
        why="Pays from the second epoch on: the reference's log-probabilities never change.",
    )  # fmt: skip
    optimizer: Optimiser = _knob(
        Optimiser.PAGED_ADAMW_32BIT, label="Optimiser", group="Batch", unit="", source=_QLORA,
        why="Paged memory survives peaks on a GPU; without one the same Adam runs unpaged.",
    )  # fmt: skip
    weight_decay: float = _knob(
        0.0, label="Weight decay", group="Batch", unit="per step", low=0.0, high=1.0, source=_TRAINER,
        why="The pull towards the reference already regularises.",
    )  # fmt: skip
    max_grad_norm: float = _knob(
        1.0, label="Gradient clip", group="Batch", unit="norm", low=0.0, high=1000.0, source=_TRAINER,
        why="One odd pair must not throw the weights; 0 switches clipping off.",
    )  # fmt: skip
    precision: Precision = _knob(
        Precision.AUTO, label="Precision", group="Batch", unit="", source=_TRAINER,
        why="auto takes bf16 where a GPU computes in it, else 32 bits.",
    )  # fmt: skip
    template: Template = _knob(
        Template.OWN, label="Chat template", group="Text", unit="", source="transformers, Chat templates",
        why="The model's own, so that it reads what it learned from; chatml for a base model that has none.",
    )  # fmt: skip
    max_prompt_length: int = _knob(
        1024, label="Longest prompt", group="Text", unit="tokens (0: never cut)", low=0, high=1_000_000,
        source=_SEED, why="A longer prompt loses its oldest turns first, then the start of its text.",
    )  # fmt: skip
    max_length: int = _knob(
        1536, label="Longest prompt with answer", group="Text", unit="tokens", low=8, high=1_000_000,
        source=_SEED, why="A longer answer loses its end, and with it its end mark.",
    )  # fmt: skip
    log_every: int = _knob(
        1, label="Log every", group="Watching", unit="steps", low=1, high=10_000, source=_SEED,
        why="A point on every curve for every step.",
    )  # fmt: skip
    evaluate_every: float = _knob(
        0.1, label="Evaluate every", group="Watching", unit=_SHARE, low=0.0, high=1_000_000,
        source="Gao et al. 2023, Scaling laws for reward model overoptimization, arXiv 2210.10760",
        why="Held-out accuracy at the start and at every tenth shows over-fitting while it happens.",
    )  # fmt: skip
    save_every: float = _knob(
        0.25, label="Save every", group="Watching", unit=_SHARE, low=0.0, high=1_000_000, source=_TRAINER,
        why="What a crash may cost: at most a quarter of the run.",
    )  # fmt: skip
    checkpoints_kept: int = _knob(
        2, label="Checkpoints kept", group="Watching", unit="checkpoints", low=1, high=100, source=_TRAINER,
        why="The newest to resume from, and one before it.",
    )  # fmt: skip
    sample_prompts: int = _knob(
        4, label="Sampled prompts", group="Watching", unit="test prompts", low=0, high=100, source=_DPO,
        why="Answers before and after, greedy, to read: a falling loss does not say that a model is better.",
    )  # fmt: skip
    sample_tokens: int = _knob(
        128, label="Longest sample", group="Watching", unit="tokens", low=1, high=4096, source=_DPO,
        why="Enough to see how an answer begins.",
    )  # fmt: skip
    seed: int = _knob(
        42, label="Seed", group="Watching", unit="", low=0, high=2**32 - 1, source=_TRAINER,
        why="The same seed and data give the same run.",
    )  # fmt: skip
    report_to: Report = _knob(
        Report.NONE, label="Also report to", group="Watching", unit="", source=_TRAINER,
        why="Nothing leaves this machine unless asked; wandb needs its package and WANDB_API_KEY.",
    )  # fmt: skip

    def __post_init__(self) -> None:
        for knob in KNOBS:
            try:
                value = knob.parsed(getattr(self, knob.key))
            except ValueError as error:
                raise errors.RecipeError(str(error)) from None
            object.__setattr__(self, knob.key, value)

    @property
    def pairs_per_step(self) -> int:
        return self.micro_batch * self.accumulation

    def steps(self, pairs: int) -> int:
        """Optimiser steps for so many training pairs."""
        batches = -(-pairs // self.micro_batch)
        return self.max_steps or max(1, -(-int(batches * self.epochs) // self.accumulation))

    def first_loss(self) -> float | None:
        """The loss before anything is learned, in nats: ln 2 for plain DPO.

        Returns:
            None where it depends on the model (sft), or where the weights do not match the losses.
        """
        terms = [loss.at_start(self.beta, self.label_smoothing) for loss in self.loss_types]
        known = [term for term in terms if term is not None]
        if len(known) < len(terms) or len(terms) != len(self.loss_weights):
            return None
        return sum(weight * term for weight, term in zip(self.loss_weights, known, strict=True))


KNOBS: tuple[knobs.Knob, ...] = knobs.read(DpoRecipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A recipe with a name, where it comes from, and what to know before using it."""

    key: str
    name: str
    source: str
    recipe: DpoRecipe
    notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Settings that do not go together.

    Attributes:
        key: the knob to change.
        severity: "E" stops the start, "W" is a warning.
    """

    key: str
    severity: str
    message: str


def preset(key: str) -> Preset:
    """The preset of that key.

    Raises:
        RecipeError: there is none.
    """
    for one in PRESETS:
        if one.key == key:
            return one
    raise errors.RecipeError(f"There is no preset {key!r}. Presets: {', '.join(p.key for p in PRESETS)}.")


def to_dict(recipe: DpoRecipe) -> dict[str, object]:
    """Every knob as JSON can hold it."""
    return {knob.key: knobs.plain(getattr(recipe, knob.key)) for knob in KNOBS}


def from_dict(values: MappingOf[str, object]) -> DpoRecipe:
    """The inverse of to_dict; a knob that is not given takes its default.

    Raises:
        RecipeError: an unknown knob, or a value that does not fit.
    """
    return _changed(DpoRecipe(), values)


def from_json(text: str) -> DpoRecipe:
    """A recipe file: a JSON object of knobs; `"preset": KEY` starts from that preset.

    Raises:
        RecipeError: not JSON, not an object, an unknown knob or preset, a value that does not fit.
    """
    try:
        values = json.loads(text)
    except ValueError as error:
        raise errors.RecipeError(f"The recipe is not JSON: {error}.") from None
    if not isinstance(values, dict):
        raise errors.RecipeError('The recipe must be a JSON object such as {"learning_rate": 5e-5}.')
    start = preset(str(values.pop("preset"))).recipe if "preset" in values else DpoRecipe()
    return _changed(start, values)


def with_changes(recipe: DpoRecipe, changes: MappingOf[str, str]) -> DpoRecipe:
    """The recipe with some knobs set from text, as after `--set key=value`.

    Raises:
        RecipeError: an unknown knob, or a value that does not fit.
    """
    return _changed(recipe, changes)


def problems(recipe: DpoRecipe, pairs: int | None = None) -> tuple[Problem, ...]:
    """What does not go together, worst first.

    Args:
        pairs: training pairs, where known; without it a run by epochs is not checked against its warm-up.
    """
    found = [*_schedule_problems(recipe, pairs), *_length_problems(recipe), *_loss_problems(recipe)]
    return tuple(sorted(found, key=lambda problem: problem.severity))


def seed_mapping() -> tuple[seed_notebook.Mapping, ...]:
    """Each argument of the seed notebook, what it is called now, how it is honoured."""
    return seed_notebook.MAPPING


def _changed(recipe: DpoRecipe, values: MappingOf[str, object]) -> DpoRecipe:
    known = {each.name for each in fields(DpoRecipe)}
    unknown = [key for key in values if key not in known]
    if unknown:
        raise errors.RecipeError(f"There is no setting {unknown[0]!r}. Settings: {', '.join(sorted(known))}.")
    unchecked: dict[str, Any] = dict(values)  # __post_init__ parses every value
    return dataclasses.replace(recipe, **unchecked)


def _schedule_problems(recipe: DpoRecipe, pairs: int | None) -> list[Problem]:
    steps = recipe.max_steps or (recipe.steps(pairs) if pairs else 0)
    found = []
    if steps and recipe.warmup_steps >= steps:
        found.append(_problem(
            "warmup_steps", "E", f"The warm-up of {recipe.warmup_steps} steps is as long as the run of "
            f"{steps}, so the learning rate never reaches its value. Use fewer warm-up steps or more steps.",
        ))  # fmt: skip
    if recipe.tuning is Tuning.FULL and recipe.learning_rate > 1e-5:
        found.append(_problem(
            "learning_rate", "W", f"{recipe.learning_rate:g} is a rate for adapters; full fine-tuning of "
            "a trained model usually takes 5e-7 to 1e-6 and forgets at more.",
        ))  # fmt: skip
    return found


def _length_problems(recipe: DpoRecipe) -> list[Problem]:
    if recipe.max_prompt_length < recipe.max_length:
        return []
    return [_problem(
        "max_prompt_length", "E", f"A prompt of {recipe.max_prompt_length} tokens leaves no room for "
        f"an answer within {recipe.max_length}. Make max_prompt_length smaller than max_length.",
    )]  # fmt: skip


def _loss_problems(recipe: DpoRecipe) -> list[Problem]:
    losses, found = recipe.loss_types, []
    if len(losses) != len(recipe.loss_weights):
        found.append(_problem(
            "loss_weights", "E", f"There are {len(losses)} losses but {len(recipe.loss_weights)} weights. "
            "Give one weight for each loss.",
        ))  # fmt: skip
    if not any(loss.is_preference for loss in losses):
        found.append(
            _problem("loss_types", "E", "sft alone learns no preference. Add sigmoid or another loss.")
        )
    if recipe.label_smoothing and not any(loss.smooths_labels for loss in losses):
        found.append(_problem(
            "label_smoothing", "E", f"Label smoothing does nothing with {', '.join(losses)}. "
            "Set it to 0, or use robust, exo_pair or aot.",
        ))  # fmt: skip
    if Loss.EXO_PAIR in losses and not recipe.label_smoothing:
        found.append(
            _problem("label_smoothing", "E", "exo_pair needs label smoothing above 0, such as 0.001.")
        )
    if recipe.micro_batch == 1 and any(loss.sorts_the_batch for loss in losses):
        found.append(_problem(
            "micro_batch", "E", "aot sorts the pairs of a micro-batch, so it needs at least 2 at once.",
        ))  # fmt: skip
    return found


def _problem(key: str, severity: str, message: str) -> Problem:
    return Problem(key=key, severity=severity, message=message)


PRESETS: tuple[Preset, ...] = (
    Preset(
        key="orca",
        name="Orca DPO (Mistral-7B notebook)",
        source="https://mlabonne.github.io/blog/posts/Fine_tune_Mistral_7b_with_DPO.html",
        recipe=DpoRecipe(precision=Precision.BF16),
        notes="Every setting of the notebook that tuned OpenHermes-2.5-Mistral-7B on Intel/orca_dpo_pairs. "
        "Needs a GPU with about 16 GB for a 7B model. Held-out evaluation and checkpoints are ours: "
        "the notebook had neither.",
    ),
    Preset(
        key="demo",
        name="Demo: fast on a CPU",
        source="Measured for the demo model of this project; see docs/log.md",
        recipe=DpoRecipe(
            tuning=Tuning.LORA, learning_rate=2e-3, max_steps=40, warmup_steps=4, sample_prompts=8,
            micro_batch=4, accumulation=2, gradient_checkpointing=False,
            precompute_reference=True, optimizer=Optimiser.ADAMW,
            precision=Precision.FP32, max_prompt_length=256, max_length=512, lora_dropout=0.0,
            lora_target_modules=("q_proj", "k_proj", "v_proj", "o_proj"),
        ),
        notes="For the demo model only: a rate this high spoils a real one. Adapters on attention alone: "
        "with those on every layer so small a model learns its pairs by heart instead of their manner.",
    ),
    Preset(
        key="trl",
        name="TRL defaults",
        source=_TRL,
        recipe=DpoRecipe(
            tuning=Tuning.FULL, learning_rate=1e-6, schedule=Schedule.LINEAR, max_steps=0, epochs=3.0,
            warmup_steps=0, micro_batch=8, accumulation=1, optimizer=Optimiser.ADAMW_FUSED,
            max_prompt_length=0, max_length=1024, log_every=10,
        ),
        notes="What DPOTrainer does when it is told nothing: every weight is trained, in three epochs.",
    ),
)  # fmt: skip
