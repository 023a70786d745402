"""The settings that a release suggests."""

import json
from pathlib import Path

import pytest

from training import presets, release_suggestions
from training.errors import UnusableRelease

ROBUST = {"key": "loss_types", "value": "robust", "why": "about 18% of the labels are probably wrong"}
SMOOTHING = {"key": "label_smoothing", "value": "0.184", "why": "the measured share of wrong labels"}


def a_release(folder: Path, training: object) -> Path:
    (folder / "validation.json").write_text(json.dumps({"training": training}), encoding="utf-8")
    return folder


def test_suggested_settings_replace_those_of_a_preset_and_nothing_else(tmp_path: Path) -> None:
    preset = presets.PRESETS[0]
    found = release_suggestions.read(a_release(tmp_path, [ROBUST, SMOOTHING]))
    changed = release_suggestions.applied(preset, found)
    assert (list(changed.recipe.loss_types), changed.recipe.label_smoothing) == (["robust"], 0.184)
    assert changed.recipe.learning_rate == preset.recipe.learning_rate
    assert changed.key != preset.key


def test_a_release_that_suggests_nothing_leaves_the_preset(tmp_path: Path) -> None:
    assert release_suggestions.read(a_release(tmp_path, [])) == ()
    assert release_suggestions.read(tmp_path / "older") == ()


@pytest.mark.parametrize("damage", [[{"key": "x"}], ["x"], 5], ids=["no value", "no object", "no list"])
def test_a_damaged_file_is_said(tmp_path: Path, damage: object) -> None:
    with pytest.raises(UnusableRelease, match="is damaged"):
        release_suggestions.read(a_release(tmp_path, damage))
