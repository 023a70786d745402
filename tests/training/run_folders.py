"""What the tests of runs begin with: a release on disk, a request for a run, a run that has begun."""

import hashlib
import json
import signal
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import psutil
import pyarrow as pa
import pytest
from pyarrow import parquet

from curation.workspace import Workspace
from training import base_model, preflight, presets, run_views, runs, supervisor, watch
from training.base_model import BaseModel
from training.findings import Preflight
from training.launchers import local, table
from training.recipe import DpoRecipe
from training.runs import RunState, State
from training.supervisor import StartRequest

STAND_IN = Path(__file__).with_name("stand_in_worker.py")
PATIENCE_SECONDS = 120.0


def a_release(folder: Path, *, train: int = 60, test: int = 60, **columns: object) -> Path:
    """A release folder as rules.md §6 describes it; `columns` replaces a column of the training split."""
    (folder / "data").mkdir(parents=True)
    for split, count in (("train", train), ("test", test)):
        table = pa.table({**_columns(count), **(columns if split == "train" else {})})
        parquet.write_table(table, folder / "data" / f"{split}-00000-of-00001.parquet")
    files = {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*.parquet")
    }
    manifest = {"name": "tiny", "fingerprint": "f" * 64, "train": train, "test": test, "files": files}
    (folder / "manifest.json").write_text(json.dumps(manifest))
    return folder


def a_request(space: Workspace, *, request_id: str = "click-1") -> StartRequest:
    """A start of the demo recipe on a tiny release."""
    release = space.releases / "tiny"
    release = release if release.exists() else a_release(release)
    model, settings = base_model.parse("demo"), presets.find("demo").recipe
    return StartRequest(
        release=release,
        model=model,
        recipe=settings,
        by="ann-1",
        request_id=request_id,
        preflight=a_clear_preflight(release, model, settings),
        space=space,
    )


def a_clear_preflight(
    release: Path,
    model: BaseModel,
    settings: DpoRecipe,
    launcher: str = "local",
    launch: Mapping[str, str | int] = MappingProxyType({}),
) -> Preflight:
    """A preflight that the person has just seen and that found nothing, so that no tokenizer is loaded."""
    key = preflight.key(release, model, settings, launcher, table.checked(launcher, launch))
    return Preflight(key=key, model=model, findings=(), memory_bytes=0, seconds=0.0)


def behave(monkeypatch: pytest.MonkeyPatch, behaviour: str) -> None:
    """From now on workers are the stand-in, behaving so; asked to stop, they have a second, then another."""
    monkeypatch.setenv(local.WORKER_VARIABLE, f"{sys.executable} {STAND_IN} {behaviour}")
    monkeypatch.setenv(watch.ASK_VARIABLE, "1")
    monkeypatch.setenv(watch.TERM_VARIABLE, "0.5")


def started(monkeypatch: pytest.MonkeyPatch, space: Workspace, behaviour: str) -> Path:
    """A run whose worker behaves so."""
    behave(monkeypatch, behaviour)
    return space.runs / supervisor.start(a_request(space, request_id=behaviour))


def kill_supervisor(run: Path) -> None:
    """As if the system had killed it; its worker lives on."""
    (watching,) = (
        process
        for process in psutil.process_iter(["cmdline"])
        if (process.info["cmdline"] or [])[-3:] == ["-m", "training.watch", str(run)]
    )
    watching.send_signal(signal.SIGKILL)
    watching.wait(10)


def end_all(space: Workspace) -> None:
    """After a test, passed or not: no worker is left behind."""
    for view in run_views.list_runs(space):
        if not view.state.state.is_final:
            runs.ask_to_stop(view.path)
            worker = local.status(view.path)
            if worker is not None:
                local.stop(view.path, signal.SIGKILL)


def until(run: Path, condition: Callable[[State], bool], patience: float = PATIENCE_SECONDS) -> State:
    """Wait until the run's state is so.

    Args:
        patience: seconds.

    Raises:
        TimeoutError: it never was.
    """
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        state = runs.read_state(run)
        if condition(state):
            return state
        time.sleep(0.02)
    log = (run / runs.SUPERVISOR_LOG).read_text() + "\n".join(runs.log_tail(run, 20))
    raise TimeoutError(f"the run is still {runs.read_state(run)}\n{log}")


def until_step(run: Path, step: int, patience: float = PATIENCE_SECONDS) -> State:
    """Wait until the run has taken so many steps."""
    return until(run, lambda state: state.step >= step, patience)


def until_end(run: Path) -> State:
    """Wait until the run has ended."""
    return until(run, lambda state: state.state.is_final)


def until_state(run: Path, wanted: RunState) -> State:
    """Wait until the run is in that state."""
    return until(run, lambda state: state.state is wanted)


def _columns(count: int) -> dict[str, list[object]]:
    answer = [[{"role": "assistant", "content": f"Answer {number}."}] for number in range(count)]
    worse = [[{"role": "assistant", "content": f"Worse {number}."}] for number in range(count)]
    return {
        "prompt": [[{"role": "user", "content": f"Question {number}?"}] for number in range(count)],
        "chosen": list(answer),
        "rejected": list(worse),
        "pair_id": [f"pair-{number}" for number in range(count)],
    }
