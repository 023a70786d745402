"""Deleting a run says what would be lost, refuses what is in use, and leaves nothing behind."""

import dataclasses
from pathlib import Path

import pytest

from curation.workspace import Workspace
from tests.training.conftest import in_folder, write_run
from training import deletion, errors, presets, run_views, runs
from training.evaluating.asked import Asked, Contestant, Sampling, Weights
from training.merging.asked import Merge
from training.runs import Resumption, RunState, State

FIRST, SECOND = "20260101T000000Z-aaaa", "20260102T000000Z-bbbb"


def a_run(tmp_path: Path, model: Path, name: str = FIRST, *, state: RunState = RunState.COMPLETED) -> Path:
    run = write_run(
        tmp_path, tmp_path / "release", presets.find("demo").recipe, model=in_folder(model), name=name
    )
    runs.write_state(run, State(run=name, state=state))
    (run / "adapter").mkdir()
    (run / "adapter" / "weights").write_bytes(b"x" * 1000)
    return run


def resting_on(run: Path, tmp_path: Path, model: Path, *, state: RunState, **what: object) -> Path:
    other = a_run(tmp_path, model, SECOND, state=state)
    runs.write_request(other, dataclasses.replace(runs.read_request(other), **what))  # type: ignore[arg-type]
    return other


def test_a_deleted_run_leaves_neither_a_folder_nor_a_line(tmp_path: Path, untrained_model: Path) -> None:
    run = a_run(tmp_path, untrained_model)
    assert deletion.delete(run).size > 1000
    assert run_views.list_all(Workspace(home=tmp_path)) == []
    assert list((tmp_path / "runs").iterdir()) == []


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING, RunState.STOPPING])
def test_a_run_at_work_is_not_deleted(tmp_path: Path, untrained_model: Path, state: RunState) -> None:
    run = a_run(tmp_path, untrained_model, state=state)
    with pytest.raises(errors.NotDeletable, match=f"is {state}. Stop it before"):
        deletion.delete(run)
    assert (run / "adapter" / "weights").exists()


def test_what_rests_on_it_is_named(tmp_path: Path, untrained_model: Path) -> None:
    run = a_run(tmp_path, untrained_model)
    tuned = Contestant(name="tuned", weights=Weights.ADAPTER, run=FIRST, folder=str(run / "adapter"))
    asked = Asked(run=FIRST, contestants=(tuned,), prompts=1, sampling=Sampling())
    resting_on(run, tmp_path, untrained_model, state=RunState.COMPLETED, evaluation=asked)
    assert deletion.foresee(run).sentences == (
        f"The evaluation {SECOND} keeps its answers, but cannot be repeated.",
    )


def test_a_run_that_another_reads_now_is_not_deleted(tmp_path: Path, untrained_model: Path) -> None:
    run = a_run(tmp_path, untrained_model)
    merge = Merge(run=FIRST, adapter=str(run / "adapter"))
    resting_on(run, tmp_path, untrained_model, state=RunState.RUNNING, merge=merge)
    with pytest.raises(errors.NotDeletable, match=f"Run {SECOND} is running and reads files of {FIRST}"):
        deletion.delete(run)


def test_a_resumed_run_stays_whole(tmp_path: Path, untrained_model: Path) -> None:
    run = a_run(tmp_path, untrained_model, state=RunState.STOPPED)
    went_on = Resumption(run=FIRST, checkpoint=run / "checkpoint-4", step=4)
    resting_on(run, tmp_path, untrained_model, state=RunState.COMPLETED, resumes=went_on)
    assert "stays whole" in deletion.delete(run).sentences[0]


def test_a_run_that_would_lose_its_only_checkpoint_is_named(tmp_path: Path, untrained_model: Path) -> None:
    run = a_run(tmp_path, untrained_model, state=RunState.STOPPED)
    went_on = Resumption(run=FIRST, checkpoint=run / "checkpoint-4", step=4)
    resting_on(run, tmp_path, untrained_model, state=RunState.STOPPED, resumes=went_on)
    assert "could not be resumed any more" in deletion.foresee(run).sentences[0]
