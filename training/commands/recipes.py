"""`python -m training recipe list | show R | diff A B`: presets, files, and the recipes of runs."""

import argparse

from curation import workspace
from training import errors, presets, recipe, recipe_difference, recipe_file, runs
from training.commands import terminal, wanted
from training.recipe import DpoRecipe

NAME = "recipe"
HELP = "Show recipes, or what two of them do differently."

_NEEDED = {"list": 0, "show": 1, "diff": 2}


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=list(_NEEDED), help="list the presets, show one recipe, compare two")
    parser.add_argument(
        "recipes", metavar="RECIPE", nargs="*", help="a preset, a YAML or JSON file, or a run"
    )


def run(arguments: argparse.Namespace) -> terminal.Outcome:
    wanted_count = _NEEDED[arguments.what]
    if len(arguments.recipes) != wanted_count:
        noun = "recipe" if wanted_count == 1 else "recipes"
        raise errors.RecipeError(f"recipe {arguments.what} takes {wanted_count} {noun}, after the word.")
    chosen = [_recipe(name) for name in arguments.recipes]
    if arguments.what == "list":
        return _listed()
    if arguments.what == "show":
        return _shown(chosen[0], heading=arguments.recipes[0])
    return _compared(chosen[0], chosen[1])


def _recipe(name: str) -> DpoRecipe:
    folder = workspace.current().runs / name
    if (folder / runs.REQUEST).is_file():
        return recipe.from_dict(runs.read_request(folder).recipe)
    return wanted.named(name)


def _listed() -> terminal.Outcome:
    rows = [{"key": each.key, "name": each.name, "source": each.source} for each in presets.PRESETS]
    words = "\n".join(f"{row['key']:14} {row['name']}. {row['source']}" for row in rows)
    return terminal.Outcome(content={"presets": rows}, words=words)


def _shown(settings: DpoRecipe, *, heading: str) -> terminal.Outcome:
    return terminal.Outcome(
        content={"recipe": recipe.to_dict(settings)}, words=recipe_file.dump(settings, heading).rstrip()
    )


def _compared(left: DpoRecipe, right: DpoRecipe) -> terminal.Outcome:
    found = recipe_difference.between(left, right)
    rows = [{"key": each.key, "left": each.left, "right": each.right} for each in found]
    words = "\n".join(f"{each.key}: {each.left} → {each.right}" for each in found)
    return terminal.Outcome(content={"differences": rows}, words=words or "The recipes are equal.")
