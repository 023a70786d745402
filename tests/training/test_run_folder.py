"""What is read from a run folder: requests, states, checkpoints, artefacts, logs."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from curation.workspace import Workspace
from tests.training import stand_in_worker
from training import (
    adoption,
    artefacts,
    base_model,
    checkpoints,
    documents,
    errors,
    locks,
    outcome,
    run_views,
    runs,
)
from training.checkpoints import Checkpoint
from training.outcome import Exit
from training.runs import Reason, Request, Resumption, RunState, State

REQUEST = Request(
    run="20261122T101500Z-0a1b2c3d",
    request_id="click",
    created_at=datetime(2026, 11, 22, 10, 15, tzinfo=UTC),
    by="Zoë",
    release=Path("/data/tiny"),
    release_name="tiny",
    fingerprint="f" * 64,
    model=base_model.parse("demo"),
    recipe={"beta": 0.1, "loss_types": ["sigmoid"]},
    launcher="local",
    versions={"torch": "2.13.0"},
    host="here",
)


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tmp_path / "runs" / REQUEST.run
    folder.mkdir(parents=True)
    runs.write_request(folder, REQUEST)
    runs.write_state(folder, State(run=REQUEST.run))
    return folder


@pytest.mark.parametrize(
    "resumes", [None, Resumption(run="earlier", checkpoint=Path("/runs/earlier/checkpoint-4"), step=4)]
)
def test_a_request_written_is_the_request_read(run: Path, resumes: Resumption | None) -> None:
    request = replace(REQUEST, resumes=resumes)
    runs.write_request(run, request)
    assert runs.read_request(run) == request


@pytest.mark.parametrize("state", list(RunState))
def test_a_state_written_is_the_state_read(run: Path, state: RunState) -> None:
    written = State(run=run.name, state=state, reason=Reason.DISK, step=3, metrics={"loss": 0.5})
    runs.write_state(run, written)
    assert runs.read_state(run) == written


def test_a_state_that_is_half_a_file_is_said(run: Path) -> None:
    (run / runs.STATE).write_text('{"run": ')
    with pytest.raises(errors.DamagedFile, match="cannot be read as a JSON object"):
        runs.read_state(run)


def test_a_document_with_a_number_that_json_has_not_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        documents.write(tmp_path / "state.json", {"loss": float("nan")})
    assert list(tmp_path.iterdir()) == []


def test_runs_are_listed_newest_first_without_folders_that_are_none(run: Path) -> None:
    newer = run.with_name("20261122T101501Z-00000000")
    newer.mkdir()
    runs.write_request(newer, replace(REQUEST, run=newer.name))
    runs.write_state(newer, State(run=newer.name))
    (run.parent / ".20261122T101502Z-half").mkdir()
    (run.parent / "20261122T101503Z-empty").mkdir()
    space = Workspace(home=run.parent.parent)
    assert [view.id for view in run_views.list_runs(space)] == [newer.name, run.name]


def test_a_run_is_found_by_id_by_its_beginning_and_by_path(run: Path) -> None:
    space = Workspace(home=run.parent.parent)
    assert (
        run_views.find(space, run.name)
        == run_views.find(space, run.name[:12])
        == run_views.find(space, str(run))
        == run
    )


@pytest.mark.parametrize("text", ["", "2025", "../.."], ids=["nothing", "no such", "no run folder"])
def test_a_run_that_is_not_there_is_said(run: Path, text: str) -> None:
    with pytest.raises(errors.UnknownRun, match="There is no run"):
        run_views.find(Workspace(home=run.parent.parent), text)


@pytest.mark.parametrize("name", ["COMPLETE", "trainer_state.json", "optimizer.pt", "scheduler.pt"])
def test_a_checkpoint_without_one_of_its_files_is_passed_over(run: Path, name: str) -> None:
    stand_in_worker.save_checkpoint(run, 4)
    stand_in_worker.save_checkpoint(run, 8)
    assert checkpoints.newest(run) == Checkpoint(step=8, path=run / "checkpoint-8")
    (run / "checkpoint-8" / name).unlink()
    assert checkpoints.newest(run) == Checkpoint(step=4, path=run / "checkpoint-4")


@pytest.mark.parametrize(
    "name",
    ["optimizer.bin", "global_step8/zero_pp_rank_0_mp_rank_00_optim_states.pt"],
    ids=["FSDP", "DeepSpeed"],
)
def test_a_checkpoint_of_a_split_model_is_whole_with_the_optimiser_where_its_library_puts_it(
    run: Path, name: str
) -> None:
    stand_in_worker.save_checkpoint(run, 8)
    optimiser = run / "checkpoint-8" / name
    optimiser.parent.mkdir(exist_ok=True)
    (run / "checkpoint-8" / "optimizer.pt").rename(optimiser)
    assert checkpoints.newest(run) == Checkpoint(step=8, path=run / "checkpoint-8")
    optimiser.write_bytes(b"")
    assert checkpoints.newest(run) is None


def test_a_marked_checkpoint_with_weights_cut_short_is_passed_over(run: Path) -> None:
    stand_in_worker.save_checkpoint(run, 4)
    stand_in_worker.save_adapter(run / "checkpoint-4", cut=1)
    assert checkpoints.newest(run) is None


def test_the_newest_checkpoint_is_the_one_with_most_steps_not_the_last_name(run: Path) -> None:
    stand_in_worker.save_checkpoint(run, 9)
    stand_in_worker.save_checkpoint(run, 10)
    assert checkpoints.newest(run) == Checkpoint(step=10, path=run / "checkpoint-10")


def test_a_resumed_run_without_a_checkpoint_of_its_own_goes_on_from_where_it_began(run: Path) -> None:
    stand_in_worker.save_checkpoint(run, 4)
    again = run.with_name("20261122T111500Z-00000000")
    again.mkdir()
    resumes = Resumption(run=run.name, checkpoint=run / "checkpoint-4", step=4)
    runs.write_request(again, replace(REQUEST, run=again.name, resumes=resumes))
    assert checkpoints.newest_or_inherited(again) == Checkpoint(step=4, path=run / "checkpoint-4")


@pytest.mark.parametrize("cut", [1, 64, 100, 104])
def test_weights_cut_anywhere_do_not_open(tmp_path: Path, cut: int) -> None:
    stand_in_worker.save_adapter(tmp_path / "adapter", cut=cut)
    assert artefacts.problems(tmp_path) != ()


def test_weights_that_an_index_names_must_all_be_there(tmp_path: Path) -> None:
    stand_in_worker.save_adapter(tmp_path / "model")
    (tmp_path / "model/config.json").write_text("{}")
    assert artefacts.problems(tmp_path) == ()
    index = {"weight_map": {"b": "model-00002-of-00002.safetensors"}}
    documents.write(tmp_path / "model/model.safetensors.index.json", index)
    expected = "model/model-00002-of-00002.safetensors has no readable header"
    assert artefacts.problems(tmp_path) == (expected,)


def test_the_log_tail_shows_a_progress_bar_once_and_survives_bad_bytes(run: Path) -> None:
    (run / runs.WORKER_LOG).write_bytes(b"first\n 10%\r 50%\r100%\r\n\xff\xfe\nlast")
    assert runs.log_tail(run, 3) == ["100%", "��", "last"]
    assert runs.log_tail(run, 1) == ["last"]


def test_the_log_tail_of_a_huge_log_is_its_end(run: Path) -> None:
    (run / runs.WORKER_LOG).write_text("x\n" * 400_000 + "end\n")
    assert runs.log_tail(run, 2) == ["x", "end"]


@pytest.mark.parametrize(
    ("end", "state", "reason"),
    [
        (Exit(code=-9, forced=False), RunState.FAILED, Reason.KILLED),
        (Exit(code=-9, forced=False, memory_killer=True), RunState.FAILED, Reason.OUT_OF_MEMORY),
        (Exit(code=-11, forced=False, memory_killer=True), RunState.FAILED, Reason.KILLED),
        (Exit(code=-15, forced=True), RunState.CANCELLED, None),
        (Exit(code=None, forced=False), RunState.FAILED, Reason.KILLED),
        (Exit(code=3, forced=False), RunState.FAILED, Reason.UNKNOWN),
    ],
    ids=["killed", "memory killer", "crashed beside it", "ended by us", "unseen", "exit code"],
)
def test_an_end_without_a_result_is_told_by_how_the_process_ended(
    run: Path, end: Exit, state: RunState, reason: Reason | None
) -> None:
    ending = outcome.judge(run, end)
    assert (ending.state, ending.reason) == (state, reason)


def test_the_workers_own_reason_and_sentence_are_kept(run: Path) -> None:
    told = {
        "outcome": "failed",
        "reason": "data",
        "message": "Row 7 has no answer.",
        "step": 0,
        "max_steps": 9,
    }
    documents.write(run / runs.RESULT, told)
    ending = outcome.judge(run, Exit(code=1, forced=False))
    assert (ending.reason, ending.message) == (Reason.DATA, "Row 7 has no answer.")


def test_a_lock_is_free_again_once_it_is_let_go(tmp_path: Path) -> None:
    with locks.held(tmp_path / "lock"):
        assert locks.is_held(tmp_path / "lock")
        assert locks.try_take(tmp_path / "lock") is None
    assert not locks.is_held(tmp_path / "lock")


@pytest.mark.parametrize(
    ("text", "kind", "name", "revision"),
    [
        ("demo", "demo", "demo", ""),
        ("hub:owner/name", "hub", "owner/name", ""),
        ("owner/name@v1", "hub", "owner/name", "v1"),
        ("hub:gpt2@abc", "hub", "gpt2", "abc"),
    ],
)
def test_a_model_is_what_was_typed(text: str, kind: str, name: str, revision: str) -> None:
    model = base_model.parse(text)
    assert (model.kind, model.name, model.revision) == (kind, name, revision)
    assert base_model.from_dict({**model.to_dict()}) == model


def test_a_model_folder_is_taken_before_a_hub_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "owner/name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert base_model.parse("owner/name").path == str(tmp_path / "owner/name")


@pytest.mark.parametrize("content", ["{", "[]", '{"state": "flying"}', '{"state": "completed"}'])
def test_one_damaged_run_hides_no_other_and_keeps_the_app_from_nothing(run: Path, content: str) -> None:
    space = Workspace(home=run.parent.parent)
    torn = Path(shutil.copytree(run, run.with_name("20990101T000000Z-bbbb")))
    runs.write_state(run, State(run=run.name, state=RunState.COMPLETED))
    (torn / runs.STATE).write_text(content, encoding="utf-8")
    assert adoption.adopt_all(space) == []
    assert [one.id for one in run_views.list_all(space)] == [run.name]
    (sentence,) = run_views.survey(space).damaged
    assert "state.json" in sentence
    assert "Restore it from a backup" in sentence
