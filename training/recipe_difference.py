"""What two recipes do differently, and the shortest way to say a recipe. Standard library only."""

from collections.abc import Sequence
from dataclasses import dataclass

from training import knobs, presets, recipe
from training.presets import Preset
from training.recipe import DpoRecipe


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One setting that is not the same; values as `--set key=` takes them."""

    key: str
    label: str
    group: str
    left: str
    right: str


def between(left: DpoRecipe, right: DpoRecipe) -> tuple[Difference, ...]:
    """The settings that differ, in the order of the form; empty where the recipes are equal."""
    pairs = ((knob, getattr(left, knob.key), getattr(right, knob.key)) for knob in recipe.KNOBS)
    return tuple(
        Difference(
            key=knob.key, label=knob.label, group=knob.group, left=knobs.text(one), right=knobs.text(other)
        )
        for knob, one, other in pairs
        if one != other
    )


def among(recipes: Sequence[DpoRecipe]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The settings in which several recipes are not all equal: (label, value in each recipe)."""
    values = (
        (knob.label, tuple(knobs.text(getattr(one, knob.key)) for one in recipes)) for knob in recipe.KNOBS
    )
    return tuple((label, each) for label, each in values if len(set(each)) > 1)


def nearest(settings: DpoRecipe) -> Preset:
    """The preset that needs the fewest changes to become this recipe."""
    return min(presets.PRESETS, key=lambda preset: len(between(preset.recipe, settings)))
