"""Recipes with a name and a source. Knows no screen, no files and no tensors."""

from dataclasses import dataclass, replace

from training import errors
from training.choices import Optimiser, Precision, Reference, Schedule, Tuning
from training.losses import Loss
from training.recipe import DpoRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """A recipe with a name, where it comes from, and what to know before using it.

    Attributes:
        reasons: why each setting is what it is, where the recipe was made for a release; else empty.
    """

    key: str
    name: str
    source: str
    recipe: DpoRecipe
    notes: str
    reasons: tuple[str, ...] = ()


def find(key: str) -> Preset:
    """The preset of that key.

    Raises:
        RecipeError: there is none.
    """
    for one in PRESETS:
        if one.key == key:
            return one
    raise errors.RecipeError(f"There is no preset {key!r}. Presets: {', '.join(p.key for p in PRESETS)}.")


_HANDBOOK = "https://github.com/huggingface/alignment-handbook/blob/main/recipes/zephyr-7b-beta/dpo"
_ZEPHYR = DpoRecipe(  # what both of the handbook's recipes share
    beta=0.01, schedule=Schedule.COSINE, warmup_steps=0.1, max_steps=0, epochs=1.0, precision=Precision.BF16,
    max_prompt_length=512, max_length=1024, log_every=10, evaluate_every=100,
    save_every=100, checkpoints_kept=1,
)  # fmt: skip
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
            reference=Reference.PRECOMPUTED, optimizer=Optimiser.ADAMW,
            precision=Precision.FP32, max_prompt_length=256, max_length=512, lora_dropout=0.0,
            lora_target_modules=("q_proj", "k_proj", "v_proj", "o_proj"),
        ),
        notes="For the demo model only: a rate this high spoils a real one. Adapters on attention alone: "
        "with those on every layer so small a model learns its pairs by heart instead of their manner.",
    ),
    Preset(
        key="zephyr-qlora",
        name="Zephyr, 4-bit with adapter",
        source=f"{_HANDBOOK}/config_qlora.yaml",
        recipe=replace(
            _ZEPHYR, tuning=Tuning.LORA_4BIT, learning_rate=5e-6, micro_batch=4, accumulation=1,
            optimizer=Optimiser.PAGED_ADAMW_32BIT,
        ),
        notes="The handbook's recipe for a chat model tuned on 61,000 pairs of UltraFeedback, for each GPU: "
        "raise the accumulation by the number of GPUs you do not have.",
    ),
    Preset(
        key="zephyr-full",
        name="Zephyr, every weight",
        source=f"{_HANDBOOK}/config_full.yaml",
        recipe=replace(
            _ZEPHYR, tuning=Tuning.FULL, learning_rate=5e-7, micro_batch=8, accumulation=16,
            optimizer=Optimiser.ADAMW,
        ),
        notes="128 pairs a step; the handbook reaches them on 8 GPUs of 80 GB with an accumulation of 2, "
        "here one device accumulates 16 times.",
    ),
    Preset(
        key="tulu3",
        name="Tülu 3, normalised by length",
        source="Lambert et al. 2024, arXiv 2411.15124; the command in open-instruct, docs/tulu3.md (8B DPO)",
        recipe=DpoRecipe(
            tuning=Tuning.FULL, loss_types=(Loss.SIGMOID_NORM,), beta=5.0, learning_rate=5e-7,
            schedule=Schedule.LINEAR, warmup_steps=0.1, max_steps=0, epochs=1.0, micro_batch=1,
            accumulation=128, optimizer=Optimiser.ADAMW, precision=Precision.BF16,
            max_prompt_length=0, max_length=2048,
        ),
        notes="For pairs in which the longer answer tends to win. Each answer's log-ratio is divided by its "
        "length, so beta is 5 and not 0.1. 128 pairs a step: there 8 GPUs of 1 pair accumulate 16 times.",
    ),
    Preset(
        key="trl",
        name="TRL defaults",
        source="TRL 1.16, DPOConfig",
        recipe=DpoRecipe(
            tuning=Tuning.FULL, learning_rate=1e-6, schedule=Schedule.LINEAR, max_steps=0, epochs=3.0,
            warmup_steps=0, micro_batch=8, accumulation=1, optimizer=Optimiser.ADAMW_FUSED,
            max_prompt_length=0, max_length=1024, log_every=10,
        ),
        notes="What DPOTrainer does when it is told nothing: every weight is trained, in three epochs.",
    ),
)  # fmt: skip
