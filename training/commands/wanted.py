"""The arguments that say what is to be trained: release, model, recipe. Shared by start and preflight."""

import argparse
import getpass
from pathlib import Path

from curation import workspace
from training import base_model, errors, presets, recipe, recipe_file, release_folder
from training.base_model import BaseModel
from training.launchers import table
from training.recipe import DpoRecipe

_DEMO, _OTHERWISE = "demo", "orca"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the arguments."""
    known = ", ".join(preset.key for preset in presets.PRESETS)
    parser.add_argument("release", metavar="RELEASE", help="a release folder, or a release's name")
    parser.add_argument(
        "--model",
        required=True,
        help="demo, a model folder, or a Hub name: hub:NAME[@REVISION] or owner/name",
    )
    parser.add_argument(
        "--recipe",
        metavar="FILE",
        help=f"a YAML or JSON file of settings, or a preset: {known} "
        "(default: demo for the demo model, else orca)",
    )
    parser.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        dest="changes",
        help="change one setting; may be repeated",
    )


def configure_by(parser: argparse.ArgumentParser) -> None:
    """Add the argument that says who is asking."""
    parser.add_argument("--by", default=None, help="who starts it (default: the user of this machine)")


def configure_launch(parser: argparse.ArgumentParser) -> None:
    """Add the arguments that say where it computes."""
    parser.add_argument("--launcher", default="local", choices=table.NAMES, help="where the worker runs")
    parser.add_argument(
        "--launch",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="change one setting of the launcher, as processes=2; may be repeated",
    )


def by(arguments: argparse.Namespace) -> str:
    """Who is asking."""
    return arguments.by or getpass.getuser()


def release(arguments: argparse.Namespace, space: workspace.Workspace) -> Path:
    """The release folder that was named.

    Raises:
        UnusableRelease: there is none.
    """
    return release_folder.find(space, arguments.release)


def model(arguments: argparse.Namespace) -> BaseModel:
    """The base model that was named.

    Raises:
        ModelMissing: it is neither demo nor a folder nor a Hub name.
    """
    return base_model.parse(arguments.model)


def settings(arguments: argparse.Namespace) -> DpoRecipe:
    """The recipe with its changes.

    Raises:
        RecipeError: the file, a name or a value does not fit.
    """
    changes = dict(_split(change, "--set") for change in arguments.changes)
    return recipe.with_changes(_base(arguments), changes)


def launch(arguments: argparse.Namespace) -> dict[str, str | int]:
    """The settings of the launcher that were given, as text.

    Raises:
        RecipeError: one has no value.
    """
    return dict(_split(change, "--launch") for change in arguments.launch)


def _base(arguments: argparse.Namespace) -> DpoRecipe:
    chosen = arguments.recipe or (_DEMO if arguments.model == "demo" else _OTHERWISE)
    return named(chosen)


def named(chosen: str) -> DpoRecipe:
    """The recipe of a preset or a file.

    Raises:
        RecipeError: neither, or the file does not hold a recipe.
    """
    if chosen in {preset.key for preset in presets.PRESETS}:
        return presets.find(chosen).recipe
    return recipe_file.read(Path(chosen))


def _split(change: str, option: str) -> tuple[str, str]:
    key, equals, value = change.partition("=")
    if not equals:
        raise errors.RecipeError(f"{option} {change!r} has no value. Write it as {option} key=value.")
    return key.strip(), value.strip()
