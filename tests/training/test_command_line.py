"""`python -m training`: real processes, their last line, their exit code and their sentence."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from curation.workspace import HOME_VARIABLE, Workspace
from tests.pages import finished_runs
from tests.training import run_folders
from training import (
    base_model,
    documents,
    locks,
    presets,
    recipe,
    recipe_command,
    reference_store,
    runs,
    supervisor,
)
from training.reference_store import Key
from training.runs import RunState

ROOT = Path(__file__).resolve().parents[2]
KEYS = {"run", "state", "reason", "step", "max_steps", "metrics"}


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    home = Workspace(home=tmp_path)
    home.create()
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    run_folders.behave(monkeypatch, "good")
    run_folders.a_release(home.releases / "tiny")
    yield home
    run_folders.end_all(home)


def test_a_run_is_started_waited_for_verified_and_its_log_shown(space: Workspace) -> None:
    # as the page Train shows the command, in a terminal that knows nothing of the workspace
    settings = recipe.with_changes(presets.find("demo").recipe, {"beta": "0.2", "loss_types": "robust"})
    command = recipe_command.start(
        space.releases / "tiny", base_model.parse("demo"), settings, home=space.home
    )
    started = _in_shell(f"{command} --request one --wait --json")
    assert {"run", "state"} <= started.keys()
    assert started["state"] == "completed"
    asked = runs.read_request(space.runs / started["run"])
    assert (dict(asked.recipe), asked.release_name) == (recipe.to_dict(settings), "tiny")
    for command in ("status", "log", "verify"):
        answer = _answer(command, started["run"])
        assert answer.keys() >= KEYS, command
    assert _answer("log", started["run"])["lines"][-1] == "step 10"
    assert _answer("start", "tiny", "--model", "demo", "--request", "one")["run"] == started["run"]


def test_a_waiting_run_is_let_go_next_and_a_completed_one_is_not(space: Workspace) -> None:
    folders = [finished_runs.write(space.home, number, state=RunState.QUEUED) for number in range(3)]
    held = [locks.try_take(folder / runs.SUPERVISOR_LOCK) for folder in folders]  # as by their supervisors
    answer = _answer("next", folders[2].name)
    assert answer.keys() >= KEYS
    assert answer["state"] == "queued"
    assert supervisor.waiting(space) == [folders[2], folders[0], folders[1]]
    for descriptor in filter(None, held):
        os.close(descriptor)
    completed = finished_runs.write(space.home, 9)
    done = _run("next", completed.name)
    assert done.returncode != 0
    assert "is not waiting any more" in done.stderr


def test_what_is_kept_of_reference_models_is_told_and_cleared(space: Workspace) -> None:
    place = reference_store.folder(space)
    key = Key(
        release="f" * 64, model="m" * 64, template="t", max_length=512, weights="float32",
        arithmetic={"device": "cpu"},
    )  # fmt: skip
    reference_store.add(place, key, {bytes(16): (-1.5, -2.5)}, seconds=None)
    kept = _answer("references")
    assert kept["bytes"] > 0
    assert (kept["freed"], kept["limit"]) == (0, 1 << 30)
    assert _answer("references", "--clear") == {"bytes": 0, "freed": kept["bytes"], "limit": 1 << 30}
    assert reference_store.size(place) == 0


def test_what_a_run_was_warned_of_is_told_when_it_starts(space: Workspace) -> None:
    started = _answer("start", "tiny", "--model", "demo", "--set", "max_steps=100", "--by", "lead-1")
    assert started["warnings"] == ["Every pair is seen 13.3 times; DPO over-fits quickly. Use fewer steps."]
    seen = documents.read(space.runs / started["run"] / runs.PREFLIGHT)
    assert seen["acknowledged_by"] == "lead-1"


def test_a_run_is_stopped_and_resumed_and_both_answers_have_the_keys_of_a_status(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_folders.behave(monkeypatch, "slow")
    started = _answer("start", str(space.releases / "tiny"), "--model", "demo")
    run_folders.until_step(space.runs / started["run"], 1)
    stopped = _answer("stop", started["run"])
    assert stopped.keys() >= KEYS
    assert (stopped["run"], stopped["state"], stopped["reason"]) == (started["run"], "stopped", None)
    assert 1 <= stopped["step"] < stopped["max_steps"] == 10
    run_folders.behave(monkeypatch, "good")
    again = _answer("resume", started["run"], "--wait")
    assert again.keys() >= KEYS
    assert (again["state"], again["reason"], again["step"]) == ("completed", None, again["max_steps"])
    assert (again["resumes"], again["step"]) == (started["run"], 10)
    assert isinstance(again["metrics"], dict)
    assert again["run"] != started["run"]


def test_waiting_for_a_run_that_fails_exits_with_its_sentence(
    space: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_folders.behave(monkeypatch, "out-of-memory")
    done = _run("start", "tiny", "--model", "demo", "--wait", "--json")
    assert done.returncode == 1
    assert done.stderr.startswith("The worker ran out of memory.")
    assert json.loads(done.stdout.splitlines()[-1])["state"] == "failed"


def test_a_run_whose_files_were_changed_does_not_verify(space: Workspace) -> None:
    started = _answer("start", "tiny", "--model", "demo", "--wait")
    adapter = space.runs / started["run"] / "adapter/adapter_model.safetensors"
    adapter.write_bytes(adapter.read_bytes()[:-8] + b"changed!")
    done = _run("verify", started["run"], "--json")
    assert done.returncode == 1
    assert "adapter/adapter_model.safetensors has changed" in done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["ok"] is False


def test_status_closes_a_run_that_nobody_watches(space: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    started = _answer("start", "tiny", "--model", "demo", "--wait")
    run = space.runs / started["run"]
    # As if the machine had gone down before the end was written.
    runs.write_state(run, runs.State(run=run.name, state=RunState.RUNNING))
    assert _answer("status", run.name[:20])["state"] == "completed"


def test_preflight_prints_findings_with_their_keys(space: Workspace) -> None:
    answer = _answer("preflight", "tiny", "--model", "demo")
    assert {"findings", "memory_bytes", "seconds"} <= answer.keys()
    for finding in answer["findings"]:
        assert {"id", "severity", "value", "threshold", "message"} <= finding.keys()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["start", "nowhere", "--model", "demo"], "There is no release 'nowhere'"),
        (["start", "tiny", "--model", "./gone"], "There is no model folder './gone'"),
        (["start", "tiny", "--model", "demo", "--set", "beta"], "--set 'beta' has no value"),
        (["start", "tiny", "--model", "demo", "--set", "bta=1"], "There is no setting 'bta'"),
        (["start", "tiny", "--model", "demo", "--set", "warmup_steps=99"], "The warm-up of 99 steps"),
        (["start", "tiny", "--model", "demo", "--recipe", "gone.json"], "gone.json cannot be read"),
        (["status", "20990101"], "There is no run '20990101'"),
    ],
    ids=["release", "model", "no value", "setting", "preflight", "recipe file", "run"],
)
def test_what_cannot_be_done_is_said_in_one_sentence(
    space: Workspace, arguments: list[str], sentence: str
) -> None:
    done = _run(*arguments)
    assert done.returncode == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "training", *arguments], capture_output=True, text=True, cwd=ROOT, check=False
    )


def _in_shell(command: str) -> dict[str, Any]:
    """As pasted into a terminal in the project's folder, its environment on the path."""
    known = {name: value for name, value in os.environ.items() if name != HOME_VARIABLE}
    path = os.pathsep.join((str(Path(sys.executable).parent), known["PATH"]))
    return _last_line(
        subprocess.run(
            ["sh", "-c", command], capture_output=True, text=True, cwd=ROOT, env={**known, "PATH": path},
            check=False,
        )
    )  # fmt: skip


def _answer(*arguments: str) -> dict[str, Any]:
    return _last_line(_run(*arguments, "--json"))


def _last_line(done: "subprocess.CompletedProcess[str]") -> dict[str, Any]:
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
