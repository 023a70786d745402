"""Settings of a recipe that do not go together, and why. Knows no machine and no files."""

from dataclasses import dataclass

from training.choices import KtoLoss, Method, Schedule, Tuning
from training.losses import Loss
from training.recipe import DpoRecipe

_FULL_RATE = 1e-5  # choice: ten times what the recipes of the field use
_LEAST_NORMALISED_BETA = 1.0  # choice: a margin of 0.1 nat a token then changes the loss by a twentieth


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Settings that do not go together.

    Attributes:
        key: the knob to change.
        severity: "E" stops the start, "W" is a warning.
        value, threshold: what was found and where it begins to matter; None where there is no number.
    """

    key: str
    severity: str
    message: str
    value: float | None = None
    threshold: float | None = None


def of(recipe: DpoRecipe, pairs: int | None = None) -> tuple[Problem, ...]:
    """What does not go together, worst first.

    Args:
        pairs: training pairs, where known; without it a run by epochs is not checked against its warm-up.
    """
    found = [
        *_schedule_problems(recipe, pairs),
        *_length_problems(recipe),
        *(_kto_problems(recipe) if recipe.method is Method.KTO else _loss_problems(recipe)),
        *_weight_problems(recipe),
    ]
    return tuple(sorted(found, key=lambda problem: problem.severity))


def _schedule_problems(recipe: DpoRecipe, pairs: int | None) -> list[Problem]:
    steps = recipe.max_steps or (recipe.steps(pairs) if pairs else 0)
    found = []
    if not recipe.schedule.warms_up and recipe.warmup_steps:
        found.append(_problem(
            "warmup_steps", "E", f"The schedule {recipe.schedule} has no warm-up. Set warmup_steps to 0, or "
            f"choose {Schedule.CONSTANT_WITH_WARMUP}.",
        ))  # fmt: skip
    elif steps and recipe.warmup(steps) >= steps and recipe.warmup_steps:
        found.append(_problem(
            "warmup_steps", "E", f"The warm-up of {recipe.warmup(steps)} steps is as long as the run of "
            f"{steps}, so the learning rate never reaches its value. Use fewer warm-up steps or more steps.",
            value=recipe.warmup(steps), threshold=steps,
        ))  # fmt: skip
    if recipe.tuning is Tuning.FULL and recipe.learning_rate > _FULL_RATE:
        found.append(_problem(
            "learning_rate", "W", f"{recipe.learning_rate:g} is a rate for adapters; full fine-tuning of "
            "a trained model usually takes 5e-7 to 1e-6 and forgets at more.",
            value=recipe.learning_rate, threshold=_FULL_RATE,
        ))  # fmt: skip
    return found


def _length_problems(recipe: DpoRecipe) -> list[Problem]:
    if recipe.max_prompt_length < recipe.max_length:
        return []
    return [_problem(
        "max_prompt_length", "E", f"A prompt of {recipe.max_prompt_length} tokens leaves no room for "
        f"an answer within {recipe.max_length}. Make max_prompt_length smaller than max_length.",
        value=recipe.max_prompt_length, threshold=recipe.max_length,
    )]  # fmt: skip


def _loss_problems(recipe: DpoRecipe) -> list[Problem]:
    losses, found = recipe.loss_types, []
    if len(losses) != len(recipe.loss_weights):
        found.append(_problem(
            "loss_weights", "E", f"There are {len(losses)} losses but {len(recipe.loss_weights)} weights. "
            "Give one weight for each loss.",
        ))  # fmt: skip
    if (recipe.desirable_weight, recipe.undesirable_weight) != (1.0, 1.0):
        found.append(_problem(
            "desirable_weight", "E", "The weights of wanted and unwanted answers belong to kto. Set both to "
            "1, or choose the method kto.",
        ))  # fmt: skip
    if recipe.kto_loss is not KtoLoss.KTO:
        found.append(_problem(
            "kto_loss", "E", f"{recipe.kto_loss} is a loss of kto and does nothing with dpo. Set kto_loss to "
            "kto, or choose the method kto.",
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
    if Loss.SIGMOID_NORM in losses and recipe.beta < _LEAST_NORMALISED_BETA:
        found.append(_problem(
            "beta", "W", f"sigmoid_norm divides by length, so that beta {recipe.beta:g} hardly moves the "
            "model. Tülu 3 uses 5.",
        ))  # fmt: skip
    if recipe.micro_batch == 1 and any(loss.sorts_the_batch for loss in losses):
        found.append(_problem(
            "micro_batch", "E", "aot sorts the pairs of a micro-batch, so it needs at least 2 at once.",
        ))  # fmt: skip
    return found


def _kto_problems(recipe: DpoRecipe) -> list[Problem]:
    found = []
    if recipe.loss_types != (Loss.SIGMOID,) or recipe.loss_weights != (1.0,):
        found.append(_problem(
            "loss_types", "E", "The losses belong to dpo; kto has its own. Set loss_types to sigmoid and "
            "loss_weights to 1, or choose the method dpo.",
        ))  # fmt: skip
    if recipe.label_smoothing:
        found.append(_problem("label_smoothing", "E", "kto smooths no labels. Set label_smoothing to 0."))
    return found


def _weight_problems(recipe: DpoRecipe) -> list[Problem]:
    found = []
    for key, wanted in (("rs_lora", recipe.rs_lora), ("dora", recipe.dora)):
        if wanted and not recipe.tuning.has_adapter:
            found.append(
                _problem(key, "E", f"{key} shapes an adapter, and full training has none. Set it to false.")
            )
    if recipe.double_quantization and recipe.tuning is not Tuning.LORA_4BIT:
        found.append(_problem(
            "double_quantization", "E", f"{recipe.tuning} has no 4-bit scales to quantise. Set "
            f"double_quantization to false, or tuning to {Tuning.LORA_4BIT}.",
        ))  # fmt: skip
    if "lm_head" in recipe.lora_target_modules and recipe.tuning.has_adapter:
        found.append(_problem(
            "lora_target_modules", "E", "TRL reads the weights of lm_head directly, so an adapter on it "
            "would never be trained. Leave lm_head out.",
        ))  # fmt: skip
    return found


def _problem(
    key: str, severity: str, message: str, value: float | None = None, threshold: float | None = None
) -> Problem:
    return Problem(key=key, severity=severity, message=message, value=value, threshold=threshold)
