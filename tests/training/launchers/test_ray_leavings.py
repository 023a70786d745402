"""Deleting a run of a cluster takes along what it has left at its storage, and nothing of anybody else's."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.training import conftest, stand_in_worker
from tests.training.launchers.stand_in_cluster import StandInCluster
from training import deletion, documents, errors, presets, runs
from training.exchange import index, luggage, publisher, storage
from training.exchange.publisher import Publisher
from training.exchange.storage import Storage
from training.runs import RunState, State

FIRST, SECOND = "20260102T000000Z-aaaa", "20260103T000000Z-bbbb"
NOBODY = "http://127.0.0.1:9"  # the discard port: no cluster answers there


@pytest.fixture
def there(tmp_path: Path) -> Path:
    """The folder behind the storage's URL; its name holds what others take for a pattern."""
    return tmp_path / "exchange [1]"


def a_run(
    there: Path, name: str = FIRST, *, state: RunState = RunState.COMPLETED, cluster: str = NOBODY
) -> Path:
    """A run that has gone on from a checkpoint of an earlier one, with curves and a checkpoint of its own."""
    home = there.parent
    release, earlier = home / "releases" / "small", home / "runs" / "earlier"
    if not earlier.exists():
        conftest.write_release(release, [conftest.a_pair(1)], [])
        (home / "model").mkdir()
        (home / "model" / "config.json").write_text("{}")
        earlier.mkdir(parents=True)
        stand_in_worker.save_checkpoint(earlier, 2)
    resumes = runs.Resumption(run="earlier", checkpoint=earlier / "checkpoint-2", step=2)
    run = conftest.write_run(
        home, release, presets.find("demo").recipe, model=conftest.in_folder(home / "model"), name=name,
        resumes=resumes,
    )  # fmt: skip
    launch: dict[str, str | int] = {"address": cluster, "workers": 1, "storage": f"file://{there}"}
    runs.write_request(run, replace(runs.read_request(run), launcher="ray", launch=launch))
    runs.write_state(run, State(run=name, state=state))
    luggage.pack(run, storage.opened(f"file://{there}"))
    documents.write(run / runs.PROCESS, {"address": cluster})
    stand_in_worker.save_checkpoint(run, 4)
    machine = home / "machines" / name
    machine.mkdir(parents=True)
    stand_in_worker.save_checkpoint(machine, 4)
    writer(there, name, machine).finish()
    return run


def writer(there: Path, name: str, folder: Path) -> Publisher:
    place = place_of(there, name)
    return Publisher(place, str(index.begin_turn(place).now), folder)


def place_of(there: Path, name: str) -> Storage:
    return luggage.place(storage.opened(f"file://{there}"), name)


def left(there: Path) -> set[str]:
    return {
        path.relative_to(there).parts[0] for path in there.rglob("*") if path.is_file() or path.is_symlink()
    }


def test_its_files_and_checkpoint_go_and_what_others_may_use_stays(there: Path) -> None:
    run = a_run(there)
    outside = there.parent / "outside"
    outside.mkdir()
    (outside / "file").write_text("not ours")
    (there / "runs" / FIRST / "link").symlink_to(outside)
    assert left(there) == {"runs", "releases", "models", "checkpoints"}
    (said,) = deletion.delete(run).sentences
    assert said == (
        f"What lies at file://{there}/runs/{FIRST} and the checkpoint that was sent there for it goes too. "
        "Release and base model stay there for other runs."
    )
    assert left(there) == {"releases", "models"}
    assert not (there / "runs" / FIRST).exists()
    assert (outside / "file").exists()
    assert not run.exists()


def test_another_runs_files_and_a_checkpoint_that_it_shares_stay(there: Path) -> None:
    first, second = a_run(there), a_run(there, SECOND)
    deletion.delete(first)
    assert {path.name for path in (there / "runs").iterdir()} == {SECOND}
    assert left(there) == {"runs", "releases", "models", "checkpoints"}
    deletion.delete(second)
    assert left(there) == {"releases", "models"}


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.STARTING, RunState.RUNNING, RunState.STOPPING])
def test_of_a_run_at_work_nothing_is_deleted(there: Path, state: RunState) -> None:
    run = a_run(there, state=state)
    before = sorted(there.rglob("*"))
    with pytest.raises(errors.NotDeletable, match=f"is {state}. Stop it before"):
        deletion.delete(run)
    assert sorted(there.rglob("*")) == before


def test_a_run_given_up_as_lost_that_its_cluster_still_computes_is_not_deleted(there: Path) -> None:
    with StandInCluster() as cluster:
        run = a_run(there, state=RunState.LOST, cluster=cluster.address)
        cluster.submitted[run.name] = {}
        with pytest.raises(errors.NotDeletable, match=f"machines of {cluster.address} still work for it"):
            deletion.delete(run)
        assert (run.exists(), "runs" in left(there)) == (True, True)
        cluster.job = {"status": "STOPPED", "message": "", "driver_exit_code": None}
        deletion.delete(run)
    assert "runs" not in left(there)


def test_a_lost_run_whose_machines_still_write_is_not_deleted_where_the_cluster_is_silent(
    there: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(publisher.ROUND_VARIABLE, "0.05")
    run = a_run(there, state=RunState.LOST)
    with writer(there, FIRST, tmp_path).at_work():
        _until_a_beat(there)
        with pytest.raises(errors.NotDeletable, match=r"still work for it\. Stop it there"):
            deletion.delete(run)
    assert run.exists()
    deletion.delete(run)
    assert "runs" not in left(there)


def test_a_storage_that_refuses_leaves_the_run_with_one_sentence(there: Path) -> None:
    run = a_run(there)
    moved = there.rename(there.with_name("unmounted"))
    with pytest.raises(errors.NotDeletable) as refused:
        deletion.delete(run)
    assert str(refused.value) == (
        f"The storage file://{there} is not there. Mount it, or mend the URL. Run {FIRST} stays until then; "
        f"to give up what lies there, remove the folder {run}."
    )
    there.write_text("no folder")
    with pytest.raises(errors.NotDeletable, match="is not there"):
        deletion.delete(run)
    there.unlink()
    moved.rename(there)
    assert (run / "checkpoint-4").exists()
    deletion.delete(run)
    assert not run.exists()


def test_a_run_that_was_never_sent_anywhere_is_deleted_like_any_other(there: Path) -> None:
    run = a_run(there, state=RunState.CANCELLED)
    (run / runs.PROCESS).unlink()
    there.rename(there.with_name("elsewhere"))
    deletion.delete(run)
    assert not run.exists()


@pytest.mark.parametrize("named", ["releases/" + "f" * 64, "../outside", "checkpoints/.."])
def test_a_list_at_the_storage_that_names_something_else_deletes_nothing_else(
    there: Path, named: str
) -> None:
    run = a_run(there)
    (there.parent / "outside").mkdir()
    place_of(there, FIRST).write(luggage.LIST, json.dumps({"checkpoint": named}).encode())
    deletion.delete(run)
    assert left(there) == {"releases", "models", "checkpoints"}
    assert (there.parent / "outside").exists()


def _until_a_beat(there: Path) -> None:
    deadline = time.monotonic() + 60
    while not index.read(place_of(there, FIRST).at("2")).beat:
        assert time.monotonic() < deadline, "the writer gives no sign of life"
        time.sleep(0.01)
