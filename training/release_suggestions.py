"""The settings that a release suggests for training on it, as its validation.json says them."""

from dataclasses import dataclass, replace
from pathlib import Path

from training import documents, errors, recipe
from training.presets import Preset

_FILE = "validation.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """One setting of the recipe; value as `--set key=` takes it."""

    key: str
    value: str
    why: str


def read(release: Path) -> tuple[Suggestion, ...]:
    """What the release suggests; empty where it suggests nothing, or was made before releases did.

    Raises:
        UnusableRelease: its validation.json is damaged.
    """
    content = documents.read_or_none(release / _FILE)
    try:
        return tuple(
            Suggestion(key=str(each["key"]), value=str(each["value"]), why=str(each["why"]))
            for each in (content or {}).get("training", ())
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise errors.UnusableRelease(
            f"{release / _FILE} is damaged: {error}. Take the release from a backup."
        ) from None


def applied(preset: Preset, suggestions: tuple[Suggestion, ...]) -> Preset:
    """The preset with the suggested settings; its key says so, because a form keeps its fields by it.

    Raises:
        RecipeError: a suggestion does not fit the recipe.
    """
    changes = {each.key: each.value for each in suggestions}
    key = "-".join([preset.key, *(f"{name}={value}" for name, value in changes.items())])
    return replace(preset, key=key, recipe=recipe.with_changes(preset.recipe, changes))
