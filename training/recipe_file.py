"""Recipes as YAML text: what people keep beside their data, send each other and hand to `--recipe`.

JSON is read too, because it is YAML. Knows no screen and no tensors.
"""

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import Any

import yaml

from training import errors, knobs, presets, recipe
from training.knobs import Knob
from training.recipe import DpoRecipe

_PRESET = "preset"
_MANY = 8  # words that make a remark longer than the line


def read(path: Path) -> DpoRecipe:
    """The recipe in a file.

    Raises:
        RecipeError: it cannot be read, or does not hold a recipe.
    """
    try:
        return parse(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise errors.RecipeError(f"The recipe file {path} cannot be read: {error}.") from None


def parse(text: str) -> DpoRecipe:
    """A recipe from its text: knobs with values; `preset: KEY` starts from that preset.

    Raises:
        RecipeError: no YAML, no mapping, a knob twice or unknown, a value that does not fit.
    """
    try:
        values = yaml.load(text, Loader=_OnceLoader)  # noqa: S506 - a SafeLoader that refuses repeated keys
    except yaml.YAMLError as error:
        raise errors.RecipeError(_not_yaml(error)) from None
    if not isinstance(values, dict):
        raise errors.RecipeError(
            "The recipe must be lines of setting and value, such as learning_rate: 5e-5."
        )
    settings = {str(key): value for key, value in values.items()}
    start = presets.find(str(settings.pop(_PRESET))).recipe if _PRESET in settings else DpoRecipe()
    return recipe.from_dict(recipe.to_dict(start) | settings)


def dump(settings: DpoRecipe, heading: str = "") -> str:
    """The recipe as YAML: every knob in its group, with unit and range.

    Args:
        heading: a comment for the first lines, such as where the recipe comes from.
    """
    return "\n".join([*_comment(heading), *_lines(settings)]) + "\n"


class _OnceLoader(yaml.SafeLoader):
    """Plain YAML takes the last of two equal keys without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        keys = [key.value for key, _ in node.value]
        repeated = [key for key in keys if keys.count(key) > 1]
        if repeated:
            raise errors.RecipeError(f"{repeated[0]} stands there twice. Keep one of the two lines.")
        return super().construct_mapping(node, deep=deep)


def _not_yaml(error: yaml.YAMLError) -> str:
    """Where the text stops being YAML, in one sentence; the parser's own takes several lines."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        line, problem = error.problem_mark.line + 1, error.problem or "it cannot be read"
        return f"The recipe is not YAML: in line {line} or just before it, {problem}."
    return (
        "The recipe is not YAML: it holds bytes that are no text. Give a text file with settings and values."
    )


def _comment(heading: str) -> Iterator[str]:
    for line in heading.splitlines():
        yield f"# {line}".rstrip()


def _lines(settings: DpoRecipe) -> Iterator[str]:
    for group, members in groupby(recipe.KNOBS, key=lambda knob: knob.group):
        yield f"\n# {group}"
        for knob in members:
            value = knobs.plain(getattr(settings, knob.key))
            remark = _remark(knob)
            yield _entry(knob.key, value) + (f"  # {remark}" if remark else "")


def _entry(key: str, value: object) -> str:
    if isinstance(value, list):
        return f"{key}: {json.dumps(value)}"  # on one line; JSON's lists are YAML's
    return yaml.safe_dump({key: value}, width=10_000).strip()


def _remark(knob: Knob) -> str:
    return knob.unit or (knob.takes if len(knob.choices) < _MANY else "")
