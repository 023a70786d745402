"""The demo from the command line with the real worker: trained, stopped, resumed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curation.workspace import HOME_VARIABLE, Workspace
from tests.demo_models import leave, take
from tests.training import run_folders
from training import metrics, runs
from training.launchers import local

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


def test_the_demo_is_trained_and_its_run_verifies(space: Workspace) -> None:
    done = answer("start", "tiny", "--model", "demo", "--wait", *changed(max_steps=6))
    assert (done["state"], done["step"], done["max_steps"]) == ("completed", 6, 6)
    assert answer("verify", done["run"])["ok"] is True
    rows = metrics.read(space.runs / done["run"] / runs.METRICS)
    losses = [row["loss"] for row in rows if row["kind"] == "train"]
    assert losses[0] == pytest.approx(0.693, abs=0.01)
    assert losses[-1] < losses[0]


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


def changed(**settings: object) -> list[str]:
    """`--set` for each of these and of what keeps a run short."""
    wanted = [*SHORT, *(f"{key}={value}" for key, value in settings.items())]
    return [part for setting in wanted for part in ("--set", setting)]


def answer(*arguments: str) -> dict[str, Any]:
    """The JSON object a command prints; it must succeed."""
    command = [sys.executable, "-m", "training", *arguments, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stderr
    content: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return content
