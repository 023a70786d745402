"""What happens to real workers: they resume exactly, and every way to fail gets its class and a sentence."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.training.conftest import a_pair, in_folder, write_release, write_run
from tests.training.worker_host import Host
from training import checkpoints, documents, metrics, outcome, presets, recipe, runs
from training.outcome import Ending, Exit
from training.recipe import DpoRecipe
from training.record import Record
from training.runs import Reason, Resumption, RunState

pytestmark = pytest.mark.trainer
SAME = ("loss", "grad_norm", "learning_rate", "rewards/chosen", "rewards/margins", "logps/rejected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A workspace with one release, one model and a process that forks workers."""

    home: Path
    release: Path
    model: Path
    host: Host

    def run(self, name: str, settings: DpoRecipe, resumes: Resumption | None = None, **other: Path) -> Path:
        wanted = {"release": self.release, "model": self.model, **other}
        model = in_folder(wanted["model"])
        return write_run(self.home, wanted["release"], settings, model=model, name=name, resumes=resumes)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, untrained_model: Path) -> Iterator[Place]:
    home = tmp_path_factory.mktemp("workspace")
    train, test = [a_pair(n) for n in range(24)], [a_pair(n) for n in range(100, 108)]
    release = write_release(home / "releases" / "small", train, test)
    with Host() as host:
        yield Place(home=home, release=release, model=untrained_model, host=host)


def quick(**changes: str) -> DpoRecipe:
    settings = {"max_steps": "6", "save_every": "3", "evaluate_every": "3", "sample_prompts": "0"}
    return recipe.with_changes(presets.find("demo").recipe, {**settings, **changes})


def rows(run: Path) -> dict[int, dict[str, Any]]:
    return {row["step"]: row for row in metrics.read(run / runs.METRICS) if row["kind"] == "train"}


def ending(run: Path, code: int) -> Ending:
    return outcome.judge(run, Exit(code=code, forced=False))


@pytest.mark.parametrize("tuning", ["full", "lora", "lora_4bit"])
def test_a_killed_run_goes_on_from_its_checkpoint_as_if_nothing_had_happened(
    place: Place, tuning: str
) -> None:
    settings = quick(tuning=tuning, **({} if tuning == "full" else {"lora_dropout": "0.1"}))
    whole = place.run(f"whole-{tuning}", settings)
    assert place.host.work(whole) == 0, runs.log_tail(whole, 20)

    killed = place.run(f"killed-{tuning}", settings)
    worker = place.host.begin(killed)
    watched = Record(killed / runs.METRICS)  # as a page that looks all the time
    while checkpoints.newest(killed) is None:
        watched.catch_up()
        time.sleep(0.001)
    os.kill(worker, signal.SIGKILL)
    end = ending(killed, place.host.end())
    assert (end.reason, end.message) == (
        Reason.KILLED, "The worker process was ended by SIGKILL. Resume it from step 3.",
    )  # fmt: skip

    watched.catch_up()
    assert watched.points("loss", "train").steps.tolist() == sorted(rows(killed))
    saved = checkpoints.newest(killed)
    assert saved is not None
    resumes = Resumption(run=killed.name, checkpoint=saved.path, step=saved.step)
    resumed = place.run(f"resumed-{tuning}", settings, resumes)
    assert place.host.work(resumed) == 0, runs.log_tail(resumed, 20)
    assert sorted(rows(resumed)) == [4, 5, 6]
    for step, row in rows(resumed).items():
        wanted = [rows(whole)[step][name] for name in SAME]
        assert [row[name] for name in SAME] == pytest.approx(wanted, abs=1e-6), step


def test_a_run_that_goes_on_in_its_folder_after_a_torn_row_has_the_curves_of_a_whole_one(
    place: Place,
) -> None:
    """A cluster goes on so; what is cut off here is what a crash leaves of a row."""
    run = place.run("torn", quick(save_every="3"))
    worker = place.host.begin(run)
    while checkpoints.newest(run) is None:
        time.sleep(0.01)
    os.kill(worker, signal.SIGKILL)
    place.host.end()
    path, watched = run / runs.METRICS, Record(run / runs.METRICS)
    before = rows(run)
    os.truncate(path, path.stat().st_size - 20)
    watched.catch_up()
    assert place.host.work(run) == 0, runs.log_tail(run, 20)
    watched.catch_up()
    assert watched.points("loss", "train").steps.tolist() == [1, 2, 3, 4, 5, 6]
    after = {row["step"]: row for row in metrics.forward(metrics.read(path)) if row["kind"] == "train"}
    assert [after[step]["loss"] for step in (1, 2)] == [before[step]["loss"] for step in (1, 2)]


def test_the_best_checkpoint_is_kept_and_named_in_the_result(place: Place) -> None:
    run = place.run("best", quick(evaluate_every="1", checkpoints_kept="1", save_every="0"))
    assert place.host.work(run) == 0, runs.log_tail(run, 20)
    best = documents.read(run / runs.RESULT)["best"]
    looks = {
        row["step"]: row["rewards/accuracies"]
        for row in metrics.read(run / runs.METRICS)
        if row["kind"] == "evaluation" and row["step"]
    }
    assert best["accuracy"] == max(looks.values())
    assert best["step"] == min(step for step, accuracy in looks.items() if accuracy == best["accuracy"])
    assert best["checkpoint"] == f"best/checkpoint-{best['step']}"
    assert checkpoints.of_step(run, best["step"]) is not None
    assert {each.step for each in checkpoints.all_whole(run)} == {best["step"], 6}


@pytest.mark.parametrize("changed", ["recipe", "model", "cut"])
def test_a_checkpoint_of_something_else_or_a_broken_one_is_refused(
    place: Place, changed: str, tmp_path: Path
) -> None:
    first = place.run(f"first-{changed}", quick(max_steps="3", warmup_steps="1"))
    assert place.host.work(first) == 0, runs.log_tail(first, 20)
    model = shutil.copytree(place.model, tmp_path / "model")
    if changed == "model":
        weights = model / "model.safetensors"
        weights.write_bytes(weights.read_bytes()[:-1] + b"\x7f")
    if changed == "cut":
        optimizer = first / "checkpoint-3" / "optimizer.pt"
        optimizer.write_bytes(optimizer.read_bytes()[:-1])
    resumes = Resumption(run=first.name, checkpoint=first / "checkpoint-3", step=3)
    settings = quick(max_steps="3", warmup_steps="1", **({"beta": "0.3"} if changed == "recipe" else {}))
    again = place.run(f"again-{changed}", settings, resumes, model=model)
    end = ending(again, place.host.work(again))
    said = {
        "recipe": "the recipe differs in beta",
        "model": "the model is another one",
        "cut": "is not whole",
    }
    assert end.reason is Reason.CONFIGURATION
    assert said[changed] in end.message


def test_a_recipe_that_does_not_fit_the_model_is_a_fault_of_the_configuration(place: Place) -> None:
    run = place.run("layers", quick(lora_target_modules="no_such_layer"))
    end = ending(run, place.host.work(run))
    assert (end.state, end.reason) == (RunState.FAILED, Reason.CONFIGURATION)
    assert "has no layers named no_such_layer" in end.message


def test_a_model_without_weights_is_a_fault_of_the_model(place: Place, tmp_path: Path) -> None:
    model = shutil.copytree(place.model, tmp_path / "model")
    (model / "model.safetensors").unlink()
    run = place.run("weights", quick(), model=model)
    end = ending(run, place.host.work(run))
    assert end.reason is Reason.MODEL
    assert end.message.startswith("The model in ")


def test_too_little_memory_is_told_with_what_to_change(place: Place, tmp_path: Path) -> None:
    long = " ".join(["word"] * 1500)
    pairs = [a_pair(n, prompt=({"role": "user", "content": f"{n} {long}"},)) for n in range(24)]
    release = write_release(tmp_path / "long", pairs, [a_pair(n) for n in range(100, 104)])
    run = place.run(
        "memory", quick(micro_batch="8", max_length="4096", max_prompt_length="3000"), release=release
    )
    end = ending(run, place.host.work(run, memory_bytes=400 << 20))
    assert end.reason is Reason.OUT_OF_MEMORY, end
    assert "Lower micro_batch or max_length" in end.message


def test_a_disk_that_takes_no_more_is_told_and_leaves_no_half_checkpoint(place: Place) -> None:
    run = place.run("disk", quick(tuning="full"))
    end = ending(run, place.host.work(run, file_bytes=60_000))
    assert end == Ending(
        state=RunState.FAILED,
        reason=Reason.DISK,
        message="The disk is full. Free some space and resume the run.",
    )
    assert list(run.glob("checkpoint-*")) == []
    assert [row["step"] for row in metrics.read(run / runs.METRICS) if row["kind"] == "train"] == [1, 2, 3]


def test_a_file_system_without_room_is_told(place: Place) -> None:
    """Real ENOSPC: the run folder lies on a file system of 512 KB, in a mount namespace of its own."""
    if subprocess.run(["unshare", "-Urm", "true"], capture_output=True, check=False).returncode:
        pytest.skip("this system lets nobody mount a small file system")
    run = place.run("enospc", quick(tuning="full"))
    place.host.work(run, disk_bytes=512 << 10)
    told = documents.read(run.with_suffix(".ending"))
    assert (told["state"], told["reason"]) == (RunState.FAILED, Reason.DISK)
    assert told["message"].startswith("The disk is full.")


def test_a_request_that_cannot_be_understood_is_unknown_and_points_to_the_log(place: Place) -> None:
    run = place.run("unknown", quick())
    documents.write(run / runs.REQUEST, documents.read(run / runs.REQUEST) | {"surprise": 1})
    end = ending(run, place.host.work(run))
    assert end.reason is Reason.UNKNOWN
    assert end.message.endswith("The last lines of the log say where.")
