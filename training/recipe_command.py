"""The command that trains what the page would train, for scripts, cron and other machines."""

import shlex
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from curation import workspace
from training import recipe_difference
from training.base_model import BaseModel, ModelKind
from training.recipe import DpoRecipe


def start(
    release: Path,
    model: BaseModel,
    settings: DpoRecipe,
    launcher: str = "local",
    launch: Mapping[str, str | int] = MappingProxyType({}),
    *,
    home: Path,
) -> str:
    """`python -m training start …`: the nearest preset, and every setting that differs from it.

    Equal inputs give the same checks and the same run as the page's button. Quoted for a POSIX shell.

    Args:
        home: of the workspace that the run belongs to; another terminal may know of none, or of another.
    """
    preset = recipe_difference.nearest(settings)
    changes = [
        f"--set {shlex.quote(f'{each.key}={each.right}')}"
        for each in recipe_difference.between(preset.recipe, settings)
    ]
    place = f"{workspace.HOME_VARIABLE}={shlex.quote(str(home.absolute()))}"
    words = ["python -m training start", shlex.quote(str(release)), f"--model {shlex.quote(_named(model))}"]
    where = [] if launcher == "local" else [f"--launcher {launcher}"]
    given = {name: value for name, value in launch.items() if value != ""}
    where += [f"--launch {shlex.quote(f'{name}={value}')}" for name, value in given.items()]
    return " \\\n  ".join([place, " ".join(words), f"--recipe {preset.key}", *changes, *where])


def _named(model: BaseModel) -> str:
    if model.kind is not ModelKind.HUB:
        return model.path if model.kind is ModelKind.PATH else model.name
    return f"hub:{model.name}@{model.revision}" if model.revision else f"hub:{model.name}"
