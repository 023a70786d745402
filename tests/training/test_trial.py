"""Two steps measured by a real worker, and what the preflight makes of them."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from curation.workspace import HOME_VARIABLE, Workspace
from tests.training import run_folders
from tests.training.conftest import in_folder, write_run
from training import __main__ as command_line
from training import (
    base_model,
    preflight,
    presets,
    recipe,
    release_folder,
    run_views,
    runs,
    trials,
)
from training.launchers import local
from training.runs import RunState, State
from training.trials import Trial

QUICK = {"max_steps": "40", "micro_batch": "2", "accumulation": "1", "sample_prompts": "0"}


@pytest.mark.trainer
@pytest.mark.timeout(600)
def test_two_measured_steps_take_the_place_of_the_estimate(
    tmp_path: Path, untrained_model: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(local.WORKER_VARIABLE, raising=False)
    space = Workspace(home=tmp_path / "home")
    monkeypatch.setenv(HOME_VARIABLE, str(space.home))
    settings = recipe.with_changes(presets.find("demo").recipe, QUICK)
    release = run_folders.a_release(space.releases / "tiny")
    changes = [f"--set={key}={value}" for key, value in QUICK.items()]
    asked = ["preflight", "tiny", "--model", str(untrained_model), "--recipe", "demo", *changes]
    assert command_line.main([*asked, "--measure", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    (folder,) = run_views.folders(space)
    tried = trials.read(folder)
    assert told["memory_bytes"] == tried.peak_bytes > 2**28
    assert told["seconds"] > 40 * tried.step_seconds
    (memory,) = (one["message"] for one in told["findings"] if one["id"] == "memory")
    assert "measured over two steps" in memory
    model = in_folder(untrained_model)
    assert preflight.check(release, model, settings, space=space).measured
    assert not preflight.check(release, model, replace(settings, beta=0.2), space=space).measured
    assert run_views.list_runs(space) == []


def test_only_the_newest_trials_are_kept_and_runs_are_left_alone(tmp_path: Path) -> None:
    space = Workspace(home=tmp_path)
    release = run_folders.a_release(space.releases / "tiny")
    model, settings = base_model.parse("demo"), presets.find("demo").recipe
    for day in range(1, trials.KEPT + 5):
        name = f"202601{day:02d}T000000Z-aaaa"
        folder = write_run(tmp_path, release, settings, model=model, name=name)
        state = RunState.RUNNING if day == 2 else RunState.COMPLETED
        runs.write_state(folder, State(run=name, state=state))
        if day != 1:  # the oldest is a run
            runs.write_request(folder, replace(runs.read_request(folder), trial=True))
    trials.tidy(space)
    left = [folder.name[6:8] for folder in reversed(run_views.folders(space))]
    assert left == ["01", "02", *(f"{day:02d}" for day in range(5, trials.KEPT + 5))]


def test_the_duration_is_start_steps_evaluations_and_samples() -> None:
    # 60 pairs, 2 at once: 30 steps of 2 s; evaluated at 0, 15 and 30: 3 times 10 pairs twice, and twice more
    settings = recipe.with_changes(
        presets.find("trl").recipe, {"micro_batch": "2", "epochs": "1", "evaluate_every": "15"}
    )
    release = release_folder.Release(path=Path("r"), name="r", fingerprint="f", train=60, test=10, files={})
    tried = Trial(peak_bytes=1, start_seconds=5.0, step_seconds=2.0, pair_seconds=0.5)
    assert trials.seconds(tried, settings, release, sampling=1.0) == 5 + 30 * 2 + 10 * (3 * 2 + 2) * 0.5 + 1


def test_a_workspace_without_runs_has_no_trial(tmp_path: Path) -> None:
    release = release_folder.load(run_folders.a_release(tmp_path / "tiny"))
    space = Workspace(home=tmp_path / "home")
    assert trials.newest(space, release, base_model.parse("demo"), presets.find("demo").recipe) is None
