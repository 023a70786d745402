"""TRL's trainers with what they do wrong put right, and what they do twice done once. Needs torch."""

import json
from pathlib import Path
from typing import Any

import torch
from transformers.trainer import TRAINER_STATE_NAME
from trl import DPOTrainer

from training import ranks, shared_prompts
from training.recipe import DpoRecipe
from training.references import Remembering

_TRIED = 2  # pairs that are read in both ways before the first step


class Quiet:
    """What is put right in TRL's trainers: no model card, adapters that resume in the type they had, tokens
    that are counted on after a resume, exact means in a group of processes."""

    model: Any
    accelerator: Any
    _metrics: Any
    _total_train_tokens: int

    def create_model_card(self, *_: Any, **__: Any) -> None:
        """Not written: TRL's card calls a local base model "None" and would stand where ours belongs."""

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        learning = model if model is not None else self.model
        kinds = {name: p.dtype for name, p in learning.named_parameters() if p.requires_grad}
        super()._load_from_checkpoint(resume_from_checkpoint, model)  # type: ignore[misc]
        # peft loads a bf16 adapter back as fp32, and the resumed run would drift from the uninterrupted one.
        for name, parameter in learning.named_parameters():
            if name in kinds:
                parameter.data = parameter.data.to(kinds[name])
        # TRL counts from 0 again, and the curve of tokens would fall.
        self._total_train_tokens = _tokens_learned_from(Path(resume_from_checkpoint))

    def compute_loss(self, model: Any, *about: Any, **named: Any) -> Any:
        """As TRL does; held-out pairs that do not divide among processes count once.

        accelerate repeats pairs in the last round, and TRL's means would take them in, and that round as much
        as a full one.
        """
        if model.training or ranks.current().count == 1:
            return super().compute_loss(model, *about, **named)  # type: ignore[misc]
        state, gather = self.accelerator.gradient_state, self.accelerator.gather
        last = state.end_of_dataloader and state.remainder > 0
        counted = state.remainder if last else ranks.current().count  # pairs: one a process
        self.accelerator.gather = lambda values: gather(values)[:counted]
        try:
            given = super().compute_loss(model, *about, **named)  # type: ignore[misc]
        finally:
            self.accelerator.gather = gather
        for values in filter(None, self._metrics["eval"].values()):
            values.extend([values[-1]] * (counted - 1))
        return given


class QuietTrainer(Quiet, Remembering, DPOTrainer):  # type: ignore[misc]  # TRL ships no types
    """TRL's DPO trainer with what `Quiet` puts right, reading a prompt and asking the reference once.

    Attributes:
        notes: what it does differently from what it was asked, one sentence each.
    """

    def __init__(self, *, shares_prompts: bool, **settings: Any) -> None:
        self.notes: tuple[str, ...] = ()
        self._to_share = shares_prompts
        super().__init__(**settings)
        self._share_prompts()

    def _prepare_dataset(self, dataset: Any, *_: Any) -> Any:
        """As it is: what a preview shows and a preflight counts are the tokens themselves, made once."""
        return dataset

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Metrics that were not made are not logged as the zeros that stand for them."""
        if self._shares:
            for name in shared_prompts.UNREAD:
                for kept in self._metrics.values():
                    kept.pop(name, None)
        super().log(logs, start_time)

    def _precompute_ref_logps(self, *args: Any, **settings: Any) -> Any:
        # TRL scores the reference while it is still being made.
        self._share_prompts()
        return super()._precompute_ref_logps(*args, **settings)

    _shares = False

    def _share_prompts(self) -> None:
        """Once, as soon as TRL has given the models its head.

        Layers that are spread over processes gather their weights when the whole model is called, and only
        then.
        """
        if not self._to_share or self.is_fsdp_enabled or self.is_deepspeed_enabled:
            return
        self._to_share = False
        policy = self.model.get_base_model() if hasattr(self.model, "get_base_model") else self.model
        models = [policy] if self.ref_model is None else [policy, self.ref_model]
        few = [self.train_dataset[place] for place in range(min(_TRIED, len(self.train_dataset)))]
        note = shared_prompts.share(models, few, self._tokenizer.pad_token_id)
        self._shares = note is None
        self.notes = (note,) if note else ()


def _tokens_learned_from(checkpoint: Path) -> int:
    state = json.loads((checkpoint / TRAINER_STATE_NAME).read_text(encoding="utf-8"))
    counts = [row["num_tokens"] for row in state["log_history"] if "num_tokens" in row]
    return int(counts[-1]) if counts else 0


def restore_adapter_dropout(model: Any, recipe: DpoRecipe) -> None:
    """TRL's disable_dropout zeroes the adapter's dropout too, while the saved file still names it."""
    for module in model.modules():
        for dropout in getattr(module, "lora_dropout", {}).values():
            if isinstance(dropout, torch.nn.Dropout):
                dropout.p = recipe.lora_dropout
