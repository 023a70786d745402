"""A model that FSDP splits between two real processes (gloo) learns what one process would, by our file."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.training import conftest
from training import artefacts, checkpoints, documents, metrics, presets, recipe, runs
from training.launchers import accelerated, configuration, table
from training.recipe import DpoRecipe
from training.runs import Resumption

pytestmark = pytest.mark.trainer
STEPS = 4
SHOWN = ("loss", "grad_norm", "rewards/margins", "rewards/accuracies", "logps/chosen", "num_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trained:
    """The same run by one process and by two, whole weights and an adapter, and one that went on."""

    full_alone: Path
    full_split: Path
    full_resumed: Path
    lora_alone: Path
    lora_split: Path


def _recipe(tuning: str) -> DpoRecipe:
    settings = {
        "max_steps": str(STEPS), "micro_batch": "1", "accumulation": "4", "save_every": "2",
        "evaluate_every": "2", "warmup_steps": "0", "sample_prompts": "1", "sample_tokens": "4",
        "log_every": "1", "learning_rate": "0.01", "tuning": tuning,
    }  # fmt: skip
    return recipe.with_changes(presets.find("demo").recipe, settings)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, untrained_model: Path) -> Trained:
    home = tmp_path_factory.mktemp("workspace")
    release = conftest.write_release(
        home / "release",
        [conftest.a_pair(n) for n in range(24)],
        [conftest.a_pair(n) for n in range(100, 107)],
    )

    def made(tuning: str, name: str, **more: Resumption) -> Path:
        folder, settings = f"{tuning}-{name}", _recipe(tuning)
        model = conftest.in_folder(untrained_model)
        run = conftest.write_run(home, release, settings, model=model, name=folder, **more)
        if name != "alone":
            file = run / accelerated.CONFIGURATION
            file.parent.mkdir()
            launch = table.checked("accelerate", {"strategy": "fsdp", "processes": 2})
            file.write_text(configuration.text(settings, launch), encoding="utf-8")
        return run

    split = made("full", "split")
    going_on = Resumption(run=split.name, checkpoint=split / "checkpoint-2", step=2)
    trained = Trained(
        full_alone=made("full", "alone"), full_split=split,
        full_resumed=made("full", "resumed", resumes=going_on), lora_alone=made("lora", "alone"),
        lora_split=made("lora", "split"),
    )  # fmt: skip
    _carry_out([getattr(trained, name) for name in Trained.__slots__])
    return trained


def _carry_out(folders: list[Path]) -> None:
    environment = {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}
    ended = subprocess.run(
        [sys.executable, "-m", "tests.training.launchers.split_host", *map(str, folders)],
        env=os.environ | environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    said = [line for run in folders for line in runs.log_tail(run, 15)]
    assert ended.returncode == 0, "\n".join([ended.stderr[-2000:], *said])


@pytest.mark.parametrize("tuning", ["full", "lora"])
def test_losses_and_gradients_are_those_of_one_process(trained: Trained, tuning: str) -> None:
    alone, split = (_rows(getattr(trained, f"{tuning}_{name}")) for name in ("alone", "split"))
    assert [(row["kind"], row["step"]) for row in split] == [(row["kind"], row["step"]) for row in alone]
    for one, two in zip(alone, split, strict=True):
        wanted = {name: one[name] for name in SHOWN if name in one}
        assert {name: two[name] for name in wanted} == pytest.approx(wanted, rel=1e-4, abs=1e-5), one["step"]


def test_weights_were_split_and_not_held_twice(trained: Trained) -> None:
    """Else accelerate has fallen back to DDP, whose losses are the same; DDP writes optimizer.pt."""
    for run in (trained.full_split, trained.lora_split):
        names = {path.name for path in (run / "checkpoint-2").iterdir()}
        assert {"optimizer.bin", "pytorch_model_fsdp.bin"} <= names
        assert "optimizer.pt" not in names


def test_its_checkpoints_are_whole_and_a_resumed_run_equals_the_uninterrupted_one(trained: Trained) -> None:
    assert [one.step for one in checkpoints.all_whole(trained.full_split)] == [2, 4]
    whole = [row for row in _rows(trained.full_split) if row["step"] > 2]
    rest = _rows(trained.full_resumed)
    assert [row["step"] for row in rest] == [row["step"] for row in whole]
    for one, two in zip(whole, rest, strict=True):
        wanted = {name: one[name] for name in SHOWN if name in one}
        assert {name: two[name] for name in wanted} == pytest.approx(wanted, abs=1e-6), one["step"]


@pytest.mark.parametrize("tuning", ["full", "lora"])
def test_the_parts_are_gathered_into_one_artefact_that_opens_and_judges_alike(
    trained: Trained, tuning: str
) -> None:
    alone, split = (getattr(trained, f"{tuning}_{name}") for name in ("alone", "split"))
    assert artefacts.problems(split) == ()
    assert documents.read(split / runs.RESULT)["outcome"] == "completed"
    before, after = (documents.read(run / "evaluation" / "held_out.json")["after"] for run in (alone, split))
    for name in ("accuracy", "margin", "loss"):
        assert after[name] == pytest.approx(before[name], rel=1e-4, abs=1e-5), name


def _rows(run: Path) -> list[dict[str, Any]]:
    return sorted(metrics.read(run / runs.METRICS), key=lambda row: (row["step"], row["kind"]))
