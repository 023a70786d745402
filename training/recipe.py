"""Every setting of a training run: default, unit, range, level, reason and source.

Knows no screen, no files and no tensors: the app process imports it.
"""

# ruff: noqa: RUF009, FBT003
# knob() returns dataclasses.field(), and its first argument is the default, whatever its type.

import dataclasses
import math
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, fields
from typing import Any

from training import errors, knobs
from training.choices import (
    Attention,
    KtoLoss,
    Method,
    Optimiser,
    Precision,
    Reference,
    Report,
    Schedule,
    Template,
    Tuning,
)
from training.knobs import Level
from training.losses import Loss
from training.recipe_sources import APO, DPO, GAO, KTO, LORA, QLORA, SEED, SHARE, TRAINER, TRL, WARM, knob

ALL_LINEAR = "all-linear"


@dataclass(frozen=True, slots=True, kw_only=True)
class DpoRecipe:
    """Every knob of a run. The defaults are the seed notebook's.

    Raises:
        RecipeError: a value outside its range or its list of words.
    """

    tuning: Tuning = knob(
        Tuning.LORA_4BIT, label="Tuning method", level=Level.BEGINNER, group="Weights", unit="", source=QLORA,
        why="A 4-bit (NF4) base with a LoRA adapter fits a 7B model on one 16 GB card; 8-bit (LLM.int8) "
        "needs twice that and rounds less; lora keeps the base unrounded; full trains every weight.",
    )  # fmt: skip
    double_quantization: bool = knob(
        False, label="Double quantisation", group="Weights", unit="", source=f"{QLORA}, sec. 3",
        why="Quantises the scales of 4-bit weights too: 0.37 bits a weight less, 0.3 GB at 7B, for a little "
        "time; the seed had it off.",
    )  # fmt: skip
    lora_rank: int = knob(
        16, label="LoRA rank", group="Weights", unit="dimensions", low=1, high=512, source=LORA,
        why="16 directions a layer is the seed's choice; ranks from 8 on did equally well in the paper.",
    )  # fmt: skip
    lora_alpha: int = knob(
        16, label="LoRA alpha", group="Weights", unit="scale", low=1, high=1024, source=LORA,
        why="The adapter is scaled by alpha / rank, so equal numbers mean a scale of 1.",
    )  # fmt: skip
    lora_dropout: float = knob(
        0.05, label="LoRA dropout", group="Weights", unit="share", low=0.0, high=0.9, source=QLORA,
        why="Light regularisation of the adapter path only; the reference never sees it.",
    )  # fmt: skip
    lora_target_modules: tuple[str, ...] = knob(
        ("k_proj", "gate_proj", "v_proj", "up_proj", "q_proj", "o_proj", "down_proj"),
        label="Layers with an adapter", group="Weights", unit="module names", source=QLORA,
        why=f"Adapters on every linear layer matter more than their rank; {ALL_LINEAR} finds them by itself.",
    )  # fmt: skip
    rs_lora: bool = knob(
        False, label="Rank-stabilised LoRA", group="Weights", unit="",
        source="Kalajdzievski 2023, rsLoRA, arXiv 2312.03732",
        why="Scales by alpha / √rank instead of alpha / rank, so that ranks above about 32 still learn.",
    )  # fmt: skip
    dora: bool = knob(
        False, label="DoRA", group="Weights", unit="", source="Liu et al. 2024, DoRA, arXiv 2402.09353",
        why="Learns length and direction of each weight apart: helps most at low ranks; steps take longer.",
    )  # fmt: skip
    method: Method = knob(
        Method.DPO, label="Method", level=Level.BEGINNER, group="Loss", unit="", source=KTO,
        why="dpo compares the two answers of a pair; kto learns from each answer by itself, wanted or not, "
        "and so also from pairs judged both bad.",
    )  # fmt: skip
    beta: float = knob(
        0.1, label="Beta", level=Level.BEGINNER, group="Loss", unit="1/nat", low=0.001, high=10.0,
        source=f"{DPO}, eq. 7", why="Pull towards the reference model: higher keeps closer to it.",
    )  # fmt: skip
    loss_types: tuple[Loss, ...] = knob(
        (Loss.SIGMOID,), label="Losses", level=Level.BEGINNER, group="Loss", unit="", source=DPO,
        why="The DPO loss; several are added with their weights.",
    )  # fmt: skip
    loss_weights: tuple[float, ...] = knob(
        (1.0,), label="Weight of each loss", group="Loss", unit="factor", low=0.0, high=100.0,
        source="Pang et al. 2024, RPO, arXiv 2404.19733",
        why="One per loss; a small weight on sft keeps the chosen answer likely.",
    )  # fmt: skip
    label_smoothing: float = knob(
        0.0, label="Label smoothing", group="Loss", unit="share of wrong labels", low=0.0, high=0.49,
        source="Chowdhury et al. 2024, robust DPO, arXiv 2403.00409",
        why="The share of labels believed wrong; only robust, exo_pair, aot and aot_unpaired use it.",
    )  # fmt: skip
    kto_loss: KtoLoss = knob(
        KtoLoss.KTO, label="KTO: loss", group="Loss", unit="", source=APO,
        why="kto sets each answer against how far the model has moved; apo_zero_unpaired only against the "
        "reference: two forward passes less a step, for answers better than the model's own.",
    )  # fmt: skip
    desirable_weight: float = knob(
        1.0, label="KTO: weight of wanted", group="Loss", unit="factor", low=0.01, high=100.0,
        source=f"{KTO}, eq. 8",
        why="Wanted answers times their weight over unwanted ones times theirs should be 1 to 1.33.",
    )  # fmt: skip
    undesirable_weight: float = knob(
        1.0, label="KTO: weight of unwanted", group="Loss", unit="factor", low=0.01, high=100.0,
        source=f"{KTO}, eq. 8",
        why="Raise one of the two weights, not both, where the release has more of one kind.",
    )  # fmt: skip
    max_steps: int = knob(
        200, label="Steps", level=Level.BEGINNER, group="Schedule",
        unit="steps (0: as many as the epochs take)", low=0, high=1_000_000, source=SEED,
        why="200 steps of 16 pairs are a quarter of the Orca set; 0 lets the epochs decide.",
    )  # fmt: skip
    epochs: float = knob(
        1.0, label="Epochs", level=Level.BEGINNER, group="Schedule", unit="passes over the pairs", low=0.01,
        high=1000.0, source="Tunstall et al. 2023, Zephyr, arXiv 2310.16944, sec. 5.3",
        why="Used when steps is 0: DPO over-fits quickly, one pass is usually enough.",
    )  # fmt: skip
    learning_rate: float = knob(
        5e-5, label="Learning rate", level=Level.BEGINNER, group="Schedule", unit="per step", low=1e-9,
        high=0.1, source=SEED, why="For adapters; full fine-tuning wants about 5e-7 to 1e-6.",
    )  # fmt: skip
    schedule: Schedule = knob(
        Schedule.COSINE, label="Learning rate falls by", group="Schedule", unit="", source=SEED,
        why="Down to zero along half a cosine after the warm-up.",
    )  # fmt: skip
    warmup_steps: float = knob(
        100, label="Warm-up", group="Schedule", unit=WARM, low=0.0, high=1_000_000, source=SEED,
        why="The rate rises from zero over so many steps; a warm-up as long as the run never lets it learn.",
    )  # fmt: skip
    micro_batch: int = knob(
        4, label="Pairs at once", level=Level.BEGINNER, group="Batch", unit="pairs on the device", low=1,
        high=1024, source=SEED,
        why="What must fit in memory together. A processor takes long pairs one at a time, as many in a "
        "step: the same losses. It reads a prompt once for both answers.",
    )  # fmt: skip
    accumulation: int = knob(
        4, label="Accumulation", level=Level.BEGINNER, group="Batch", unit="micro-batches a step", low=1,
        high=4096, source=SEED, why="4 micro-batches of 4 pairs make one step of 16 pairs.",
    )  # fmt: skip
    gradient_checkpointing: bool = knob(
        True, label="Recompute layers", group="Batch", unit="", source="Chen et al. 2016, arXiv 1604.06174",
        why="Saves memory for a fifth more time, at the same numbers; left out where pairs go one at a time.",
    )  # fmt: skip
    reference: Reference = knob(
        Reference.AUTO, label="Reference model", group="Batch", unit="", source=TRL,
        why="auto switches the adapter off, which costs no memory; full training needs a second model. "
        "precomputed scores all pairs once, which pays from the second epoch on.",
    )  # fmt: skip
    optimizer: Optimiser = knob(
        Optimiser.PAGED_ADAMW_32BIT, label="Optimiser", group="Batch", unit="", source=QLORA,
        why="Paged memory survives peaks on a GPU; without one the same Adam runs unpaged. 8-bit states take "
        "a quarter of the memory, adafactor next to none.",
    )  # fmt: skip
    weight_decay: float = knob(
        0.0, label="Weight decay", group="Batch", unit="per step", low=0.0, high=1.0, source=TRAINER,
        why="The pull towards the reference already regularises.",
    )  # fmt: skip
    max_grad_norm: float = knob(
        1.0, label="Gradient clip", group="Batch", unit="norm", low=0.0, high=1000.0, source=TRAINER,
        why="One odd pair must not throw the weights; 0 switches clipping off.",
    )  # fmt: skip
    precision: Precision = knob(
        Precision.AUTO, label="Precision", group="Batch", unit="", source=TRAINER,
        why="auto takes bf16 where a GPU computes in it, else 32 bits.",
    )  # fmt: skip
    attention: Attention = knob(
        Attention.AUTO, label="Attention", group="Batch", unit="", source="transformers, Attention Interface",
        why="auto is PyTorch's own fused attention wherever the model has it; flash_attention_2 is faster at "
        "long texts, and needs a GPU, bf16 and the package flash-attn.",
    )  # fmt: skip
    template: Template = knob(
        Template.OWN, label="Chat template", group="Text", unit="", source="transformers, Chat templates",
        why="The model's own, so that it reads what it learned from; chatml for a base model that has none.",
    )  # fmt: skip
    max_prompt_length: int = knob(
        1024, label="Longest prompt", group="Text", unit="tokens (0: never cut)", low=0, high=1_000_000,
        source=SEED, why="A longer prompt loses its oldest turns first, then the start of its text.",
    )  # fmt: skip
    max_length: int = knob(
        1536, label="Longest prompt with answer", group="Text", unit="tokens", low=8, high=1_000_000,
        source=SEED, why="A longer answer loses its end, and with it its end mark.",
    )  # fmt: skip
    log_every: int = knob(
        1, label="Log every", group="Watching", unit="steps", low=1, high=10_000, source=SEED,
        why="A point on every curve for every step.",
    )  # fmt: skip
    evaluate_every: float = knob(
        0.1, label="Evaluate every", group="Watching", unit=SHARE, low=0.0, high=1_000_000, source=GAO,
        why="Held-out accuracy at the start and at every tenth shows over-fitting while it happens.",
    )  # fmt: skip
    save_every: float = knob(
        0.25, label="Save every", group="Watching", unit=SHARE, low=0.0, high=1_000_000, source=TRAINER,
        why="What a crash may cost: at most a quarter of the run.",
    )  # fmt: skip
    patience: int = knob(
        0, label="Stop early after", group="Watching", unit="evaluations without gain (0: never)", low=0,
        high=1000, source=GAO,
        why="Stops when held-out accuracy has not risen so many times; one pass seldom needs it.",
    )  # fmt: skip
    checkpoints_kept: int = knob(
        2, label="Checkpoints kept", group="Watching", unit="checkpoints", low=1, high=100, source=TRAINER,
        why="The newest to resume from, and one before it. The best by held-out accuracy is kept besides.",
    )  # fmt: skip
    sample_prompts: int = knob(
        4, label="Sampled prompts", group="Watching", unit="test prompts", low=0, high=100, source=DPO,
        why="Answers before and after, greedy, to read: a falling loss does not say that a model is better.",
    )  # fmt: skip
    sample_tokens: int = knob(
        128, label="Longest sample", group="Watching", unit="tokens", low=1, high=4096, source=DPO,
        why="Enough to see how an answer begins.",
    )  # fmt: skip
    seed: int = knob(
        42, label="Seed", group="Watching", unit="", low=0, high=2**32 - 1, source=TRAINER,
        why="The same seed and data give the same run.",
    )  # fmt: skip
    report_to: Report = knob(
        Report.NONE, label="Also report to", group="Watching", unit="", source=TRAINER,
        why="Nothing leaves this machine unless asked. TensorBoard and Trackio write files here; wandb sends "
        "them where WANDB_API_KEY is set, and keeps them here otherwise.",
    )  # fmt: skip

    def __post_init__(self) -> None:
        for each in KNOBS:
            try:
                value = each.parsed(getattr(self, each.key))
            except ValueError as error:
                raise errors.RecipeError(str(error)) from None
            object.__setattr__(self, each.key, value)

    @property
    def pairs_per_step(self) -> int:
        return self.micro_batch * self.accumulation

    def steps(self, pairs: int) -> int:
        """Optimiser steps for so many training pairs."""
        batches = -(-pairs // self.micro_batch)
        return self.max_steps or max(1, -(-int(batches * self.epochs) // self.accumulation))

    def warmup(self, steps: int) -> int:
        """Warm-up steps of a run of so many; a share is rounded up, as transformers does."""
        return math.ceil(self.warmup_steps * steps if self.warmup_steps < 1 else self.warmup_steps)

    @property
    def second_model(self) -> bool:
        """The reference is a model of its own in memory while training."""
        separate = self.reference is Reference.SEPARATE
        return separate or (self.reference is Reference.AUTO and not self.tuning.has_adapter)


KNOBS: tuple[knobs.Knob, ...] = knobs.read(DpoRecipe)


def to_dict(recipe: DpoRecipe) -> dict[str, object]:
    """Every knob as JSON can hold it."""
    return {each.key: knobs.plain(getattr(recipe, each.key)) for each in KNOBS}


def from_dict(values: MappingOf[str, object]) -> DpoRecipe:
    """The inverse of to_dict; a knob that is not given takes its default.

    Raises:
        RecipeError: an unknown knob, or a value that does not fit.
    """
    return _changed(DpoRecipe(), _today(values))


def with_changes(recipe: DpoRecipe, changes: MappingOf[str, str]) -> DpoRecipe:
    """The recipe with some knobs set from text, as after `--set key=value`.

    Raises:
        RecipeError: an unknown knob, or a value that does not fit.
    """
    return _changed(recipe, changes)


def _changed(recipe: DpoRecipe, values: MappingOf[str, object]) -> DpoRecipe:
    known = {each.name for each in fields(DpoRecipe)}
    unknown = [key for key in values if key not in known]
    if unknown:
        raise errors.RecipeError(knobs.unknown(unknown[0], known))
    unchecked: dict[str, Any] = dict(values)  # __post_init__ parses every value
    return dataclasses.replace(recipe, **unchecked)


def _today(values: MappingOf[str, object]) -> dict[str, object]:
    """Runs made before the reference had three forms say only whether it was computed once."""
    now = dict(values)
    if (once := now.pop("precompute_reference", None)) is not None:
        now.setdefault("reference", (Reference.PRECOMPUTED if once else Reference.AUTO).value)
    return now
