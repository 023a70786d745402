"""Makes the demo model: a tiny Llama that has read its corpus long enough to write legible text.

Only the worker imports this: it needs torch.
"""

import fcntl
import logging
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from transformers import LlamaConfig, LlamaForCausalLM

from training import demo_model
from training.demo_model import Size

log = logging.getLogger(__name__)


def create(models: Path, report: Callable[[str], None], size: Size | None = None) -> Path:
    """The demo model's folder; made now if it is not there yet, by one process at a time.

    Args:
        report: is told in a sentence how far it is.

    Returns:
        A folder that `from_pretrained` opens. About 40 s on two cores; afterwards it is found ready.
    """
    size = size or Size()
    path = demo_model.folder(models, size)
    if demo_model.is_made(path):
        return path
    models.mkdir(parents=True, exist_ok=True)
    with _locked(models / f"{path.name}.lock"):
        if not demo_model.is_made(path):
            _make(path, size, report)
    return path


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(path: Path, size: Size, report: Callable[[str], None]) -> None:
    tokenizer = demo_model.tokenizer(size)
    model = _schooled(tokenizer, size, report)
    scratch = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        model.save_pretrained(scratch)
        tokenizer.save_pretrained(scratch)
        shutil.rmtree(path, ignore_errors=True)  # what a crash left: a whole model would have been taken
        scratch.replace(path)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _schooled(tokenizer: Any, size: Size, report: Callable[[str], None]) -> Any:
    """Plain next-token learning on whole exchanges: a question cut from its answer would teach babble."""
    read = [tokenizer(text)["input_ids"][: size.context] for text in demo_model.texts(size)]
    with torch.random.fork_rng():
        torch.manual_seed(size.seed)
        model = LlamaForCausalLM(_config(tokenizer, size))
    optimisers = _optimisers(model)
    loss = torch.zeros(())
    batches = _batches(read, size.tokens, random.Random(size.seed))
    for step, batch in zip(range(size.steps), batches, strict=False):
        _set_rates(optimisers, _rate(step, size.steps))
        loss = model(**_padded(batch, tokenizer.pad_token_id)).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad()
        if step % 50 == 0:
            report(f"making the demo model: {step} of {size.steps} steps")
    log.info("demo model: loss %.3f nats a token after %d steps", loss.item(), size.steps)
    return model


def _batches(read: list[list[int]], tokens: int, rng: random.Random) -> Iterator[list[list[int]]]:
    """Endless batches of exchanges of like length, each at most `tokens` with its padding."""
    while True:
        order = sorted(rng.sample(read, len(read)), key=len)
        epoch: list[list[list[int]]] = [[]]
        for ids in order:
            if (len(epoch[-1]) + 1) * len(ids) > tokens:
                epoch.append([])
            epoch[-1].append(ids)
        yield from rng.sample(epoch, len(epoch))


def _padded(batch: list[list[int]], pad: int) -> dict[str, torch.Tensor]:
    width = max(len(ids) for ids in batch)
    ids = torch.tensor([one + [pad] * (width - len(one)) for one in batch])  # (exchanges, width)
    seen = torch.tensor([[1] * len(one) + [0] * (width - len(one)) for one in batch])
    return {"input_ids": ids, "attention_mask": seen, "labels": ids.masked_fill(seen == 0, -100)}


def _config(tokenizer: Any, size: Size) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=size.hidden, intermediate_size=2 * size.hidden,
        num_hidden_layers=size.layers, num_attention_heads=size.heads, num_key_value_heads=size.heads,
        max_position_embeddings=size.context, tie_word_embeddings=True, bos_token_id=None,
        eos_token_id=tokenizer.eos_token_id, pad_token_id=tokenizer.pad_token_id,
    )  # fmt: skip


def _optimisers(model: Any) -> list[torch.optim.Optimizer]:
    """Muon for the matrices, Adam for the rest: half the loss of Adam alone after the same 200 steps."""
    matrices = [p for name, p in model.named_parameters() if p.ndim == 2 and "embed" not in name]
    others = [p for name, p in model.named_parameters() if not (p.ndim == 2 and "embed" not in name)]
    return [
        torch.optim.Muon(matrices, lr=0.015, weight_decay=0.01, ns_steps=4),
        torch.optim.AdamW(others, lr=1e-2, betas=(0.9, 0.95), weight_decay=0.0),
    ]


def _rate(step: int, steps: int) -> float:
    """Share of the full learning rate: 20 steps up, level, then down to a fiftieth over the second half."""
    return min(1.0, (step + 1) / 20) * min(1.0, 2 * (1 - step / steps) + 0.02)


def _set_rates(optimisers: list[torch.optim.Optimizer], share: float) -> None:
    for optimiser in optimisers:
        for group in optimiser.param_groups:
            group.setdefault("full_lr", group["lr"])
            group["lr"] = group["full_lr"] * share
