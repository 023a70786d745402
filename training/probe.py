"""Looks at tokenizer and template in a process of its own, so that the app never imports transformers.

`python -m training.probe` reads one JSON question on standard input (task, release, model, recipe, and for
"exact" count and pairs) and prints one JSON answer as its last line; a failure is {"error": sentence,
"id": of the finding} and exit code 1.
Tasks: "exact" renders some pairs token by token, "lengths" measures the whole release.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from training import base_model, demo_model, documents, errors, recipe, release_pairs, rendering
from training.base_model import BaseModel, ModelKind
from training.flaws import Flaw
from training.measured import Measured, Tokens, Touched
from training.recipe import DpoRecipe
from training.release_pairs import PreferencePair
from training.rendering import Limits, Renderer, Side

_CANDIDATES = 64  # pairs of most and of fewest bytes, among which the longest and the shortest are looked for
_FINDINGS: dict[type[errors.TrainingError], str] = {
    errors.RecipeError: "template-missing",
    errors.UnusableRelease: "template-refuses",
}


def main() -> int:
    """Answer the one question on standard input."""
    question = json.load(sys.stdin)
    try:
        answer = _TASKS[question["task"]](question)
    except errors.TrainingError as error:
        _print({"error": str(error), "id": finding_of(error)})
        return 1
    _print(answer)
    return 0


def finding_of(error: errors.TrainingError) -> str:
    """The id under which a preflight shows what stood in the way of looking."""
    return _FINDINGS.get(type(error), "tokenizer")


def measure(renderer: Renderer, pairs: Iterable[PreferencePair]) -> Measured:
    """Lengths of every pair, and what the template does to the text."""
    count, systems, longest, total, longest_pair, of_pairs = 0, 0, 0, 0, 0, 0
    flaws: dict[Flaw, Touched] = {}
    cut = Touched()
    for pair in pairs:
        one = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
        for flaw in one.flaws:
            flaws[flaw] = flaws.get(flaw, Touched()).with_pair(pair.pair_id)
        cut = cut.with_pair(pair.pair_id) if one.prompt_was_cut else cut
        count, systems = count + 1, systems + (pair.prompt[0]["role"] == "system")
        longer = max(len(side.ids) + side.cut for side in (one.chosen, one.rejected))
        longest, total = max(longest, longer), total + longer
        read = one.prompt_tokens + sum(sum(side.mask) for side in (one.chosen, one.rejected))
        longest_pair, of_pairs = max(longest_pair, read), of_pairs + read
    return Measured(
        pairs=count, flaws=flaws, prompts_cut=cut, with_system=systems, longest=longest,
        mean=total / count if count else 0.0, longest_pair=longest_pair,
        mean_pair=of_pairs / count if count else 0.0, tokens=_tokens_of(renderer),
    )  # fmt: skip


def exact(
    renderer: Renderer, pairs: Sequence[PreferencePair], *, wanted: Sequence[str], count: int
) -> list[Any]:
    """The longest pair, the shortest, those that were asked for by the beginning of their id, and the first.

    Returns:
        Each as the trainer sees it: why it is shown, text, and tokens with what the loss covers.
    """
    chosen = [(pair, "asked for") for pair in pairs if any(pair.pair_id.startswith(one) for one in wanted)]
    ends = _ends(renderer, pairs)
    return [
        _shown(renderer, pair, why)
        for pair, why in (*chosen, *ends, *((pair, "first") for pair in pairs[:count]))
    ]


def _ends(renderer: Renderer, pairs: Sequence[PreferencePair]) -> list[tuple[PreferencePair, str]]:
    """By tokens, before cutting; rendering a million pairs for this would take minutes."""
    if not pairs:
        return []
    by_bytes = sorted(pairs, key=_bytes)
    whole = replace(renderer, limits=replace(renderer.limits, total=sys.maxsize, prompt=0))
    return [
        (max(by_bytes[-_CANDIDATES:], key=lambda pair: _length(whole, pair)), "longest"),
        (min(by_bytes[:_CANDIDATES], key=lambda pair: _length(whole, pair)), "shortest"),
    ]


def _bytes(pair: PreferencePair) -> int:
    answers = max(len(pair.chosen.encode()), len(pair.rejected.encode()))
    return sum(len(turn["content"].encode()) for turn in pair.prompt) + answers


def _length(renderer: Renderer, pair: PreferencePair) -> int:
    one = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
    return max(len(one.chosen.ids), len(one.rejected.ids))


def _exact(question: dict[str, Any]) -> dict[str, Any]:
    pairs = release_pairs.read(Path(question["release"]), "train")
    shown = exact(_renderer(question), pairs, wanted=question.get("pairs", ()), count=question["count"])
    return {"rendered": shown}


def _lengths(question: dict[str, Any]) -> dict[str, Any]:
    release = Path(question["release"])
    pairs = [*release_pairs.read(release, "train"), *release_pairs.read_if_there(release, "test")]
    return measure(_renderer(question), pairs).to_dict()


_TASKS = {"exact": _exact, "lengths": _lengths}


def _renderer(question: dict[str, Any]) -> Renderer:
    settings = recipe.from_dict(question["recipe"])
    tokenizer, vocabulary = _tokenizer(base_model.from_dict(question["model"]))
    return rendering.prepare(tokenizer, settings.template, _limits(settings, vocabulary))


def _limits(settings: DpoRecipe, vocabulary: int) -> Limits:
    return Limits(prompt=settings.max_prompt_length, total=settings.max_length, vocabulary=vocabulary)


def _tokenizer(model: BaseModel) -> tuple[Any, int]:
    """The tokenizer, and how many embeddings the model has (0: unknown)."""
    if model.kind is ModelKind.DEMO:
        # Trained anew in half a second, whether or not the model has been made.
        tokenizer = demo_model.tokenizer()
        return tokenizer, len(tokenizer)
    place = model.path or model.name
    config = documents.read_or_none(Path(model.path) / "config.json") if model.path else None
    inner = (config or {}).get("text_config") or config or {}
    return rendering.load(place, model.revision or None), int(inner.get("vocab_size") or 0)


def _tokens_of(renderer: Renderer) -> Tokens:
    tokenizer = renderer.tokenizer
    return Tokens(
        folds_system=renderer.folds_system,
        pads_with_end=tokenizer.pad_token_id == tokenizer.eos_token_id,
        known=len(tokenizer),
        embedded=renderer.limits.vocabulary,
        end=str(tokenizer.eos_token),
    )


def _shown(renderer: Renderer, pair: PreferencePair, why: str) -> dict[str, Any]:
    one = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
    prompt, chosen, rejected = renderer.written(one)
    return {
        "pair_id": pair.pair_id,
        "why": why,
        "prompt": prompt,
        "chosen": chosen,
        "rejected": rejected,
        "chosen_tokens": _tokens(renderer, one.chosen),
        "rejected_tokens": _tokens(renderer, one.rejected),
        "chosen_cut": one.chosen.cut,
        "rejected_cut": one.rejected.cut,
        "flaws": sorted(one.flaws),
    }


def _tokens(renderer: Renderer, side: Side) -> list[dict[str, Any]]:
    texts = [renderer.tokenizer.decode([token]) for token in side.ids]
    return [
        {"id": token, "text": text, "in_loss": bool(covered)}
        for token, text, covered in zip(side.ids, texts, side.mask, strict=True)
    ]


def _print(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=True) + "\n")


if __name__ == "__main__":
    sys.exit(main())
