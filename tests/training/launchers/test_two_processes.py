"""Two real processes that train together on the processor (gloo, by torchrun), against one process.

One chain of runs shows it all: the first loses a process, the second goes on from it and is stopped, the
third goes on to the end.
"""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from curation.workspace import Workspace
from tests.training import conftest, run_folders
from training import (
    adoption,
    checkpoints,
    documents,
    identity,
    metrics,
    presets,
    recipe,
    runs,
    supervisor,
    verification,
)
from training.launchers import local
from training.recipe import DpoRecipe
from training.runs import Reason, RunState, State
from training.supervisor import StartRequest

# Four runs of up to two processes load their libraries, three of them in turn, and on a busy machine
# each takes a minute. What may hang has a limit of its own (run_folders.until), far below this one.
pytestmark = [pytest.mark.trainer, pytest.mark.timeout(900)]
STEPS = 24
SETTINGS = {
    "max_steps": str(STEPS), "micro_batch": "1", "accumulation": "4", "epochs": "4", "save_every": "2",
    "evaluate_every": "4", "warmup_steps": "0", "sample_prompts": "1", "sample_tokens": "4", "log_every": "1",
    "learning_rate": "0.01",
}  # fmt: skip
SHOWN = ("loss", "grad_norm", "rewards/margins", "rewards/accuracies", "logps/chosen", "num_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One process's run, and the three of two processes with how each ended and what it left running."""

    alone: Path
    killed: Path
    stopped: Path
    finished: Path
    states: tuple[State, State, State]
    left: tuple[int, ...]


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory, untrained_model: Path) -> Chain:
    space = Workspace(home=tmp_path_factory.mktemp("workspace"))
    release = conftest.write_release(
        space.releases / "small",
        [conftest.a_pair(n) for n in range(24)],
        [conftest.a_pair(n) for n in range(100, 107)],
    )
    # In a workspace of its own, and so beside the others: runs of one workspace take turns on the processor.
    beside = Workspace(home=tmp_path_factory.mktemp("beside"))
    alone = _start(beside, release, untrained_model, launcher="local", launch={})
    killed = _start(space, release, untrained_model, launcher="accelerate", launch={"processes": "2"})
    run_folders.until_step(killed, 3, 180)
    os.kill(_processes(killed)[-1], signal.SIGKILL)
    ends = [run_folders.until(killed, lambda state: state.state.is_final, 120)]
    left = [*_marked(killed)]
    stopped = space.runs / supervisor.resume(killed, by="lead")
    run_folders.until_step(stopped, runs.read_state(stopped).step + 2, 180)
    supervisor.stop(stopped)
    ends.append(run_folders.until(stopped, lambda state: state.state.is_final, 120))
    left += _marked(stopped)
    finished = space.runs / supervisor.resume(stopped, by="lead")
    ends.append(run_folders.until(finished, lambda state: state.state.is_final, 180))
    left += _marked(finished)
    run_folders.until(alone, lambda state: state.state.is_final, 180)
    return Chain(
        alone=alone, killed=killed, stopped=stopped, finished=finished, states=(ends[0], ends[1], ends[2]),
        left=tuple(left),
    )  # fmt: skip


def test_a_killed_process_ends_the_others_and_the_run_says_that_it_was_killed(chain: Chain) -> None:
    state = chain.states[0]
    assert (state.state, state.reason) == (RunState.FAILED, Reason.KILLED)
    newest = checkpoints.newest(chain.killed)
    assert newest is not None
    assert state.message == (f"The worker process was ended by SIGKILL. Resume it from step {newest.step}.")


def test_a_stop_reaches_both_processes_and_leaves_a_whole_checkpoint(chain: Chain) -> None:
    state = chain.states[1]
    assert state.state is RunState.STOPPED, state.message
    newest = checkpoints.newest(chain.stopped)
    assert newest is not None
    assert newest.step == state.step < STEPS
    assert {f"rng_state_{rank}.pth" for rank in (0, 1)} <= {path.name for path in newest.path.iterdir()}


def test_no_process_is_left_after_any_end(chain: Chain) -> None:
    assert chain.left == ()


def test_losses_and_metrics_are_those_of_one_process_through_kill_stop_and_resume(chain: Chain) -> None:
    assert chain.states[2].state is RunState.COMPLETED, chain.states[2].message
    alone, together = (_curves(run) for run in (chain.alone, chain.finished))
    assert [(row["kind"], row["step"]) for row in together] == [(row["kind"], row["step"]) for row in alone]
    for one, two in zip(alone, together, strict=True):
        wanted = {name: one[name] for name in SHOWN if name in one}
        assert {name: two[name] for name in wanted} == pytest.approx(wanted, rel=1e-4, abs=1e-5), one["step"]


def test_everything_is_written_once(chain: Chain) -> None:
    steps = [row["step"] for row in metrics.read(chain.finished / runs.METRICS) if row["kind"] == "train"]
    assert steps == list(range(1, STEPS + 1))
    events = metrics.read(chain.finished / runs.EVENTS)
    saved = [event["step"] for event in events if event["kind"] == "checkpoint"]
    assert sorted(set(saved)) == saved
    assert len([event for event in events if event["kind"] == "finished"]) == 1


def test_the_result_is_whole_and_the_same_as_that_of_one_process(chain: Chain) -> None:
    assert verification.problems(chain.finished) == ()
    alone, together = (
        documents.read(run / "evaluation" / "held_out.json") for run in (chain.alone, chain.finished)
    )
    for name in ("accuracy", "margin", "loss"):
        assert together["after"][name] == pytest.approx(alone["after"][name], rel=1e-4, abs=1e-5), name


def test_memory_is_told_of_both_processes_together_and_of_the_larger_one(chain: Chain) -> None:
    rows = [row for row in metrics.read(chain.finished / runs.METRICS) if row["kind"] == "train"]
    for row in rows:
        assert row["peak_memory_of_one_bytes"] < row["peak_memory_bytes"]
        assert row["peak_memory_bytes"] <= 2 * row["peak_memory_of_one_bytes"]


def test_the_pairs_that_the_processes_shared_are_cleared_away_after_any_end(chain: Chain) -> None:
    assert not any((run / runs.ROWS).exists() for run in (chain.killed, chain.stopped, chain.finished))


def test_processes_whose_agent_and_supervisor_were_killed_leave_and_the_run_says_so(
    tmp_path: Path, untrained_model: Path
) -> None:
    space = Workspace(home=tmp_path)
    release = conftest.write_release(space.releases / "small", [conftest.a_pair(n) for n in range(24)], [])
    run = _start(space, release, untrained_model, launcher="accelerate", launch={"processes": "2"})
    run_folders.until(run, lambda _: (run / runs.HEARTBEAT).exists())  # both watch over their agent by now
    agent = local.recorded(run)
    assert agent is not None
    run_folders.kill_supervisor(run)
    os.kill(agent.pid, signal.SIGKILL)
    assert _marked(run) == []  # nobody was there to end them
    assert adoption.adopt(run)
    ended = run_folders.until_end(run)
    assert (ended.state, ended.reason) == (RunState.FAILED, Reason.KILLED)
    assert ended.message == "The worker process disappeared. Nothing had been saved; start again."


def _start(
    space: Workspace, release: Path, model: Path, *, launcher: str, launch: dict[str, str | int]
) -> Path:
    wanted = _settings()
    base = conftest.in_folder(model)
    request = StartRequest(
        release=release, model=base, recipe=wanted, by="lead", space=space, launcher=launcher, launch=launch,
        preflight=run_folders.a_clear_preflight(release, base, wanted),
    )  # fmt: skip
    return space.runs / supervisor.start(request)


def _settings() -> DpoRecipe:
    return recipe.with_changes(presets.find("demo").recipe, SETTINGS)


def _processes(run: Path) -> list[int]:
    """The training processes of a run, without their agent, by their rank."""
    agent = local.recorded(run)
    assert agent is not None
    return [child.pid for child in psutil.Process(agent.pid).children()]


def _marked(run: Path) -> list[int]:
    """Processes that still work for a run, a moment after its end."""
    deadline = time.monotonic() + 20
    while (found := identity.all_marked(run)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return found


def _curves(run: Path) -> list[metrics.Row]:
    # The evaluation of a step at which a stop was saved is the same one; a resumed run evaluates as planned.
    return sorted(metrics.read(run / runs.METRICS), key=lambda row: (row["step"], row["kind"]))
