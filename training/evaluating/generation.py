"""Answers in batches. Needs torch.

Prompts of like length are answered together with padding on the left, so that little is computed for
nothing; the key-value cache of one batch is all that grows, so memory is bounded by the batch.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from training.evaluating.asked import Sampling
from training.rendering import Renderer
from training.system_turn import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoded:
    """A prompt as the model sees it; `number` is the caller's."""

    number: int
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """An answer; see rows.AnswerRow for the attributes."""

    number: int
    text: str
    tokens: int
    ended: bool


def encode(renderer: Renderer, number: int, turns: Sequence[Turn]) -> Encoded:
    """A prompt with its generation prompt, folded and cut as in training."""
    return Encoded(number=number, ids=tuple(renderer.prompt_ids(turns)))


def batches(prompts: Sequence[Encoded], size: int) -> Iterator[list[Encoded]]:
    """Like lengths together, the longest first: whoever runs out of memory does so at once.

    The division depends on the whole list alone, so a resumed evaluation meets the same batches.
    """
    ordered = sorted(prompts, key=lambda one: (-len(one.ids), one.number))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]


def answer(model: Any, tokenizer: Any, batch: Sequence[Encoded], sampling: Sampling) -> list[Generated]:
    """One answer to each prompt of a batch, in the batch's order."""
    width = max(len(one.ids) for one in batch)
    device = next(model.parameters()).device
    pad = tokenizer.pad_token_id
    ids = torch.tensor([[pad] * (width - len(one.ids)) + list(one.ids) for one in batch], device=device)
    seen = torch.tensor([[0] * (width - len(one.ids)) + [1] * len(one.ids) for one in batch], device=device)
    ends = _ends(model, tokenizer)
    torch.manual_seed(_seed(sampling.seed, batch))
    with torch.no_grad():
        out = model.generate(
            input_ids=ids, attention_mask=seen, max_new_tokens=sampling.longest, eos_token_id=sorted(ends),
            pad_token_id=pad, use_cache=True, **_drawing(sampling),
        )  # fmt: skip
    return [
        _read(tokenizer, one.number, row[width:].tolist(), ends) for one, row in zip(batch, out, strict=True)
    ]


def _read(tokenizer: Any, number: int, ids: list[int], ends: set[int]) -> Generated:
    stop = next((place for place, token in enumerate(ids) if token in ends), None)
    kept = ids if stop is None else ids[:stop]
    text = str(tokenizer.decode(kept, skip_special_tokens=True)).strip()
    return Generated(number=number, text=text, tokens=len(kept) + (stop is not None), ended=stop is not None)


def _drawing(sampling: Sampling) -> dict[str, Any]:
    if not sampling.temperature:
        # Named, or a model folder's own generation settings would warn or take part.
        return {"do_sample": False, "temperature": None, "top_p": None, "top_k": None}
    return {
        "do_sample": True, "temperature": sampling.temperature, "top_p": sampling.top_p, "top_k": 0,
    }  # fmt: skip


def _ends(model: Any, tokenizer: Any) -> set[int]:
    said = model.generation_config.eos_token_id
    return {*(said if isinstance(said, list) else [said]), tokenizer.eos_token_id} - {None}


def _seed(seed: int, batch: Sequence[Encoded]) -> int:
    """Of the batch, not of what was drawn before it: a resumed evaluation draws the same answers."""
    named = f"{seed}:{','.join(str(one.number) for one in batch)}"
    return int.from_bytes(hashlib.blake2b(named.encode(), digest_size=7).digest())
