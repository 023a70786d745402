"""What a run's reference log-probabilities rest on, and the store opened for them. Needs torch."""

import hashlib
import importlib.metadata
from pathlib import Path

import torch

from curation import workspace
from training import reference_store
from training.checkpoints import Origin
from training.choices import Method, Tuning
from training.dpo import Plan
from training.journal import Journal
from training.reference_store import Key
from training.references import References
from training.rendering import Renderer

# Raise it when the way the reference is asked changes: old files are then never read again.
_MANNER = "2"


def opened(
    run: Path, journal: Journal, origin: Origin, renderer: Renderer, fitted: Plan
) -> References | None:
    """What earlier runs know of this run's reference; None for KTO, whose answers stand alone."""
    if fitted.recipe.method is Method.KTO:
        return None
    keeps = reference_store.limit() > 0
    space = workspace.Workspace(home=run.parent.parent)
    place = reference_store.folder(space) if keeps else None
    known = References(place, key(origin, renderer, fitted))
    if known.problem:
        journal.warning(known.problem)
    return known


def key(origin: Origin, renderer: Renderer, fitted: Plan) -> Key:
    """Everything that a log-probability rests on besides the pair's tokens."""
    written = f"{renderer.folds_system}\0{renderer.tokenizer.chat_template}"
    return Key(
        release=origin.release,
        model=origin.model,
        template=hashlib.sha256(written.encode()).hexdigest(),
        max_length=fitted.recipe.max_length,
        weights=_weights(fitted),
        arithmetic=_arithmetic(fitted),
    )


def _weights(fitted: Plan) -> str:
    recipe = fitted.recipe
    width = "bfloat16" if fitted.bf16 and recipe.tuning.has_adapter else "float32"
    rounded = {Tuning.LORA_4BIT: "nf4", Tuning.LORA_8BIT: "int8"}.get(recipe.tuning, width)
    return f"{rounded}, scales rounded" if rounded == "nf4" and recipe.double_quantization else rounded


def _arithmetic(fitted: Plan) -> dict[str, str]:
    """What moves the last digits: at step 0 the policy must equal the reference to the last one.

    Of numbers in 16 bits or fewer the padding moves more than that, so that the order of the pairs counts.
    """
    recipe = fitted.recipe
    processor = f"cpu, {torch.get_num_threads()} threads"
    found = {
        "manner": _MANNER,
        "device": torch.cuda.get_device_name() if fitted.machine.cuda else processor,
        "torch": torch.__version__,
        "transformers": importlib.metadata.version("transformers"),
        "trl": importlib.metadata.version("trl"),
        "attention": str(fitted.attention),
        "bf16": str(fitted.bf16),
        "reference": str(recipe.reference),
        "prompts": "once" if fitted.shares_prompts else "twice",
    }
    if fitted.bf16 or recipe.tuning.is_quantized:
        found |= {"seed": str(recipe.seed), "micro_batch": str(recipe.micro_batch)}
    return found
