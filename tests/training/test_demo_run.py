"""The demo from the command line with the real worker: trained, stopped, resumed."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curation.workspace import HOME_VARIABLE, Workspace
from tests.demo_models import leave, take
from tests.training import run_folders
from training import base_model, metrics, presets, recipe, recipe_command, runs, supervisor
from training.launchers import local
from training.recipe import DpoRecipe
from training.runs import RunState
from training.supervisor import StartRequest

# A worker takes seconds of both cores to load and the demo model half a minute to make; other work beside
# it may make that minutes.
pytestmark = [pytest.mark.trainer, pytest.mark.timeout(900)]
PATIENCE_SECONDS = 400.0
ROOT = Path(__file__).resolve().parents[2]
SHORT = ("evaluate_every=0.5", "sample_prompts=1", "sample_tokens=8", "warmup_steps=2")


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory, demo_models: Path) -> Iterator[Workspace]:
    """One workspace for all, because the demo model is made once in each that does not find it."""
    home = Workspace(home=tmp_path_factory.mktemp("home"))
    home.create()
    take(demo_models, home.home)
    run_folders.a_release(home.releases / "tiny", train=24, test=8)
    yield home
    run_folders.end_all(home)
    leave(home.home, demo_models)


@pytest.fixture(autouse=True)
def _here(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(space.home))
    monkeypatch.delenv(local.WORKER_VARIABLE, raising=False)


@pytest.fixture(scope="module")
def from_the_command(space: Workspace) -> Path:
    """The run that the command on Train starts, in a terminal that knows nothing of the workspace."""
    command = recipe_command.start(
        space.releases / "tiny", base_model.parse("demo"), settings(max_steps=6), home=space.home
    )
    known = {name: value for name, value in os.environ.items() if name != HOME_VARIABLE}
    path = os.pathsep.join((str(Path(sys.executable).parent), known["PATH"]))
    words = ["sh", "-c", f"{command} --wait --json"]
    env = {**known, "PATH": path}
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, env=env, check=False)
    assert done.returncode == 0, done.stderr
    return space.runs / str(json.loads(done.stdout.splitlines()[-1])["run"])


def test_the_demo_is_trained_and_its_run_verifies(from_the_command: Path) -> None:
    done = answer("status", from_the_command.name)
    assert (done["state"], done["step"], done["max_steps"]) == ("completed", 6, 6)
    assert answer("verify", from_the_command.name)["ok"] is True
    learned = losses(from_the_command)
    assert learned[0] == pytest.approx(0.693, abs=0.01)
    assert learned[-1] < learned[0]


def test_the_page_and_the_command_it_shows_give_the_same_losses(
    space: Workspace, from_the_command: Path
) -> None:
    request = StartRequest(
        release=space.releases / "tiny", model=base_model.parse("demo"), recipe=settings(max_steps=6),
        by="lead", space=space,
    )  # fmt: skip
    run = space.runs / supervisor.start(request)  # as the button does
    ended = run_folders.until(run, lambda state: state.state.is_final, PATIENCE_SECONDS)
    assert ended.state is RunState.COMPLETED, ended.message
    assert len(losses(run)) == 6
    assert losses(run) == pytest.approx(losses(from_the_command), abs=1e-6, rel=0)


def test_a_stopped_demo_is_resumed_and_its_curves_read_whole(space: Workspace) -> None:
    started = answer("start", "tiny", "--model", "demo", *changed(max_steps=200))
    run = space.runs / started["run"]
    run_folders.until_step(run, 3, PATIENCE_SECONDS)
    stopped = answer("stop", started["run"])
    assert stopped["state"] == "stopped", stopped
    assert local.status(run) is None
    again = answer("resume", started["run"])
    resumed = run_folders.until_step(space.runs / again["run"], stopped["step"] + 3, PATIENCE_SECONDS)
    rows = metrics.read(space.runs / again["run"] / runs.METRICS)
    steps = [row["step"] for row in rows if row["kind"] == "train"]
    assert steps == list(range(1, len(steps) + 1))
    assert resumed.max_steps == 200
    assert answer("stop", again["run"])["state"] == "stopped"


def changed(**given: object) -> list[str]:
    """`--set` for each of these and of what keeps a run short."""
    wanted = [*SHORT, *(f"{key}={value}" for key, value in given.items())]
    return [part for setting in wanted for part in ("--set", setting)]


def settings(**given: object) -> DpoRecipe:
    """The demo recipe with the same changes."""
    short = dict(setting.split("=") for setting in SHORT)
    return recipe.with_changes(
        presets.find("demo").recipe, short | {key: str(value) for key, value in given.items()}
    )


def losses(run: Path) -> list[float]:
    """Of the training steps, in nats."""
    return [row["loss"] for row in metrics.read(run / runs.METRICS) if row["kind"] == "train"]


def answer(*arguments: str) -> dict[str, Any]:
    """The JSON object a command prints; it must succeed."""
    command = [sys.executable, "-m", "training", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return content
