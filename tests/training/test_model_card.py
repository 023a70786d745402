"""The model card says what was trained on what, and what it cannot say."""

from pathlib import Path

import pytest

from tests.training.conftest import write_run
from training import base_model, evaluation, model_card, presets, recipe, runs
from training.evaluation import Likelihoods
from training.model_card import Outcome


def a_card(tmp_path: Path, **changes: str) -> str:
    settings = recipe.with_changes(presets.find("demo").recipe, changes)
    run = write_run(tmp_path, tmp_path / "release", settings, model=base_model.parse("demo"))
    one = Likelihoods(chosen=-8, rejected=-12, chosen_tokens=4, rejected_tokens=4)
    then = Likelihoods(chosen=-10, rejected=-10, chosen_tokens=4, rejected_tokens=4)
    outcome = Outcome(
        steps=40, train=78, test=8, left_out=1, notes=["3 training prompts were cut."],
        last={"loss": 0.1234, "rewards/margins": 1.5}, held_out=evaluation.after([one] * 8, [then] * 8, 0.1),
        baselines={"length": 0.5, "reference_likelihood": None},
    )  # fmt: skip
    return model_card.write(runs.read_request(run), settings, outcome)


@pytest.mark.parametrize(
    "told",
    [
        "fingerprint `" + "f" * 64 + "`",
        "Pairs: 78 for training, 8 held out, 1 left out",
        "Note: 3 training prompts were cut.",
        "Held-out reward accuracy 1.00 on 8 pairs (95 % interval 0.68 to 1.00)",
        "| the untuned model's likelihood | not defined |",
        "| loss | 0.1234 |",
        "| Beta | `beta` | 0.1 |",
        "8 held-out pairs are few",
        "The demo model is a toy",
        "library_name: peft",
    ],
)
def test_the_card_tells(tmp_path: Path, told: str) -> None:
    assert told in a_card(tmp_path)


def test_a_fully_tuned_model_is_no_adapter(tmp_path: Path) -> None:
    card = a_card(tmp_path, tuning="full")
    assert "library_name: transformers" in card
    assert "PeftModel" not in card
