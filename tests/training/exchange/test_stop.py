"""A stop does not wait for files that are on their way, and what is only half there is not there."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.training import conftest, stand_in_worker
from tests.training.exchange import slow_storage
from tests.training.exchange.slow_storage import SlowStorage
from training import checkpoints, launching, presets, runs
from training.exchange import index, luggage, publisher, storage
from training.exchange.mirror import Mirror
from training.exchange.publisher import Publisher
from training.exchange.storage import Storage
from training.launchers import ray_jobs
from training.outcome import Ending
from training.runs import RunState, State

_PATIENCE = 60.0  # seconds; only a failing test waits so long


@pytest.fixture
def exchange(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Storage]:
    monkeypatch.setenv(publisher.ROUND_VARIABLE, "0.02")
    slow_storage.prepare("")
    yield storage.opened(f"slow://{tmp_path}/exchange")
    SlowStorage.may_arrive.set()


def test_workers_hear_the_wish_to_stop_while_a_checkpoint_is_on_its_way(
    exchange: Storage, tmp_path: Path
) -> None:
    slow_storage.prepare("checkpoint-2/optimizer.pt")
    there, place = tmp_path / "there", exchange.at("runs", "a")
    there.mkdir()
    writer = Publisher(place, str(index.begin_turn(place).now), there)
    stand_in_worker.save_checkpoint(there, 2)
    with writer.at_work():
        assert SlowStorage.on_its_way.wait(_PATIENCE)
        place.write(index.STOP, b"")
        _until_stop_is_asked(there)
        here = _mirrored(place, tmp_path)
        assert checkpoints.all_whole(here) == []
        assert list(here.glob("checkpoint-*")) == []
        SlowStorage.may_arrive.set()
    assert [one.step for one in checkpoints.all_whole(_mirrored(place, tmp_path))] == [2]


def test_a_run_stopped_while_its_files_are_sent_ends_after_one_file_and_leaves_none_that_counts(
    exchange: Storage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow_storage.prepare("checkpoints/" + _digest(tmp_path) + "/adapter_config.json")
    run = _a_resumed_run(tmp_path, exchange.url)
    ended = list[object]()
    thread = threading.Thread(target=lambda: ended.append(_launched(run)))
    thread.start()
    assert SlowStorage.on_its_way.wait(_PATIENCE)
    runs.ask_to_stop(run)
    SlowStorage.may_arrive.set()
    thread.join(_PATIENCE)
    (end,) = ended
    assert isinstance(end, Ending)
    assert (end.state, end.message) == (RunState.CANCELLED, "Cancelled before it had started.")
    sent = {path.name for path in (tmp_path / "exchange/checkpoints").rglob("*") if path.is_file()}
    assert sent == {"COMPLETE", "adapter_config.json"}  # but not WHOLE.json, without which nothing is there
    (run / runs.STOP).unlink()
    luggage.pack(run, exchange)
    monkeypatch.setenv(luggage.HOME_VARIABLE, str(tmp_path / "machine"))
    resumes = runs.read_request(luggage.unpack(exchange, run.name, "a.1.0")).resumes
    assert resumes is not None
    assert checkpoints.is_whole(checkpoints.Checkpoint(step=2, path=resumes.checkpoint))


def _launched(run: Path) -> object:
    return launching.in_turn(run, ray_jobs, State(run=run.name))


def _mirrored(place: Storage, tmp_path: Path) -> Path:
    here = tmp_path / "here"
    here.mkdir(exist_ok=True)
    Mirror(here, place).round()
    return here


def _a_resumed_run(tmp_path: Path, url: str) -> Path:
    release = conftest.write_release(tmp_path / "release", [conftest.a_pair(1)], [])
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "config.json").write_text("{}")
    earlier = _earlier(tmp_path)
    resumes = runs.Resumption(run="earlier", checkpoint=earlier / "checkpoint-2", step=2)
    run = conftest.write_run(
        tmp_path, release, presets.find("demo").recipe, model=conftest.in_folder(tmp_path / "model"),
        resumes=resumes,
    )  # fmt: skip
    launch: dict[str, str | int] = {"address": "http://127.0.0.1:9", "workers": 1, "storage": url}
    runs.write_request(run, replace(runs.read_request(run), launcher="ray", launch=launch))
    return run


def _earlier(tmp_path: Path) -> Path:
    run = tmp_path / "earlier"
    if not run.exists():
        run.mkdir()
        stand_in_worker.save_checkpoint(run, 2)
    return run


def _digest(tmp_path: Path) -> str:
    return hashlib.sha256(
        (_earlier(tmp_path) / "checkpoint-2" / checkpoints.COMPLETE).read_bytes()
    ).hexdigest()


def _until_stop_is_asked(folder: Path) -> None:
    deadline = time.monotonic() + _PATIENCE
    while not runs.stop_asked(folder):
        assert time.monotonic() < deadline, "nobody has heard the wish to stop"
        time.sleep(0.01)
