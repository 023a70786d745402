"""The launcher of a Ray cluster against a stand-in for its Jobs API; test_ray_cluster.py has a real one."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from curation.workspace import Workspace
from tests.training import run_folders
from tests.training.launchers.stand_in_cluster import StandInCluster
from training import adoption, documents, errors, runs, supervisor
from training.exchange import publisher
from training.findings import Severity
from training.launchers import ray_api, ray_findings, ray_jobs, ray_room, source_archive
from training.runs import Reason, RunState

TOKEN = "not-a-secret"


@pytest.fixture
def cluster() -> Iterator[StandInCluster]:
    pytest.importorskip("ray", reason="the launcher ray needs requirements-ray.txt")
    with StandInCluster() as stand_in:
        yield stand_in


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv(ray_jobs.LOST_VARIABLE, "0.5")
    return Workspace(home=tmp_path / "home")


def started(space: Workspace, address: str, *, request_id: str = "click-1", storage: str = "") -> Path:
    space.create()
    asked = run_folders.a_request(space, request_id=request_id)
    launch = {"address": address, "storage": storage}
    seen = run_folders.a_clear_preflight(asked.release, asked.model, asked.recipe, "ray", launch)
    far = replace(asked, launcher="ray", launch=launch, preflight=seen)
    return space.runs / supervisor.start(far)


def test_the_job_carries_the_runs_id_and_our_code_and_no_secret(
    space: Workspace, cluster: StandInCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    run = started(space, cluster.address)
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    job = cluster.submitted[run.name]
    assert job["entrypoint"].endswith(f"training.launchers.ray_driver {run}")
    assert job["runtime_env"]["working_dir"] == f"gcs://{source_archive.made()[0]}"
    assert "secret" not in str(job)


def test_a_cluster_that_falls_silent_leaves_the_run_lost_and_says_which(
    space: Workspace, cluster: StandInCluster
) -> None:
    run = started(space, cluster.address)
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    cluster.fall_silent()
    ended = run_folders.until_end(run)
    assert ended.state is RunState.LOST
    assert ended.message.startswith(f"The Ray cluster at {cluster.address} gives no sign of life.")


def test_a_cluster_that_is_lost_after_a_stop_was_asked_for_is_not_said_to_have_stopped(
    space: Workspace, cluster: StandInCluster
) -> None:
    run = started(space, cluster.address)
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    supervisor.stop(run)
    cluster.fall_silent()
    ended = run_folders.until_end(run)
    assert ended.state is RunState.LOST
    assert "A stop had been asked for; nobody knows whether it was heard." in ended.message


def test_a_run_on_a_cluster_is_adopted_by_another_machine_of_the_app_at_once(
    space: Workspace, cluster: StandInCluster
) -> None:
    run = started(space, cluster.address)
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    run_folders.kill_supervisor(run)
    known = documents.read(run / runs.PROCESS)
    documents.write(run / runs.PROCESS, known | {"host": "another"})
    (run / runs.HEARTBEAT).touch()
    assert adoption.adopt(run)
    cluster.submitted.clear()
    run_folders.until_end(run)


def test_a_storage_that_dies_is_said_and_the_run_is_not_called_complete_or_stopped(
    space: Workspace, cluster: StandInCluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(publisher.ROUND_VARIABLE, "0.05")
    monkeypatch.setenv(ray_jobs.LOST_VARIABLE, "2")
    run = started(space, cluster.address, storage=f"file://{tmp_path}/exchange")
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    assert cluster.submitted[run.name]["entrypoint"].endswith(
        f"{run.name} --storage file://{tmp_path}/exchange"
    )
    shutil.rmtree(tmp_path / "exchange")
    (tmp_path / "exchange").write_text("no folder any more")
    saying = run_folders.until(run, lambda state: "refuses or does not answer" in state.message)
    assert not saying.state.is_final
    cluster.job = {"status": "SUCCEEDED", "message": "", "driver_exit_code": 0}
    ended = run_folders.until_end(run)
    assert ended.state is RunState.LOST
    assert f"What the run has left may lie there, under runs/{run.name}." in ended.message


def test_a_storage_that_cannot_be_used_from_here_stops_the_preflight_in_one_sentence(
    space: Workspace, cluster: StandInCluster, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    launch: dict[str, str | int] = {
        "address": cluster.address,
        "workers": 1,
        "storage": f"file://{tmp_path}/file",
    }
    (found,) = (one for one in ray_findings.of(launch, space) if one.severity is Severity.ERROR)
    assert found.message.startswith(f"The storage file://{tmp_path}/file refuses or does not answer (")


def test_a_cluster_that_was_started_anew_has_lost_the_run(space: Workspace, cluster: StandInCluster) -> None:
    run = started(space, cluster.address)
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    cluster.submitted.clear()
    assert "knows nothing of this run" in run_folders.until_end(run).message


def test_what_the_job_printed_before_it_saw_the_folder_is_kept_and_understood(
    space: Workspace, cluster: StandInCluster
) -> None:
    run = started(space, cluster.address)
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    cluster.printed = f"{run} is not there on the machines of the cluster."
    cluster.job = {"status": "FAILED", "message": "", "driver_exit_code": 2}
    ended = run_folders.until_end(run)
    assert (ended.state, ended.reason) == (RunState.FAILED, Reason.CONFIGURATION)
    assert ended.message.startswith("The machines of the cluster do not see the run folder.")
    assert cluster.printed in ray_jobs.logs(run, 5)


def test_a_job_that_overlooks_the_wish_to_stop_is_ended(
    space: Workspace, cluster: StandInCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIRLOOM_STOP_ASK_SECONDS", "0.2")
    run = started(space, cluster.address)
    run_folders.until(run, lambda _: run.name in cluster.submitted)
    supervisor.stop(run)
    run_folders.until(run, lambda _: run.name in cluster.stopped)
    cluster.job = {"status": "STOPPED", "message": "", "driver_exit_code": None}
    assert run_folders.until_end(run).state is RunState.CANCELLED  # nothing had been saved


def test_a_cluster_computes_one_run_at_a_time_while_this_machine_goes_on(
    space: Workspace, cluster: StandInCluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (started(space, cluster.address, request_id=name) for name in ("aaaa", "bbbb"))
    run_folders.until(first, lambda _: first.name in cluster.submitted)
    waiting = run_folders.until(second, lambda state: bool(state.message))
    assert waiting.message == "Waiting for the run that computes now to end."
    run_folders.behave(monkeypatch, "complete")
    here = space.runs / supervisor.start(run_folders.a_request(space, request_id="cccc"))
    assert run_folders.until_end(here).state is RunState.COMPLETED
    runs.ask_to_stop(second)
    assert run_folders.until_end(second).state is RunState.CANCELLED
    cluster.job = {"status": "STOPPED", "message": "", "driver_exit_code": None}
    run_folders.until_end(first)


def test_a_cluster_that_is_not_there_fails_the_run_at_once(space: Workspace, cluster: StandInCluster) -> None:
    cluster.fall_silent()
    ended = run_folders.until_end(started(space, cluster.address))
    assert (ended.state, ended.reason) == (RunState.FAILED, Reason.CONFIGURATION)
    assert f"The Ray cluster at {cluster.address} does not answer" in ended.message


def test_a_token_is_sent_where_there_is_one_and_asked_for_where_there_is_none(
    cluster: StandInCluster, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    cluster.wants_token = TOKEN
    monkeypatch.delenv(ray_api.TOKEN_VARIABLE, raising=False)
    with pytest.raises(errors.Unreachable, match=r"wants its token. Set RAY_AUTH_TOKEN"):
        ray_api.version(cluster.address)
    (tmp_path / "token").write_text(TOKEN)
    monkeypatch.setenv(ray_api.TOKEN_FILE_VARIABLE, str(tmp_path / "token"))
    assert ray_api.version(cluster.address) == "2.60.0"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("auto", "http://127.0.0.1:8265"),
        ("head:8265", "http://head:8265"),
        (" https://ray.example/ ", "https://ray.example"),
    ],
)
def test_an_address_is_taken_as_people_type_it(typed: str, meant: str) -> None:
    assert ray_api.normal(typed) == meant


def test_the_address_of_rays_client_is_refused_with_the_one_that_is_wanted() -> None:
    with pytest.raises(errors.LaunchRefused, match="such as http://HEAD:8265"):
        ray_api.normal("ray://head:10001")


def test_every_worker_has_a_gpu_where_there_are_any() -> None:
    machines = [{"CPU": 8.0, "GPU": 2.0}, {"CPU": 1.0, "GPU": 4.0}, {"CPU": 16.0}]
    assert ray_room.room(machines, gpu=True) == 3
    assert ray_room.room(machines, gpu=False) == 25


@pytest.mark.parametrize(
    ("there", "fewer", "go_on_with"),
    [(4, False, 4), (9, False, 4), (3, False, 0), (3, True, 2), (1, True, 1), (0, True, 0)],
)
def test_fewer_workers_go_on_only_where_they_can_share_a_step(
    there: int, fewer: bool, go_on_with: int
) -> None:
    assert ray_room.workers(4, there, 8, fewer=fewer) == go_on_with


def test_the_archive_of_our_code_is_named_by_what_is_in_it() -> None:
    name, content = source_archive.made()
    source_archive.made.cache_clear()
    assert source_archive.made() == (name, content)
    assert b"training/worker.py" in content
    assert b"__pycache__" not in content
