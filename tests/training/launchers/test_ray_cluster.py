"""Runs on a real Ray cluster of two machines: learned, stopped, found again, gone on with after a loss."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from curation.workspace import Workspace
from tests.training import conftest, run_folders
from tests.training.launchers.real_cluster import RealCluster
from training import adoption, checkpoints, metrics, presets, recipe, runs, supervisor, verification
from training.exchange import publisher
from training.findings import Severity
from training.launchers import ray_api, ray_findings
from training.recipe import DpoRecipe
from training.runs import RunState
from training.supervisor import StartRequest

pytest.importorskip("ray", reason="the launcher ray needs requirements-ray.txt")
pytestmark = [pytest.mark.trainer, pytest.mark.timeout(280)]

PATIENCE = 120.0
STEPS = 40
_CHANGES = {
    "max_steps": str(STEPS), "warmup_steps": "0", "save_every": "2", "evaluate_every": "20", "log_every": "1",
    "micro_batch": "2", "accumulation": "2", "sample_prompts": "1", "sample_tokens": "4",
    "learning_rate": "0.005",
}  # fmt: skip


@pytest.fixture(scope="module")
def cluster() -> Iterator[RealCluster]:
    with RealCluster() as real:
        before = os.environ.get(ray_api.TOKEN_VARIABLE)
        os.environ[ray_api.TOKEN_VARIABLE] = real.token  # supervisors inherit it
        yield real
        os.environ.pop(ray_api.TOKEN_VARIABLE)
        if before is not None:
            os.environ[ray_api.TOKEN_VARIABLE] = before


@pytest.fixture(scope="module")
def space(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    made = Workspace(home=tmp_path_factory.mktemp("shared"))
    made.create()
    pairs = [conftest.a_pair(number) for number in range(32)]
    conftest.write_release(made.releases / "small", pairs, [conftest.a_pair(n) for n in range(100, 104)])
    return made


def asked(space: Workspace, model: Path, settings: DpoRecipe) -> StartRequest:
    release, base = space.releases / "small", conftest.in_folder(model)
    seen = run_folders.a_clear_preflight(release, base, settings)
    return StartRequest(release=release, model=base, recipe=settings, by="lead", space=space, preflight=seen)


def on(cluster: RealCluster, request: StartRequest, storage: str = "") -> Path:
    """Start it with two workers, and go on with one where no machine is left for the other."""
    launch: dict[str, str | int] = {
        "address": cluster.address, "workers": 2, "patience": 0, "storage": storage,
    }  # fmt: skip
    far = replace(request, launcher="ray", launch=launch)
    seen = run_folders.a_clear_preflight(far.release, far.model, far.recipe, "ray", launch)
    return request.space.runs / supervisor.start(replace(far, preflight=seen))


def losses(run: Path) -> list[float]:
    rows = metrics.forward(metrics.read(run / runs.METRICS))
    return [row["loss"] for row in rows if row["kind"] == "train"]


def test_the_preflight_names_a_machine_that_sees_no_workspace_and_has_other_versions(
    cluster: RealCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster.whole(packages={"ray": "2.59.0", "trl": "1.15.0"})
    monkeypatch.chdir(tmp_path)
    elsewhere = Workspace(home=Path("/proc/self/cwd"))  # another folder to every process
    found = ray_findings.of({"address": cluster.address, "workers": 2}, elsewhere)
    stops = {one.id: one.message for one in found if one.severity is Severity.ERROR}
    assert list(stops) == ["cluster-storage", "cluster-trl", "cluster-ray"]
    assert " and 1 more of the cluster does not see the workspace. Mount" in stops["cluster-storage"]
    assert "of the cluster has ray 2.59.0, and here it is 2.60.0. Install the same" in stops["cluster-ray"]
    assert " of the cluster has trl 1.15.0, and here it is" in stops["cluster-trl"]
    assert " and 1 more" not in stops["cluster-trl"]


def test_machines_that_share_no_folder_lose_one_and_learn_what_one_process_learns(
    cluster: RealCluster, space: Workspace, untrained_model: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(publisher.ROUND_VARIABLE, "0.2")
    settings = recipe.with_changes(presets.find("demo").recipe, _CHANGES)
    here = space.runs / supervisor.start(asked(space, untrained_model, settings))
    cluster.whole()
    run = on(cluster, asked(space, untrained_model, settings), f"file://{tmp_path}/exchange")
    run_folders.until_step(run, 6, PATIENCE)
    both = len(ray_api.nodes(cluster.address))
    cluster.kill_second_machine()
    ended = run_folders.until(run, lambda state: state.state.is_final, PATIENCE)
    assert (both, ended.state, ended.step) == (2, RunState.COMPLETED, STEPS), ended.message
    events = metrics.read(run / runs.EVENTS)
    assert any("A machine of the cluster was lost" in event["message"] for event in events)
    assert run_folders.until_end(here).state is RunState.COMPLETED
    assert losses(run) == pytest.approx(losses(here), abs=1e-5)
    assert all((home / "releases" / ("f" * 64) / "small").is_dir() for home in cluster.homes)
    assert verification.problems(run) == ()
    assert checkpoints.all_whole(run)[-1].step == STEPS
    assert "RayTrainWorker" in "\n".join(runs.log_tail(run, 500))


def test_a_run_whose_supervisor_was_killed_is_found_again_and_stops_everywhere(
    cluster: RealCluster, space: Workspace, untrained_model: Path
) -> None:
    cluster.whole()
    settings = recipe.with_changes(presets.find("demo").recipe, {**_CHANGES, "max_steps": "20000"})
    run = on(cluster, asked(space, untrained_model, settings))
    run_folders.until_step(run, 2, PATIENCE)
    run_folders.kill_supervisor(run)
    assert adoption.adopt(run)
    supervisor.stop(run)
    ended = run_folders.until(run, lambda state: state.state.is_final, PATIENCE)
    assert ended.state is RunState.STOPPED, ended.message
    assert checkpoints.newest(run) is not None
    job = ray_api.job(cluster.address, run.name)
    assert job is not None
    assert job.status == "SUCCEEDED"


def test_the_preflight_asks_every_machine_what_it_runs_and_whether_it_sees_the_workspace(
    cluster: RealCluster, space: Workspace
) -> None:
    cluster.whole()
    found = ray_findings.of({"address": cluster.address, "workers": 3}, space)
    assert [(one.id, one.severity) for one in found] == [("cluster-room", Severity.WARNING)]
    assert "has room for 2 workers; the run waits until there is room for 3" in found[0].message


def test_the_preflight_refuses_a_storage_where_the_machines_find_nothing(
    cluster: RealCluster, space: Workspace
) -> None:
    cluster.whole()
    launch: dict[str, str | int] = {
        "address": cluster.address,
        "workers": 2,
        "storage": "memory://exchange",
    }  # of one process
    stops = [one for one in ray_findings.of(launch, space) if one.severity is Severity.ERROR]
    assert [one.id for one in stops] == ["cluster-storage"]
    assert "it does not find at memory://exchange what the app has put there" in stops[0].message
