"""Runs from start to end with real supervisor processes and a real, small worker process."""

import dataclasses
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from curation.workspace import Workspace
from tests.training import run_folders
from training import (
    adoption,
    artefacts,
    documents,
    errors,
    identity,
    locks,
    metrics,
    run_views,
    runs,
    supervisor,
)
from training.launchers import local
from training.runs import Reason, RunState


@pytest.fixture
def space(tmp_path: Path) -> Iterator[Workspace]:
    home = Workspace(home=tmp_path)
    home.create()
    yield home
    run_folders.end_all(home)


def test_a_run_completes_and_says_so(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_folders.started(monkeypatch, space, "good")
    state = run_folders.until_end(run)
    assert (state.state, state.step, state.max_steps) == (RunState.COMPLETED, 10, 10)
    assert state.message == "Completed all 10 steps."
    assert state.metrics["loss"] == pytest.approx(0.6)
    assert artefacts.changes(run) == ()


def test_two_clicks_at_once_start_one_run(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run_folders.behave(monkeypatch, "good")
    request = run_folders.a_request(space)
    with ThreadPoolExecutor(2) as pool:
        started = set(pool.map(supervisor.start, [request, request]))
    assert len(started) == len(run_views.list_runs(space)) == 1
    run_folders.until_end(space.runs / started.pop())


def test_two_processes_racing_with_one_request_start_one_run(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_folders.behave(monkeypatch, "good")
    run_folders.a_request(space)
    code = (
        "from pathlib import Path; from curation.workspace import Workspace;"
        "from tests.training import run_folders; from training import supervisor;"
        f"print(supervisor.start(run_folders.a_request(Workspace(home=Path({str(space.home)!r})))))"
    )
    racing = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) for _ in range(3)
    ]
    started = {process.communicate()[0].strip() for process in racing}
    assert len(started) == len(run_views.list_runs(space)) == 1
    run_folders.until_end(space.runs / started.pop())


def test_the_run_goes_on_when_the_process_that_started_it_is_killed(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_folders.behave(monkeypatch, "brisk")
    run_folders.a_request(space)
    code = (
        "import time; from pathlib import Path; from curation.workspace import Workspace;"
        "from tests.training import run_folders; from training import supervisor;"
        f"supervisor.start(run_folders.a_request(Workspace(home=Path({str(space.home)!r}))));"
        "time.sleep(60)"
    )
    app = subprocess.Popen([sys.executable, "-c", code], start_new_session=True)
    run = _first_run(space)
    run_folders.until_step(run, 2)
    os.killpg(app.pid, signal.SIGKILL)
    app.wait()
    assert run_folders.until_end(run).state is RunState.COMPLETED


def test_a_killed_supervisor_is_replaced_by_one_that_adopts_the_living_worker(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "brisk")
    run_folders.until_step(run, 2)
    before = local.recorded(run)
    _kill_supervisor(run)
    assert adoption.adopt_all(space) == [run.name]
    assert run_folders.until_end(run).state is RunState.COMPLETED
    assert local.recorded(run) == before
    assert [row["step"] for row in metrics.read(run / runs.METRICS)] == list(range(1, 11))


def test_a_supervisor_killed_before_it_wrote_down_its_worker_still_has_it_adopted(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "brisk")
    run_folders.until_step(run, 1)
    _kill_supervisor(run)
    (run / runs.PROCESS).unlink()
    adoption.adopt_all(space)
    assert run_folders.until_end(run).state is RunState.COMPLETED
    assert [row["step"] for row in metrics.read(run / runs.METRICS)] == list(range(1, 11))


def test_a_run_whose_folder_was_made_but_that_nobody_watched_starts_with_the_app(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "good")
    run_folders.until_end(run)
    # As if the app had been killed after making the folder: nothing but what it writes is there.
    for path in set(run.iterdir()) - {run / runs.REQUEST, run / runs.PREFLIGHT, run / "control"}:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    runs.write_state(run, runs.State(run=run.name))
    assert adoption.adopt_all(space) == [run.name]
    assert run_folders.until_end(run).state is RunState.COMPLETED


def test_a_worker_that_ended_unseen_is_closed_by_what_it_left(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "brisk")
    run_folders.until_step(run, 1)
    _kill_supervisor(run)
    _wait_for_worker(run)
    adoption.adopt_all(space)
    assert run_folders.until_end(run).state is RunState.COMPLETED


def test_a_run_that_vanished_with_its_supervisor_is_failed_and_resumable(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "slow")
    run_folders.until_step(run, 5)
    _kill_supervisor(run)
    os.kill(_worker_of(run).pid, signal.SIGKILL)
    _wait_for_worker(run)
    adoption.adopt_all(space)
    state = run_folders.until_end(run)
    assert (state.state, state.reason) == (RunState.FAILED, Reason.KILLED)
    assert state.message == "The worker process disappeared. Resume it from step 4."
    assert run_views.view(run).resumable


def test_a_run_that_a_restart_of_the_machine_ended_is_lost_and_says_so(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "killed")
    run_folders.until_end(run)
    runs.write_state(run, runs.State(run=run.name, state=RunState.RUNNING))
    documents.write(run / runs.PROCESS, documents.read(run / runs.PROCESS) | {"boot_id": "before"})
    adoption.adopt_all(space)
    state = run_folders.until_end(run)
    assert (state.state, state.step) == (RunState.LOST, 6)
    assert state.message.endswith("was restarted while the run was at work. Resume it from step 4.")


def test_a_run_of_another_machine_is_left_alone_until_that_has_been_silent(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "killed")
    run_folders.until_end(run)
    runs.write_state(run, runs.State(run=run.name, state=RunState.RUNNING))
    documents.write(run / runs.PROCESS, documents.read(run / runs.PROCESS) | {"host": "far-away"})
    (run / runs.HEARTBEAT).touch()
    assert adoption.adopt_all(space) == []
    os.utime(run / runs.HEARTBEAT, (0, 0))
    assert adoption.adopt_all(space) == [run.name]
    state = run_folders.until_end(run)
    assert (state.state, state.message[:39]) == (RunState.LOST, "The run was at work on far-away, which ")


def test_waiting_runs_start_in_the_order_they_were_asked_for(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = []
    for number, request_id in enumerate(("first", "second", "third")):
        run_folders.behave(monkeypatch, "slow")
        request = run_folders.a_request(space, request_id=request_id)
        created_at = datetime(2026, 1, 1, 0, 0, number, tzinfo=UTC)
        names.append(space.runs / supervisor.start(dataclasses.replace(request, created_at=created_at)))
    first, second, third = names
    run_folders.until(third, lambda state: state.message == f"Waiting for run {second.name} to end.")
    supervisor.stop(first)
    run_folders.until_state(second, RunState.RUNNING)
    assert runs.read_state(third).state is RunState.QUEUED
    for run in (third, second):
        supervisor.stop(run)
        run_folders.until_end(run)


def test_a_run_that_is_moved_up_goes_next(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    first = run_folders.started(monkeypatch, space, "slow")
    run_folders.until_state(first, RunState.RUNNING)
    second, third = (_asked_for(space, second) for second in (1, 2))
    assert supervisor.waiting(space) == [second, third]
    supervisor.move_to_front(third)
    assert supervisor.waiting(space) == [third, second]
    supervisor.stop(first)
    run_folders.until_state(third, RunState.RUNNING)
    assert runs.read_state(second).state is RunState.QUEUED
    with pytest.raises(errors.NotWaiting, match="is not waiting any more"):
        supervisor.move_to_front(third)
    for run in (second, third):
        supervisor.stop(run)
        run_folders.until_end(run)


@pytest.mark.parametrize("jump", [3600, -3600], ids=["forward", "back"])
def test_a_clock_that_is_set_neither_hurries_nor_delays_the_end_of_a_deaf_worker(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    run = run_folders.started(monkeypatch, space, "deaf")
    run_folders.until_step(run, 1)
    supervisor.stop(run)
    asked = time.time() - jump  # against a clock that is set, the stamps of files move
    os.utime(run / runs.STOP, (asked, asked))
    os.utime(run / runs.HEARTBEAT, (asked, asked))
    assert run_folders.until_state(run, RunState.STOPPING).message == "Saving a checkpoint, then stopping."
    assert run_folders.until_end(run).state is RunState.CANCELLED


@pytest.mark.parametrize("jump", [7200, -7200], ids=["an hour ago", "in the future"])
def test_a_sign_of_life_far_from_now_counts_as_silence_whichever_way_the_clock_was_set(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, jump: int
) -> None:
    run = run_folders.started(monkeypatch, space, "good")
    run_folders.until_end(run)
    os.utime(run / runs.HEARTBEAT, (time.time() - jump,) * 2)
    silent = runs.silent_seconds(run)
    assert silent is not None
    assert silent > runs.SILENT_SECONDS


def test_of_many_supervisors_started_at_once_one_watches_and_one_worker_trains(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "brisk")
    watching = [subprocess.Popen([sys.executable, "-m", "training.watch", str(run)]) for _ in range(4)]
    assert [process.wait() for process in watching] == [0] * 4
    assert run_folders.until_end(run).state is RunState.COMPLETED
    assert [row["step"] for row in metrics.read(run / runs.METRICS)] == list(range(1, 11))


def test_a_worker_that_left_no_trace_makes_a_lost_run(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "crash")
    run_folders.until_end(run)
    while locks.is_held(run / runs.SUPERVISOR_LOCK):  # the first supervisor has written the end, not yet left
        time.sleep(0.02)
    runs.write_state(run, runs.State(run=run.name, state=RunState.STARTING))
    (run / runs.PROCESS).unlink()
    adoption.adopt_all(space)
    assert run_folders.until_end(run).state is RunState.LOST


def test_a_killed_worker_is_a_failed_run_that_shows_its_last_lines(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "killed")
    state = run_folders.until_end(run)
    assert (state.state, state.reason, state.step) == (RunState.FAILED, Reason.KILLED, 6)
    assert state.message == "The worker process was ended by SIGKILL. Resume it from step 4."
    assert runs.log_tail(run, 2) == ["step 5", "step 6"]


def test_a_reused_pid_is_never_signalled(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_folders.started(monkeypatch, space, "slow")
    run_folders.until_step(run, 1)
    _kill_supervisor(run)
    worker = _worker_of(run)
    os.kill(worker.pid, signal.SIGKILL)
    _wait_for_worker(run)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    # As after a pid was reused: the number of a stranger, the start time of the worker.
    content = documents.read(run / runs.PROCESS)
    documents.write(run / runs.PROCESS, content | {"pid": stranger.pid, "process_group": stranger.pid})
    runs.ask_to_stop(run)
    adoption.adopt_all(space)
    run_folders.until_end(run)
    assert stranger.poll() is None
    stranger.kill()
    stranger.wait()


@pytest.mark.parametrize(
    ("behaviour", "reason", "sentence"),
    [
        ("out-of-memory", Reason.OUT_OF_MEMORY, "The worker ran out of memory."),
        ("disk", Reason.DISK, "The disk is full."),
        ("package", Reason.CONFIGURATION, "A Python package that the recipe needs is missing."),
        ("crash", Reason.UNKNOWN, "The worker ended with exit code 1 before it had finished"),
        ("cut-adapter", Reason.UNKNOWN, "adapter/adapter_model.safetensors is cut short by 40 bytes"),
        ("early-end", Reason.UNKNOWN, "it ended at step 7 of 10"),
        ("no-result", Reason.UNKNOWN, "The worker ended with exit code 0 before it had finished"),
    ],
)
def test_a_run_that_is_not_whole_is_failed_with_its_class_and_one_sentence(
    space: Workspace, monkeypatch: pytest.MonkeyPatch, behaviour: str, reason: Reason, sentence: str
) -> None:
    state = run_folders.until_end(run_folders.started(monkeypatch, space, behaviour))
    assert (state.state, state.reason) == (RunState.FAILED, reason)
    assert sentence in state.message


def test_a_stopped_run_is_resumed_in_a_new_folder_with_whole_curves(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "slow")
    run_folders.until_step(run, 2)
    supervisor.stop(run)
    stopped = run_folders.until_end(run)
    assert stopped.state is RunState.STOPPED
    run_folders.behave(monkeypatch, "good")
    again = space.runs / supervisor.resume(run, by="ann-1", request_id="click-2")
    assert again.name == supervisor.resume(run, by="ann-1", request_id="click-2")
    assert run_folders.until_end(again).state is RunState.COMPLETED
    resumes = runs.read_request(again).resumes
    assert resumes is not None
    assert (resumes.run, resumes.step) == (run.name, stopped.step)
    assert [row["step"] for row in metrics.read(again / runs.METRICS)] == list(range(1, 11))


def test_a_resumed_run_that_is_stopped_before_it_saved_anything_can_be_resumed_again(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "killed")
    run_folders.until_end(run)
    run_folders.behave(monkeypatch, "no-checkpoint")
    again = space.runs / supervisor.resume(run, by="ann-1")
    run_folders.until_step(again, 5)
    supervisor.stop(again)
    state = run_folders.until_end(again)
    assert state.state is RunState.STOPPED
    assert state.message.endswith("It can be resumed from step 4.")
    assert run_views.view(again).resumable


def test_after_a_stop_the_deaf_worker_and_its_children_are_gone(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "deaf-with-child")
    run_folders.until_step(run, 1)
    worker = _worker_of(run)
    (child,) = psutil.Process(worker.pid).children()
    supervisor.stop(run)
    state = run_folders.until_end(run)
    assert state.state is RunState.CANCELLED
    assert state.message.startswith("Stopped by force, because the worker did not stop when asked.")
    assert not identity.is_alive(worker)
    assert not child.is_running() or child.status() == psutil.STATUS_ZOMBIE


def test_runs_wait_their_turn_and_a_waiting_one_can_be_cancelled(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = run_folders.started(monkeypatch, space, "slow")
    run_folders.until_state(first, RunState.RUNNING)
    second = space.runs / supervisor.start(run_folders.a_request(space, request_id="second"))
    waiting = run_folders.until(second, lambda state: bool(state.message))
    assert (waiting.state, waiting.message) == (
        RunState.QUEUED,
        "Waiting for the run that computes now to end.",
    )
    supervisor.stop(second)
    assert run_folders.until_end(second).message == "Cancelled before it had started."
    assert not runs.read_state(first).state.is_final
    supervisor.stop(first)
    run_folders.until_end(first)


def test_the_device_stays_taken_while_a_worker_outlives_its_supervisor(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "slow")
    run_folders.until_state(run, RunState.RUNNING)
    _kill_supervisor(run)
    assert [locks.is_held(path) for path in space.runs.glob("device-*.lock")] == [True]
    supervisor.stop(run)
    run_folders.until_end(run)
    assert [locks.is_held(path) for path in space.runs.glob("device-*.lock")] == [False]


def test_a_run_without_a_checkpoint_is_not_resumed(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = run_folders.started(monkeypatch, space, "crash")
    run_folders.until_end(run)
    with pytest.raises(errors.NotResumable, match="has saved no whole checkpoint"):
        supervisor.resume(run, by="ann-1")


def test_a_run_is_not_resumed_on_a_release_that_has_changed(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "killed")
    run_folders.until_end(run)
    data = space.releases / "tiny/data/train-00000-of-00001.parquet"
    data.write_bytes(data.read_bytes() + b" ")
    with pytest.raises(errors.NotResumable, match=r"train-00000-of-00001\.parquet has changed"):
        supervisor.resume(run, by="ann-1")


def test_a_start_that_the_preflight_refuses_makes_no_run(space: Workspace) -> None:
    request = run_folders.a_request(space)
    data = request.release / "data/train-00000-of-00001.parquet"
    data.write_bytes(b"cut")
    with pytest.raises(errors.PreflightRefused, match="has changed"):
        supervisor.start(request)
    assert run_views.list_runs(space) == []


def test_a_worker_that_cannot_be_started_is_a_failed_run_and_frees_the_device(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_folders.behave(monkeypatch, "good")
    monkeypatch.setenv(local.WORKER_VARIABLE, "/nowhere/python")
    run = space.runs / supervisor.start(run_folders.a_request(space))
    state = run_folders.until_end(run)
    assert (state.state, state.reason) == (RunState.FAILED, Reason.CONFIGURATION)
    assert "could not be started: [Errno 2] No such file or directory: '/nowhere/python'" in state.message
    assert [locks.is_held(path) for path in space.runs.glob("device-*.lock")] == [False]


def test_a_supervisor_that_cannot_start_is_said_and_the_run_stays_queued(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = run_folders.started(monkeypatch, space, "good")
    run_folders.until_end(run)
    runs.write_state(run, runs.State(run=run.name))
    (run / runs.SUPERVISOR_LOCK).unlink()
    (run / runs.SUPERVISOR_LOCK).mkdir()
    with pytest.raises(errors.LaunchFailed, match="stays queued and starts with the app"):
        supervisor.stop(run)
    assert runs.read_state(run).state is RunState.QUEUED


def test_the_supervisor_process_stays_small() -> None:
    code = (
        "import sys, training.watch;"
        "print(sorted({'torch', 'pandas', 'pyarrow', 'numpy', 'streamlit'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def _asked_for(space: Workspace, second: int) -> Path:
    """A run asked for so many seconds into 2027, later than any other; it waits."""
    request = run_folders.a_request(space, request_id=f"later-{second}")
    created_at = datetime(2027, 1, 1, 0, 0, second, tzinfo=UTC)
    run = space.runs / supervisor.start(dataclasses.replace(request, created_at=created_at))
    run_folders.until(run, lambda state: bool(state.message))
    return run


def _first_run(space: Workspace) -> Path:
    deadline = time.monotonic() + run_folders.PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := run_views.folders(space):
            return found[0]
        time.sleep(0.02)
    raise TimeoutError("no run appeared")


def _worker_of(run: Path) -> identity.Identity:
    known = local.recorded(run)
    assert known is not None
    return known


def _wait_for_worker(run: Path) -> None:
    known = _worker_of(run)
    deadline = time.monotonic() + run_folders.PATIENCE_SECONDS
    while identity.is_alive(known) and time.monotonic() < deadline:
        time.sleep(0.02)


def _kill_supervisor(run: Path) -> None:
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[-2:] == ["training.watch", str(run)]:
            process.kill()
            psutil.wait_procs([process], timeout=1)
    deadline = time.monotonic() + run_folders.PATIENCE_SECONDS
    while locks.is_held(run / runs.SUPERVISOR_LOCK) and time.monotonic() < deadline:
        time.sleep(0.02)
