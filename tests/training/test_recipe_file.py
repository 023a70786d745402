"""Recipes as files, compared, and as a command."""

import re
import shlex
from pathlib import Path

import pytest

from training import base_model, errors, presets, recipe, recipe_command, recipe_difference, recipe_file
from training.__main__ import main
from training.commands import wanted
from training.recipe import DpoRecipe


@pytest.mark.parametrize("one", presets.PRESETS, ids=lambda one: one.key)
def test_a_recipe_survives_being_written_as_yaml(one: presets.Preset) -> None:
    text = recipe_file.dump(one.recipe, f"{one.name}\n{one.source}")
    assert recipe_file.parse(text) == one.recipe
    assert text.startswith(f"# {one.name}\n# {one.source}\n")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("beta: 0.1\nseed: 3\nbeta: 0.2", "beta stands there twice"),
        ("beta: 0.1\nseed: [3\nepochs: 1", "not YAML: in line 3 or just before it, expected ',' or ']'"),
        ("\x00\x07", "it holds bytes that are no text"),
        ("just words", "must be lines of setting and value"),
        ("", "must be lines of setting and value"),
        ("beta: !!python/object/apply:os.system ['true']", "The recipe is not YAML"),
        ("bata: 0.1", "There is no setting 'bata'. Did you mean beta?"),
        ("xyzzy: 0.1", "There is no setting 'xyzzy'. `python -m training recipe show trl` lists them all."),
        ("beta: high", "beta is 'high', but takes a number from 0.001 to 10"),
    ],
    ids=["twice", "broken", "binary", "no mapping", "empty", "code", "misspelt", "unknown", "no number"],
)
def test_a_file_that_is_no_recipe_gets_one_sentence(text: str, sentence: str) -> None:
    with pytest.raises(errors.RecipeError, match=re.escape(sentence)) as refused:
        recipe_file.parse(text)
    assert "\n" not in str(refused.value)


def test_a_rate_written_as_people_write_it_is_a_number() -> None:
    # YAML 1.1 reads 5e-5, without a point, as a word
    assert recipe_file.parse("preset: trl\nlearning_rate: 5e-5").learning_rate == 5e-5


def test_only_what_differs_is_told() -> None:
    other = recipe.with_changes(DpoRecipe(), {"beta": "0.2", "loss_types": "sigmoid,sft"})
    found = {each.key: (each.left, each.right) for each in recipe_difference.between(DpoRecipe(), other)}
    assert found == {"beta": ("0.1", "0.2"), "loss_types": ("sigmoid", "sigmoid,sft")}
    assert recipe_difference.between(other, other) == ()


def test_the_command_of_a_recipe_gives_exactly_that_recipe(tmp_path: Path) -> None:
    import argparse

    settings = recipe.with_changes(
        presets.find("zephyr-qlora").recipe,
        {"dora": "true", "loss_types": "sigmoid,sft", "loss_weights": "1,0.2", "learning_rate": "3e-06"},
    )
    folder = tmp_path / "my model"
    folder.mkdir()
    command = recipe_command.start(tmp_path / "v 1", base_model.parse(str(folder)), settings, home=tmp_path)
    words = shlex.split(command.replace("\\\n", ""))  # as a shell joins continued lines
    parser = argparse.ArgumentParser()
    wanted.configure(parser)
    arguments = parser.parse_args(words[5:])
    assert words[:5] == [f"PAIRLOOM_HOME={tmp_path}", "python", "-m", "training", "start"]
    assert (arguments.release, arguments.model) == (str(tmp_path / "v 1"), str(folder))
    assert wanted.settings(arguments) == settings
    assert arguments.recipe == "zephyr-qlora"


def test_two_recipes_are_compared_on_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_text("preset: demo\nseed: 7\n", encoding="utf-8")
    assert main(["recipe", "diff", "demo", str(mine)]) == 0
    assert capsys.readouterr().out == "seed: 42 → 7\n"
    assert main(["recipe", "show", str(mine)]) == 0
    assert recipe_file.parse(capsys.readouterr().out) == recipe_file.read(mine)


def test_a_comparison_of_one_recipe_says_that_it_takes_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["recipe", "diff", "demo"]) == 1
    assert capsys.readouterr().err == "recipe diff takes 2 recipes, after the word.\n"
