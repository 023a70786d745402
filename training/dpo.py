"""A recipe and rendered pairs become a TRL trainer. Needs torch; only the worker imports it.

What TRL, transformers, peft or bitsandbytes would do silently wrong is put right here, each with its reason.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig
from transformers import AutoModelForCausalLM, BitsAndBytesConfig
from trl import DPOConfig

from training import division, economy, errors, ranks, shared_rows, trainers
from training.choices import Attention, Precision, Reference, Tuning
from training.recipe import ALL_LINEAR, DpoRecipe
from training.references import References
from training.rendering import Rendered
from training.trainers import QuietTrainer


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What the run computes on, as torch sees it."""

    cuda: bool
    bf16: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A recipe fitted to a machine.

    Attributes:
        bf16: forward and backward in bf16.
        optimizer: transformers' name.
        attention: transformers' name; None lets it choose.
        shares_prompts: each prompt is read once for both answers; on a GPU that has not been measured.
        notes: what differs from the recipe, one sentence each.
    """

    recipe: DpoRecipe
    machine: Machine
    bf16: bool
    optimizer: str
    attention: str | None
    shares_prompts: bool
    notes: tuple[str, ...]


def machine() -> Machine:
    """The first visible GPU, else the processor."""
    cuda = torch.cuda.is_available()
    return Machine(cuda=cuda, bf16=torch.cuda.is_bf16_supported() if cuda else True)


def plan(recipe: DpoRecipe, on: Machine) -> Plan:
    """Fit a recipe to a machine; what the machine lacks is replaced and said."""
    notes = []
    bf16 = recipe.precision is Precision.BF16 or (recipe.precision is Precision.AUTO and on.cuda and on.bf16)
    if bf16 and not on.bf16:
        bf16 = False
        notes.append("This GPU does not compute in bf16; the run uses 32 bits.")
    optimizer, attention = recipe.optimizer, recipe.attention
    if optimizer.is_paged and not on.cuda:
        optimizer = optimizer.unpaged
        notes.append(
            f"There is no GPU memory to page; the run uses {optimizer} instead of {recipe.optimizer}."
        )
    if attention.package and not on.cuda:
        attention = Attention.SDPA
        notes.append(f"{recipe.attention} needs a GPU; the run uses PyTorch's own attention.")
    return Plan(
        recipe=recipe,
        machine=on,
        bf16=bf16,
        optimizer=optimizer.value,
        attention=None if attention is Attention.AUTO else attention.value,
        shares_prompts=not on.cuda,
        notes=tuple(notes),
    )


def plan_for(recipe: DpoRecipe, on: Machine, train: Sequence[Rendered]) -> Plan:
    """The plan for these pairs: on a processor, with the same steps in its own order."""
    if on.cuda:
        return plan(recipe, on)
    tokens = sum(len(pair.chosen.ids) + len(pair.rejected.ids) for pair in train)
    done = economy.on_processor(recipe, pairs=len(train), pair_tokens=tokens / len(train))
    fitted, said = plan(done, on), economy.sentence(recipe, done)
    return replace(fitted, notes=(*fitted.notes, said)) if said else fitted


def load_model(path: Path, fitted: Plan) -> Any:
    """The base model from a folder, never from a checkpoint: its weights are the reference.

    Raises:
        ModelMissing: the folder holds no model that transformers can load.
    """
    settings: dict[str, Any] = {"dtype": _weight_type(fitted)}
    if fitted.recipe.tuning.is_quantized:
        settings["quantization_config"] = quantization(fitted)
    if fitted.attention:
        settings["attn_implementation"] = fitted.attention
    if fitted.machine.cuda:
        settings["device_map"] = {"": ranks.current().local}
    try:
        model = AutoModelForCausalLM.from_pretrained(str(path), **settings)
    except (OSError, ValueError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise errors.ModelMissing(f"The model in {path} cannot be loaded: {first}") from error
    _keep_gradients_in_4bit(model)
    model.config.use_cache = False
    return model


def load_reference(path: Path, fitted: Plan) -> Any | None:
    """A second copy of the base model where the recipe asks for one beside an adapter.

    Returns:
        None where the trainer finds the reference by itself: the adapter switched off, log-probabilities
        computed before, or, where every weight learns, a copy that TRL loads from the model's folder.
    """
    wanted = fitted.recipe.reference is Reference.SEPARATE and fitted.recipe.tuning.has_adapter
    return load_model(path, fitted).eval().requires_grad_(requires_grad=False) if wanted else None


def quantization(fitted: Plan) -> BitsAndBytesConfig:
    """How the base model is rounded: NF4 in blocks of 64, or LLM.int8."""
    if fitted.recipe.tuning is Tuning.LORA_8BIT:
        return BitsAndBytesConfig(load_in_8bit=True)
    return BitsAndBytesConfig(
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=fitted.recipe.double_quantization,
        bnb_4bit_compute_dtype=_compute_type(fitted),
    )


def trainer(
    fitted: Plan,
    model: Any,
    tokenizer: Any,
    train: Sequence[Rendered],
    test: Sequence[Rendered],
    *,
    run: Path,
    resumes: bool,
    callbacks: Sequence[Any],
    reference: Any | None = None,
    references: References | None = None,
) -> QuietTrainer:
    """A trainer that is ready to start.

    Args:
        run: checkpoints go here as checkpoint-N.
        resumes: the run goes on from a checkpoint, so there is no evaluation of step 0.
        reference: what load_reference gave.
        references: what is known of the reference; None asks it as TRL does.

    Raises:
        RecipeError: the model has no layers of the names the recipe wants to adapt.
    """
    recipe = fitted.recipe
    args = config(fitted, run, pairs=len(train), evaluates=bool(test), resumes=resumes)
    if references is not None and references.covers([*train, *test], recipe.max_length):
        args.precompute_ref_log_probs = True  # every answer is known: no second model is loaded
    with naming_the_way_out(recipe):
        made = QuietTrainer(
            model=model,
            ref_model=reference,
            args=args,
            train_dataset=shared_rows.data_set([pair.tokens for pair in train], run, "train"),
            eval_dataset=shared_rows.data_set([pair.tokens for pair in test], run, "test") if test else None,
            processing_class=tokenizer,
            peft_config=adapter(recipe) if recipe.tuning.has_adapter else None,
            callbacks=list(callbacks),
            references=references,
            shares_prompts=fitted.shares_prompts,
        )
    trainers.restore_adapter_dropout(made.model, recipe)
    return made


@contextmanager
def naming_the_way_out(recipe: DpoRecipe) -> Iterator[None]:
    """peft's complaint about layers that are not there, as a sentence with advice."""
    try:
        yield
    except ValueError as error:
        if "arget modules" in str(error):
            raise errors.RecipeError(
                f"The model has no layers named {', '.join(recipe.lora_target_modules)}. "
                f"Set lora_target_modules to {ALL_LINEAR}."
            ) from error
        raise


def config(fitted: Plan, run: Path, *, pairs: int, evaluates: bool, resumes: bool) -> DPOConfig:
    """The recipe in TRL's words; every value is passed on, because TRL's defaults are not the recipe's."""
    recipe = fitted.recipe
    return DPOConfig(
        **shared_settings(fitted, run, pairs=pairs, evaluates=evaluates, resumes=resumes),
        loss_type=[loss.value for loss in recipe.loss_types],
        loss_weights=list(recipe.loss_weights),
        label_smoothing=recipe.label_smoothing,
    )


def shared_settings(fitted: Plan, run: Path, *, pairs: int, evaluates: bool, resumes: bool) -> dict[str, Any]:
    """What DPOConfig and KTOConfig both take."""
    recipe = fitted.recipe
    steps = recipe.steps(pairs)
    share = division.of(recipe, ranks.current().count)
    return {
        "output_dir": str(run),
        "use_cpu": not fitted.machine.cuda,
        "dataloader_pin_memory": fitted.machine.cuda,
        "per_device_train_batch_size": share.micro_batch,
        "per_device_eval_batch_size": 1,  # TRL averages batches: a short last one would weigh too much
        "gradient_accumulation_steps": share.accumulation,
        "ddp_find_unused_parameters": False,  # every weight that learns has a gradient in every step
        "activation_checkpointing": recipe.gradient_checkpointing,
        "max_steps": steps,
        "learning_rate": recipe.learning_rate,
        "lr_scheduler_type": recipe.schedule.value,
        "warmup_steps": recipe.warmup(steps),
        "optim": fitted.optimizer,
        "weight_decay": recipe.weight_decay,
        "max_grad_norm": recipe.max_grad_norm,
        "bf16": fitted.bf16,
        "beta": recipe.beta,
        "max_length": recipe.max_length,
        "precompute_ref_log_probs": recipe.reference is Reference.PRECOMPUTED,
        "disable_dropout": True,  # the base model's; the adapter's is restored afterwards
        "logging_steps": recipe.log_every,
        "logging_first_step": True,  # its loss is checked: it must be what an untrained policy gives
        "logging_nan_inf_filter": False,  # True writes a loss that is not a number as 0.0
        "eval_strategy": "steps" if evaluates else "no",
        "eval_steps": _every(recipe.evaluate_every, steps),
        "eval_on_start": evaluates and not resumes,
        "save_strategy": "steps",
        "save_steps": _every(recipe.save_every, steps),
        "save_total_limit": None,  # the witness thins them out: it knows the best one, and which are whole
        "seed": recipe.seed,
        "report_to": recipe.report_to.value,
        "disable_tqdm": True,
    }


def _every(cadence: float, steps: int) -> int:
    """A cadence in steps: a share of the run below 1; 0 means only at the end."""
    if not cadence:
        return steps
    return max(1, round(cadence * steps)) if cadence < 1 else round(cadence)


def adapter(recipe: DpoRecipe) -> LoraConfig:
    """The adapter in peft's words."""
    named = list(recipe.lora_target_modules)
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=recipe.lora_rank,
        lora_alpha=recipe.lora_alpha,
        lora_dropout=recipe.lora_dropout,
        use_rslora=recipe.rs_lora,
        use_dora=recipe.dora,
        bias="none",  # a trained bias stays on while the adapter is off, and the reference would be wrong
        target_modules=ALL_LINEAR if named == [ALL_LINEAR] else named,
    )


def _weight_type(fitted: Plan) -> torch.dtype:
    """Weights that do not learn may be bf16; weights that learn must not, or small steps are rounded away."""
    return _compute_type(fitted) if fitted.recipe.tuning.has_adapter else torch.float32


def _compute_type(fitted: Plan) -> torch.dtype:
    return torch.bfloat16 if fitted.bf16 else torch.float32


def _keep_gradients_in_4bit(model: Any) -> None:
    """On a processor with AVX512-BF16 the first forward in evaluation mode repacks 4-bit weights into a path
    without gradients, and everything trained afterwards is wrong."""
    for module in model.modules():
        if hasattr(module, "support_avx512bf16_for_cpu"):
            module.support_avx512bf16_for_cpu = False
