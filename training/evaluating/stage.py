"""One loaded base model on which the contestants take turns. Needs torch.

Base and tuned are the same weights with the adapter off and on, so nothing but the adapter can make them
differ: not the precision, not the quantisation, not another revision of the base.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from peft.tuners.tuners_utils import BaseTunerLayer

from training import dpo, errors
from training.evaluating.asked import Contestant, Weights


class Stage:
    """Contestants of one base model, one at a time; whole models replace the base and should come last."""

    def __init__(self, base: Path, fitted: dpo.Plan) -> None:
        self._base = base
        self._fitted = fitted
        self._model: Any = None
        self._adapters: dict[str, str] = {}

    @contextmanager
    def playing(self, contestant: Contestant) -> Iterator[Any]:
        """The model as this contestant, in evaluation mode.

        Raises:
            ModelMissing: its weights cannot be loaded, or they are not what answers.
        """
        model = self._whole(contestant) if contestant.weights is Weights.MODEL else self._adapted(contestant)
        model.eval()
        if contestant.weights is Weights.BASE and self._adapters:
            with model.disable_adapter():
                yield model
        else:
            yield model

    def expected(self, contestant: Contestant) -> tuple[str, ...]:
        """The adapters that must be active while this contestant answers."""
        known = self._adapters.get(contestant.folder)
        return (known,) if contestant.weights is Weights.ADAPTER and known else ()

    @contextmanager
    def computing(self) -> Iterator[None]:
        """Without gradients, in the precision of training."""
        kind = "cuda" if self._fitted.machine.cuda else "cpu"
        with torch.no_grad(), torch.autocast(kind, torch.bfloat16, enabled=self._fitted.bf16):
            yield

    def _adapted(self, contestant: Contestant) -> Any:
        if self._model is None:
            self._model = dpo.load_model(self._base, self._fitted)
        if contestant.weights is Weights.ADAPTER:
            name = self._loaded(contestant)  # may wrap the model anew
            self._model.set_adapter(name)
        return self._model

    def _loaded(self, contestant: Contestant) -> str:
        if contestant.folder not in self._adapters:
            # Not the contestant's name: peft makes a module of it, which may hold no dot.
            name = f"contestant_{len(self._adapters)}"
            try:
                if self._adapters:
                    self._model.load_adapter(contestant.folder, adapter_name=name)
                else:
                    self._model = PeftModel.from_pretrained(self._model, contestant.folder, adapter_name=name)
            except (OSError, ValueError, RuntimeError) as error:
                first = str(error).strip().splitlines()[0]
                raise errors.ModelMissing(
                    f"The adapter {contestant.folder} does not fit its base model: {first}"
                ) from error
            self._adapters[contestant.folder] = name
        return self._adapters[contestant.folder]

    def _whole(self, contestant: Contestant) -> Any:
        self._model, self._adapters = None, {}
        gc.collect()
        self._model = dpo.load_model(Path(contestant.folder), self._fitted)
        return self._model


def active_adapters(model: Any) -> tuple[str, ...]:
    """Names of the adapters that take part in a forward pass, as the layers themselves have it."""
    layers = (layer for layer in model.modules() if isinstance(layer, BaseTunerLayer))
    return tuple(
        sorted({name for layer in layers if not layer.disable_adapters for name in layer.active_adapters})
    )
