"""Two steps measured by a real worker, and what the preflight makes of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from curation.workspace import Workspace
from tests.training import run_folders
from tests.training.conftest import in_folder
from training import (
    base_model,
    preflight,
    presets,
    recipe,
    release_folder,
    run_views,
    runs,
    supervisor,
    trials,
)
from training.launchers import local
from training.runs import RunState
from training.supervisor import StartRequest
from training.trials import Trial

QUICK = {"max_steps": "40", "micro_batch": "2", "accumulation": "1", "sample_prompts": "0"}


@pytest.mark.trainer
@pytest.mark.timeout(600)
def test_two_measured_steps_take_the_place_of_the_estimate(
    tmp_path: Path, untrained_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(local.WORKER_VARIABLE, raising=False)
    space = Workspace(home=tmp_path / "home")
    settings = recipe.with_changes(presets.find("demo").recipe, QUICK)
    release = run_folders.a_release(space.releases / "tiny")
    asked = StartRequest(
        release=release, model=in_folder(untrained_model), recipe=settings, by="ann-1", space=space
    )
    folder = space.runs / supervisor.try_out(asked)
    ended = run_folders.until(folder, lambda state: state.state.is_final, 300.0)
    assert ended.state is RunState.COMPLETED, runs.log_tail(folder, 20)
    tried = trials.read(folder)
    seen = preflight.check(release, asked.model, settings, space=space)
    assert seen.measured
    assert seen.memory_bytes == tried.peak_bytes > 2**28
    assert seen.seconds > 40 * tried.step_seconds
    other = preflight.check(release, asked.model, replace(settings, beta=0.2), space=space)
    assert not other.measured
    assert run_views.list_runs(space) == []


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
