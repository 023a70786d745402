"""Looks at tokenizer and template in a process of its own, so that the app never imports transformers.

`python -m training.probe` reads one JSON question on standard input (task, release, model, recipe, count)
and prints one JSON answer as its last line; a failure is {"error": sentence} and exit code 1.
Tasks: "exact" renders the first pairs token by token, "lengths" measures the whole release.
"""

import json
import sys
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from training import base_model, demo_model, documents, errors, recipe, release_pairs, rendering
from training.base_model import BaseModel, ModelKind
from training.recipe import DpoRecipe
from training.release_pairs import PreferencePair
from training.rendering import Flaw, Limits, Rendered, Renderer, Side

# Of these preflight says how many pairs they touch, in sentences of its own.
_COUNTED = (Flaw.NO_ROOM, Flaw.IDENTICAL, Flaw.ANSWER_CUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """Token lengths of a release; the answer to "lengths" (see training.probe_client.Lengths)."""

    pairs: int
    too_long_prompts: int
    cut: int
    same_after_cut: int
    longest: int
    mean: float
    findings: list[tuple[str, str, str]]


def main() -> int:
    """Answer the one question on standard input."""
    question = json.load(sys.stdin)
    try:
        answer = _TASKS[question["task"]](question)
    except errors.TrainingError as error:
        _print({"error": str(error)})
        return 1
    _print(answer)
    return 0


def exact(renderer: Renderer, pairs: list[PreferencePair]) -> list[dict[str, Any]]:
    """Each pair as the trainer sees it: text, and tokens with what the loss covers."""
    return [_shown(renderer, pair) for pair in pairs]


def measure(renderer: Renderer, pairs: list[PreferencePair]) -> Measured:
    """Lengths of every pair, and what the template does to the text."""
    flaws, cut_prompts, longest, total = Counter[Flaw](), 0, 0, 0
    for pair in pairs:
        one = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
        flaws.update(one.flaws)
        cut_prompts += one.prompt_was_cut
        longer = max(len(side.ids) + side.cut for side in (one.chosen, one.rejected))
        longest, total = max(longest, longer), total + longer
    return Measured(
        pairs=len(pairs),
        too_long_prompts=flaws[Flaw.NO_ROOM],
        cut=flaws[Flaw.ANSWER_CUT],
        same_after_cut=flaws[Flaw.IDENTICAL],
        longest=longest,
        mean=total / len(pairs) if pairs else 0.0,
        findings=[
            *_template_findings(renderer),
            *_flaw_findings(flaws),
            *_cut_findings(cut_prompts, renderer),
        ],
    )


def _exact(question: dict[str, Any]) -> dict[str, Any]:
    pairs = release_pairs.read(Path(question["release"]), "train", question["count"])
    return {"rendered": exact(_renderer(question), pairs)}


def _lengths(question: dict[str, Any]) -> dict[str, Any]:
    release = Path(question["release"])
    pairs = [*release_pairs.read(release, "train"), *release_pairs.read(release, "test")]
    return asdict(measure(_renderer(question), pairs))


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


def _template_findings(renderer: Renderer) -> list[tuple[str, str, str]]:
    if not renderer.folds_system:
        return []
    sentence = (
        "The model's template takes no system turn, so its text goes to the head of the first user turn."
    )
    return [("template-folds-system", "I", sentence)]


def _flaw_findings(flaws: Counter[Flaw]) -> list[tuple[str, str, str]]:
    found = []
    for flaw in Flaw:
        if flaws[flaw] and flaw not in _COUNTED:
            severity = "E" if flaw.breaks_training else "W"
            name = "template-" + flaw.value.replace("_", "-")
            found.append((name, severity, f"{flaws[flaw]} pairs: {flaw.sentence}"))
    return found


def _cut_findings(count: int, renderer: Renderer) -> list[tuple[str, str, str]]:
    if not count:
        return []
    sentence = (
        f"{count} prompts are longer than {renderer.limits.prompt} tokens; they lose their oldest turns, "
        "then the start of the last turn."
    )
    return [("prompts-cut", "W", sentence)]


def _shown(renderer: Renderer, pair: PreferencePair) -> dict[str, Any]:
    one: Rendered = renderer.rendered(pair.prompt, pair.chosen, pair.rejected)
    return {
        "pair_id": pair.pair_id,
        "prompt": one.prompt_text,
        "chosen": one.chosen.text,
        "rejected": one.rejected.text,
        "chosen_tokens": _tokens(renderer, one.chosen),
        "rejected_tokens": _tokens(renderer, one.rejected),
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
