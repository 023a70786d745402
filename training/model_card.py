"""README.md of a finished run: what was trained on what, how, with which result, and what that cannot say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import recipe as recipes
from training import release_words
from training.best import Best
from training.evaluation import Standing, sentence
from training.recipe import KNOBS, DpoRecipe
from training.runs import Request


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run has to tell.

    Attributes:
        train, test: pairs used; left_out: pairs of the release that teach nothing.
        notes: what differed from the recipe or happened to the text, one sentence each.
        last: the last training metrics.
        curves: pictures, by their paths in the run folder.
        guards: what was noticed while training, one sentence each.
        best: the kept checkpoint with the highest held-out figure; None without one.
    """

    steps: int
    train: int
    test: int
    left_out: int
    notes: Sequence[str]
    last: Mapping[str, Any]
    held_out: Standing
    baselines: Mapping[str, float | None]
    curves: Sequence[str] = ()
    guards: Sequence[str] = ()
    best: Best | None = None


def write(request: Request, recipe: DpoRecipe, outcome: Outcome) -> str:
    """The card as Markdown with a YAML header the Hub understands."""
    parts = [
        _header(request, recipe),
        f"# {_title(request, recipe)}",
        _origin(request, recipe, outcome),
        release_words.describe(request.release),
        _result(outcome),
        *_pictures(outcome.curves),
        _use(request, recipe),
        _settings(recipe),
        _limits(request, outcome),
    ]
    return "\n\n".join(parts) + "\n"


def _title(request: Request, recipe: DpoRecipe) -> str:
    kind = "LoRA adapter" if recipe.tuning.has_adapter else "model"
    return f"{request.model.name} tuned on {request.release_name} ({kind})"


def _header(request: Request, recipe: DpoRecipe) -> str:
    library = "peft" if recipe.tuning.has_adapter else "transformers"
    base = [f"base_model: {request.model.name}"] if request.model.kind == "hub" else []
    tags = ["tags:", f"- {recipe.method}", "- trl", "- pairloom"]
    return "\n".join(["---", f"library_name: {library}", *base, *tags, "---"])


def _origin(request: Request, recipe: DpoRecipe, outcome: Outcome) -> str:
    revision = f" at revision `{request.model.revision}`" if request.model.revision else ""
    rows = [
        f"- Base model: `{request.model.name}`{revision}",
        f"- Release: `{request.release_name}`, fingerprint `{request.fingerprint}`",
        f"- Run: `{request.run}`, asked for by {request.by}",
        f"- Pairs: {outcome.train} for training, {outcome.test} held out, {outcome.left_out} left out",
        f"- Steps: {outcome.steps} of {recipe.pairs_per_step} pairs",
        "- Libraries: "
        + ", ".join(f"{name} {version}" for name, version in sorted(request.versions.items())),
    ]
    return "\n".join([*rows, *(f"- Note: {note}" for note in outcome.notes)])


def _result(outcome: Outcome) -> str:
    rows = [
        "## Result",
        "",
        sentence(outcome.held_out, outcome.test),
        *([outcome.best.sentence(last_step=outcome.steps)] if outcome.best else []),
        "",
        "| held-out accuracy of | value |",
        "|---|---|",
    ]
    named = {
        "this model": outcome.held_out.accuracy,
        "the longer or shorter answer": outcome.baselines.get("length"),
        "a classifier of the writing": outcome.baselines.get("source_classifier"),
        "the untuned model's likelihood": outcome.baselines.get("reference_likelihood"),
    }
    rows += [f"| {name} | {_number(value)} |" for name, value in named.items()]
    rows += ["", "| last training value | |", "|---|---|"]
    wanted = ("loss", "rewards/accuracies", "rewards/margins", "logps/chosen", "logps/rejected")
    rows += [f"| {name} | {_number(outcome.last.get(name))} |" for name in wanted]
    return "\n".join(rows)


def _pictures(curves: Sequence[str]) -> list[str]:
    shown = [f"![{Path(path).stem}]({path})" for path in curves]
    return ["\n".join(["## Curves", "", *shown])] if shown else []


def _use(request: Request, recipe: DpoRecipe) -> str:
    base = request.model.name if request.model.kind == "hub" else "PATH_OF_THE_BASE_MODEL"
    if recipe.tuning.has_adapter:
        code = [
            "from peft import PeftModel",
            "from transformers import AutoModelForCausalLM",
            f'model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("{base}"), "adapter")',
        ]
        hint = "`python -m training merge` makes one model of the adapter and its base."
        if recipe.tuning.is_quantized:
            hint = (
                "Merge it into the full-precision base model, not into the quantised one it was trained on."
            )
    else:
        code = [
            "from transformers import AutoModelForCausalLM",
            'model = AutoModelForCausalLM.from_pretrained("model")',
        ]
        hint = "The folder holds all weights."
    return "\n".join(["## Use", "", "```python", *code, "```", "", hint])


def _settings(recipe: DpoRecipe) -> str:
    values = recipes.to_dict(recipe)
    rows = [f"| {knob.label} | `{knob.key}` | {_shown(values[knob.key])} | {knob.unit} |" for knob in KNOBS]
    return "\n".join(["## Recipe", "", "| setting | name | value | unit |", "|---|---|---|---|", *rows])


def _limits(request: Request, outcome: Outcome) -> str:
    rows = [
        "## Limits",
        "",
        "- Reward accuracy says which answer the model prefers, not how well it writes: read samples.",
    ]
    rows += [f"- {sentence}" for sentence in outcome.guards]
    if outcome.test < 400:
        rows.append(f"- {outcome.test} held-out pairs are few: the interval above is wide.")
    if request.model.kind == "demo":
        rows.append(
            "- The demo model is a toy of under a million weights. It has read both answers of every bundled "
            "pair, held-out ones too, without being told which is better; its facts are often wrong."
        )
    return "\n".join(rows)


def _number(value: Any) -> str:
    return "not defined" if value is None else f"{value:.4f}"


def _shown(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
