"""One merge from request to checked model. Imports torch; only the worker imports this.

Computes on the processor in 32 bits, whatever the run computed in: an adapter that was trained on 4-bit
weights is folded into the full-precision base, since folding into rounded weights would round it away.
"""

import gc
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

from training import documents, errors, materials, runs
from training.journal import Journal
from training.merging import agreement, card
from training.merging.agreement import Agreement, Place
from training.merging.asked import CHECK, Kind, Merge
from training.rendering import Renderer
from training.runs import Request

MODEL = "model"
_SCRATCH = ".model"
_REMEMBERED = 256  # likeliest tokens kept of a place, to find the merged model's favourite among
_TYPES = {Kind.BFLOAT16: torch.bfloat16, Kind.FLOAT16: torch.float16}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What base and adapter predict along one text: (places, up to 256) tokens and log-probabilities."""

    tokens: torch.Tensor
    logs: torch.Tensor


def carry_out(run: Path, journal: Journal) -> int:
    """Merge, write, load again, compare; the model gets its name only where it agrees.

    Returns:
        The steps it took: texts read, under either model.

    Raises:
        ModelMissing: base or adapter cannot be loaded, or the merged model does not agree with them.
        UnusableRelease: the release holds no pair to compare on.
        StopAsked: somebody asked to stop.
    """
    request = runs.read_request(run)
    wanted = request.merge
    if wanted is None:
        raise errors.DamagedFile(f"{run} is no merge.")
    path = materials.model_folder(request, run, journal)
    renderer = materials.renderer(request, path)
    texts = _texts(request, renderer)
    steps = 2 * len(texts)
    journal.phase("reading texts with base and adapter", max_steps=steps)
    tuned = _tuned(path, wanted)
    before = [predictions(tuned, text) for text in _one_by_one(run, journal, texts, first=1)]
    journal.phase("merging and writing the model")
    _write(tuned, wanted, renderer, run / _SCRATCH)
    del tuned
    gc.collect()
    journal.phase("reading the same texts with the merged model")
    merged = _loaded(run / _SCRATCH)
    told = _one_by_one(run, journal, texts, first=1 + len(texts))
    found = agreement.of([places(merged, text, seen) for text, seen in zip(told, before, strict=True)])
    _conclude(run, request, wanted, found)
    journal.event("finished", found.sentence, step=steps)
    return steps


def _texts(request: Request, renderer: Renderer) -> list[torch.Tensor]:
    """Held-out pairs first, then training pairs: prompt and chosen answer, (1, tokens)."""
    found: list[torch.Tensor] = []
    for split in ("test", "train"):
        for pair in materials.pairs(request, split):
            if len(found) == agreement.PAIRS:
                return found
            rendered = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
            if not rendered.excluded:
                found.append(torch.tensor([rendered.chosen.ids[: agreement.TOKENS]]))
    if not found:
        raise errors.UnusableRelease("The release holds no pair that fits the model; nothing to compare on.")
    return found


def _one_by_one(
    run: Path, journal: Journal, texts: list[torch.Tensor], *, first: int
) -> Iterator[torch.Tensor]:
    """The texts, with a word on how far it is and an ear for the wish to stop."""
    for step, text in enumerate(texts, start=first):
        materials.go_on(run)
        yield text
        journal.metrics(step, "merge", {})


def _tuned(base: Path, wanted: Merge) -> Any:
    try:
        return PeftModel.from_pretrained(_loaded(base), wanted.adapter).eval()
    except (OSError, ValueError, RuntimeError) as error:
        first = str(error).strip().splitlines()[0]
        raise errors.ModelMissing(
            f"The adapter {wanted.adapter} does not fit its base model: {first}"
        ) from error


def _loaded(path: Path) -> Any:
    """A model in 32 bits; 16-bit weights become the same numbers."""
    try:
        return AutoModelForCausalLM.from_pretrained(str(path), dtype=torch.float32).eval()
    except (OSError, ValueError, KeyError) as error:
        first = str(error).strip().splitlines()[0]
        raise errors.ModelMissing(f"The model in {path} cannot be loaded: {first}") from error


def _write(tuned: Any, wanted: Merge, renderer: Renderer, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    whole = tuned.merge_and_unload(safe_merge=True)  # raises where a weight would not be finite
    whole.to(_TYPES[wanted.kind]).save_pretrained(folder)
    renderer.tokenizer.save_pretrained(folder)


@torch.no_grad()
def predictions(model: Any, text: torch.Tensor) -> Seen:
    """What base and adapter find likeliest after each token of a text, (1, tokens)."""
    logs = torch.log_softmax(model(input_ids=text).logits[0].float(), dim=-1)
    kept, tokens = logs.topk(min(_REMEMBERED, logs.shape[-1]), dim=-1)
    return Seen(tokens=tokens, logs=kept)


@torch.no_grad()
def places(model: Any, text: torch.Tensor, seen: Seen) -> list[Place]:
    """The same text under the merged model, place by place."""
    logs = torch.log_softmax(model(input_ids=text).logits[0].float(), dim=-1)
    after = logs.gather(-1, seen.tokens[:, : agreement.LIKELIEST])
    return [
        Place(
            before=tuple(seen.logs[place, : agreement.LIKELIEST].tolist()),
            after=tuple(after[place].tolist()),
            lead=_lead(seen, place, favourite=int(logs[place].argmax())),
        )
        for place in range(text.shape[1])
    ]


def _lead(seen: Seen, place: int, *, favourite: int) -> float:
    """See agreement.Place; of a token that was not remembered, at least this much."""
    where = (seen.tokens[place] == favourite).nonzero()
    rank = int(where[0]) if len(where) else -1
    return float(seen.logs[place, 0] - seen.logs[place, rank])


def _conclude(run: Path, request: Request, wanted: Merge, found: Agreement) -> None:
    documents.write(run / CHECK, found.to_dict())
    if found.problem:
        shutil.rmtree(run / _SCRATCH)
        raise errors.ModelMissing(
            f"The merged model does not answer as base and adapter do. {found.problem} It was not kept; use "
            "the adapter, and please report it."
        )
    (run / "README.md").write_text(card.write(request, wanted, found), encoding="utf-8")
    (run / _SCRATCH).replace(run / MODEL)
