"""The model card says what was trained on what, and what it cannot say."""

from pathlib import Path

import pytest

from tests.training.conftest import write_run
from training import (
    base_model,
    card_curves,
    documents,
    evaluation,
    model_card,
    presets,
    recipe,
    release_words,
    runs,
)
from training.best import Best
from training.evaluation import Likelihoods
from training.history import Figure
from training.model_card import Outcome


def a_release(folder: Path) -> None:
    """What the release page leaves, as far as a card reads it."""
    agreement = {"contents": 40, "raw": 0.85, "alpha": 0.61, "alpha_interval": [0.5, 0.7]}
    sources = [
        {"label": "orca_sample|x@1f2e", "licence": "Apache-2.0", "pairs": 90},
        {"label": "talks", "licence": "", "pairs": 4},
    ]
    folder.mkdir()
    documents.write(folder / "manifest.json", {"train": 78, "test": 8, "ties": 3, "sources": sources})
    documents.write(folder / "validation.json", {"agreement": agreement})


def a_card(tmp_path: Path, **changes: str) -> str:
    settings = recipe.with_changes(presets.find("demo").recipe, changes)
    a_release(tmp_path / "release")
    run = write_run(tmp_path, tmp_path / "release", settings, model=base_model.parse("demo"))
    one = Likelihoods(chosen=-8, rejected=-12, chosen_tokens=4, rejected_tokens=4)
    then = Likelihoods(chosen=-10, rejected=-10, chosen_tokens=4, rejected_tokens=4)
    standing = evaluation.after(evaluation.margins([one] * 8, [then] * 8, 0.1))
    outcome = Outcome(
        steps=40, train=78, test=8, left_out=1, notes=["3 training prompts were cut."],
        last={"loss": 0.1234, "rewards/margins": 1.5}, held_out=standing,
        baselines={"length": 0.5, "reference_likelihood": None}, curves=("curves/loss.png",),
        guards=["Step 8: probably a leak."],
        best=Best(step=16, figure=Figure.ACCURACY, value=0.875, checkpoint="r1/checkpoint-16"),
    )  # fmt: skip
    return model_card.write(runs.read_request(run), settings, outcome)


@pytest.mark.parametrize(
    "told",
    [
        "fingerprint `" + "f" * 64 + "`",
        "Pairs: 78 for training, 8 held out, 1 left out",
        "Note: 3 training prompts were cut.",
        "Held-out reward accuracy 1.00 on 8 pairs (95 % interval 0.68 to 1.00)",
        "Best held-out accuracy on the way: 88 % at step 16. Its checkpoint is kept as r1/checkpoint-16;",
        "| the untuned model's likelihood | not defined |",
        "| loss | 0.1234 |",
        "| Beta | `beta` | 0.1 | 1/nat |",
        "| Save every | `save_every` | 0.25 | share of the run below 1, else steps (0: only at its ends) |",
        "8 held-out pairs are few",
        "- Step 8: probably a leak.",
        "`python -m training merge` makes one model",
        "The demo model is a toy",
        "library_name: peft",
        "![loss](curves/loss.png)",
        "The release holds 78 training pairs, 8 held-out pairs, 3 ties.",
        "raw 0.850, Krippendorff's alpha 0.610 (95 % interval 0.500 to 0.700).",
        r"| orca\_sample\|x@1f2e | Apache-2.0 | 90 |",
        r"| talks | not stated | 4 |",
    ],
)
def test_the_card_tells(tmp_path: Path, told: str) -> None:
    assert told in a_card(tmp_path)


def test_an_adapter_of_rounded_weights_says_what_to_merge_it_into(tmp_path: Path) -> None:
    assert "not into the quantised one" in a_card(tmp_path, tuning="lora_4bit")


def test_a_fully_tuned_model_is_no_adapter(tmp_path: Path) -> None:
    card = a_card(tmp_path, tuning="full")
    assert "library_name: transformers" in card
    assert "PeftModel" not in card


def test_a_release_that_tells_nothing_is_said_so(tmp_path: Path) -> None:
    told = release_words.describe(tmp_path)
    assert "does not tell its counts" in told
    assert "not measurable" in told
    assert "nothing is known about licences" in told


def test_each_curve_with_values_becomes_a_picture(tmp_path: Path) -> None:
    rows = [
        {"step": step, "kind": "train", "loss": 1 / (1 + step), "logps/chosen": None} for step in range(5)
    ]
    held_out = {"step": 4, "kind": "evaluation", "loss": 0.5}
    assert card_curves.draw([*rows, held_out], tmp_path / "curves") == ("curves/loss.png",)
    assert (tmp_path / "curves" / "loss.png").read_bytes().startswith(b"\x89PNG")
