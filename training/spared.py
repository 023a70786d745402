"""Libraries that a run would load and not use, kept out of its process: a sixth of a worker's start."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from training import devices, documents, recipe
from training.base_model import BaseModel, ModelKind
from training.recipe import DpoRecipe
from training.runs import Request

_BITSANDBYTES = "bitsandbytes"  # peft loads it with all its kernels, wherever it is installed


def unneeded(request: Request) -> tuple[str, ...]:
    """What a training run never asks for: bitsandbytes, where neither weights nor optimiser are rounded."""
    settings = recipe.from_dict(request.recipe)
    rounded = settings.tuning.is_quantized or _may_be_quantized(request.model)
    return () if rounded or _optimizer_needs_it(settings) else (_BITSANDBYTES,)


@contextmanager
def kept_out(names: Sequence[str]) -> Iterator[None]:
    """Imports inside do not find these libraries, unless they are loaded already.

    Only for a process that does nothing else: who asks inside whether one is there remembers the answer.
    """
    hidden = [name for name in names if name not in sys.modules]
    # What stands as None in sys.modules is not there, for `import` and for `find_spec` alike.
    sys.modules.update(dict.fromkeys(hidden))  # type: ignore[arg-type]  # typeshed knows only modules
    try:
        yield
    finally:
        for name in hidden:
            del sys.modules[name]


def _optimizer_needs_it(settings: DpoRecipe) -> bool:
    """A paged optimiser is replaced by a plain one where there is no GPU."""
    optimizer = settings.optimizer
    if optimizer.is_paged and devices.current().kind == "cpu":
        optimizer = optimizer.unpaged
    return optimizer.needs_bitsandbytes


def _may_be_quantized(model: BaseModel) -> bool:
    """A folder may hold weights that are rounded already; a name on the Hub says nothing."""
    if model.kind is ModelKind.DEMO:
        return False
    config = documents.read_or_none(Path(model.path) / "config.json") if model.path else None
    return config is None or "quantization_config" in config
