"""The recipe made for a release."""

import json
from pathlib import Path

from tests.training.conftest import a_pair, write_release
from training import recipe_problems, release_preset


def test_few_short_pairs_get_small_steps_a_stronger_pull_and_short_texts(tmp_path: Path) -> None:
    release = write_release(tmp_path / "v1", [a_pair(n) for n in range(200)], [a_pair(300)])
    made = release_preset.derive(release)
    # 200 pairs in steps of 4 are 50; in steps of 8 they would be 25, fewer than 30
    assert (made.recipe.pairs_per_step, made.recipe.steps(200), made.recipe.beta) == (4, 50, 0.3)
    assert (made.recipe.max_length, made.recipe.max_prompt_length) == (256, 192)
    assert recipe_problems.of(made.recipe, pairs=200) == ()
    assert {reason.split(" = ")[0] for reason in made.reasons} == {
        "max_steps", "warmup_steps", "accumulation", "beta", "max_length", "max_prompt_length",
    }  # fmt: skip


def test_what_the_release_measured_comes_before_what_is_guessed(tmp_path: Path) -> None:
    release = write_release(tmp_path / "v1", [a_pair(n) for n in range(200)], [a_pair(300)])
    measured = [
        {"key": "max_length", "value": "768", "why": "99% of the rows then fit whole (V24)"},
        {"key": "loss_types", "value": "sigmoid_norm", "why": "length tells the winner (V15)"},
    ]
    (release / "validation.json").write_text(json.dumps({"training": measured}), encoding="utf-8")
    made = release_preset.derive(release)
    assert (made.recipe.max_length, made.recipe.max_prompt_length, made.recipe.beta) == (768, 512, 5.0)
    assert recipe_problems.of(made.recipe, pairs=200) == ()
