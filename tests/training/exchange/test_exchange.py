"""What a run writes on one machine arrives in the app's run folder, through a folder or memory at a URL."""

import json
import shutil
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from tests.training import conftest, stand_in_worker
from training import checkpoints, errors, metrics, model_print, presets, runs
from training.exchange import index, luggage, mirror, storage
from training.exchange.mirror import Mirror
from training.exchange.publisher import Publisher
from training.exchange.storage import Storage
from training.journal import Journal


@pytest.fixture
def place(tmp_path: Path) -> Storage:
    return storage.opened(f"file://{tmp_path}/exchange").at("runs", "a")


@pytest.fixture
def there(tmp_path: Path) -> Path:
    (tmp_path / "there").mkdir()
    return tmp_path / "there"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "here").mkdir()
    return tmp_path / "here"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "config.json").write_text("{}")
    (folder / "model.safetensors").write_bytes(bytes(5_000_000))
    return folder


def steps(run: Path) -> list[int]:
    return [row["step"] for row in metrics.forward(metrics.read(run / runs.METRICS))]


def take(run: Path, first: int, last: int) -> None:
    journal = Journal(run)
    for step in range(first, last + 1):
        journal.metrics(step, "train", {"loss": 1 / step})


def a_writer(place: Storage, folder: Path) -> Publisher:
    """The workers of the next turn."""
    return Publisher(place, str(index.begin_turn(place).now), folder)


@pytest.mark.parametrize("kind", ["file", "memory"])
def test_rows_arrive_once_and_in_order_wherever_segments_end(
    kind: str, tmp_path: Path, there: Path, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("training.exchange.publisher._SEGMENT", 300)
    place = storage.opened(f"{kind}://{tmp_path}/exchange")
    writer, mirror = a_writer(place, there), Mirror(here, place)
    for first in range(1, 60, 7):
        take(there, first, first + 6)
        writer.round()
        mirror.round()
    assert steps(here) == list(range(1, 64))
    assert (here / runs.METRICS).read_bytes() == (there / runs.METRICS).read_bytes()


def test_a_supervisor_that_was_killed_while_it_appended_is_followed_by_one_that_goes_on(
    place: Storage, there: Path, here: Path
) -> None:
    writer = a_writer(place, there)
    take(there, 1, 3)
    writer.round()
    Mirror(here, place).round()
    with (here / runs.METRICS).open("a") as torn:
        torn.write('{"step": 4, "loss"')
    take(there, 4, 5)
    writer.round()
    Mirror(here, place).round()
    assert steps(here) == [1, 2, 3, 4, 5]


def test_curves_that_a_resumed_run_begins_with_stay_before_the_new_rows(
    place: Storage, there: Path, here: Path
) -> None:
    take(here, 1, 2)
    writer, mirror = a_writer(place, there), Mirror(here, place)
    take(there, 3, 4)
    writer.round()
    mirror.round()
    assert steps(here) == [1, 2, 3, 4]


def test_only_whole_checkpoints_travel_and_those_thinned_out_leave_both_ends(
    place: Storage, there: Path, here: Path, tmp_path: Path
) -> None:
    writer, mirror = a_writer(place, there), Mirror(here, place)
    stand_in_worker.save_checkpoint(there, 2)
    (there / "checkpoint-4").mkdir()  # being written
    writer.round()
    mirror.round()
    assert [one.step for one in checkpoints.all_whole(here)] == [2]
    stand_in_worker.save_checkpoint(there, 4)
    shutil.rmtree(there / "checkpoint-2")
    writer.round()
    mirror.round()
    assert [path.name for path in here.glob("checkpoint-*")] == ["checkpoint-4"]
    assert list((tmp_path / "exchange").rglob("checkpoint-2/*.pt")) == []


def test_what_a_worker_writes_after_others_took_over_counts_no_more(
    place: Storage, there: Path, here: Path, tmp_path: Path
) -> None:
    cut_off, mirror = a_writer(place, there), Mirror(here, place)
    take(there, 1, 4)
    stand_in_worker.save_checkpoint(there, 4)
    cut_off.round()
    new = tmp_path / "new"
    new.mkdir()
    successor = a_writer(place, new)
    take(there, 5, 9)
    stand_in_worker.save_checkpoint(there, 8)
    (there / runs.RESULT).write_text('{"outcome": "completed"}')
    cut_off.finish()  # it reaches the storage still
    mirror.round(last=True)
    assert (steps(here), [one.step for one in checkpoints.all_whole(here)]) == ([1, 2, 3, 4], [4])
    take(new, 5, 6)
    successor.round()
    mirror.round(last=True)
    assert steps(here) == [1, 2, 3, 4, 5, 6]
    assert not (here / runs.RESULT).exists()


def test_a_run_that_reads_ahead_of_a_turn_takes_back_what_the_next_one_did_not_find(
    place: Storage, there: Path, here: Path
) -> None:
    cut_off, mirror = a_writer(place, there), Mirror(here, place)
    stand_in_worker.save_checkpoint(there, 4)
    cut_off.round()
    found = asdict(index.read(place.at("1")))  # by the driver, just before
    stand_in_worker.save_checkpoint(there, 8)
    cut_off.round()
    mirror.round()
    place.write(index.TURNS, json.dumps({"now": 2, "left": {"1": found}}).encode())
    mirror.round()
    assert [one.step for one in checkpoints.all_whole(here)] == [4]


def test_the_result_comes_last_and_is_that_of_the_writer_whom_the_driver_names(
    place: Storage, there: Path, here: Path, tmp_path: Path
) -> None:
    driver = Publisher(place, index.DRIVER, tmp_path / "driver", (runs.EVENTS,))
    (tmp_path / "driver").mkdir()
    writer, mirror = a_writer(place, there), Mirror(here, place)
    (there / "adapter").mkdir()
    (there / "adapter" / "adapter_config.json").write_text("{}")
    (there / runs.RESULT).write_text('{"outcome": "completed"}')
    writer.finish()
    mirror.round()
    assert not (here / runs.RESULT).exists()
    driver.finish(result="1")
    mirror.round(last=True)
    assert (here / "adapter" / "adapter_config.json").read_text() == "{}"
    assert (here / runs.RESULT).exists()


def test_a_result_that_the_storage_has_lost_is_said_and_not_passed_over(
    place: Storage, there: Path, here: Path, tmp_path: Path
) -> None:
    writer = a_writer(place, there)
    (there / "README.md").write_text("card")
    writer.finish()
    (tmp_path / "exchange/runs/a/1/README.md").unlink()
    with pytest.raises(errors.Unreachable, match=r"lacks README\.md, which the run has left"):
        Mirror(here, place).round(last=True)


@pytest.mark.parametrize("named", ["../elsewhere", "request.json", "control/stop"])
def test_a_storage_that_names_what_no_run_leaves_writes_nothing_here(
    named: str, place: Storage, here: Path
) -> None:
    index.write(place.at("1"), index.Index(files={named: 1}, ended=True))
    place.write(index.TURNS, b'{"now": 1, "left": {}}')
    place.at("1").write("request.json", b"x")
    with pytest.raises(errors.Unreachable, match="which no run leaves"):
        Mirror(here, place).round(last=True)
    assert [path.name for path in here.iterdir()] == [mirror.STATE]


def test_release_model_and_checkpoint_are_sent_once_and_are_the_same_elsewhere(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, run = storage.opened(f"file://{tmp_path}/exchange"), _a_run(tmp_path, model)
    luggage.pack(run, there)
    sent = {path: path.stat().st_mtime_ns for path in (tmp_path / "exchange/models").rglob("*")}
    luggage.pack(run, there)
    assert sent == {path: path.stat().st_mtime_ns for path in (tmp_path / "exchange/models").rglob("*")}
    monkeypatch.setenv(luggage.HOME_VARIABLE, str(tmp_path / "machine"))
    folder = luggage.unpack(there, run.name, "a.1.0")
    before, after = runs.read_request(run), runs.read_request(folder)
    assert after.release.is_relative_to(tmp_path / "machine")
    assert after.release.name == before.release.name
    assert model_print.of(Path(after.model.path)) == model_print.of(model)
    assert after.resumes is not None
    assert checkpoints.is_whole(checkpoints.Checkpoint(step=2, path=after.resumes.checkpoint))
    assert replace(after, release=before.release, model=before.model, resumes=before.resumes) == before


def test_a_machine_with_a_full_copy_needs_no_storage_for_it_and_one_without_says_what_is_lacking(
    tmp_path: Path, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there, run = storage.opened(f"file://{tmp_path}/exchange"), _a_run(tmp_path, model)
    luggage.pack(run, there)
    monkeypatch.setenv(luggage.HOME_VARIABLE, str(tmp_path / "machine"))
    luggage.unpack(there, run.name, "a.1.0")
    shutil.rmtree(tmp_path / "exchange/releases")
    luggage.unpack(there, run.name, "a.1.1")
    monkeypatch.setenv(luggage.HOME_VARIABLE, str(tmp_path / "another"))
    with pytest.raises(errors.Unreachable, match=r"lacks releases/f+, which the run needs"):
        luggage.unpack(there, run.name, "a.1.2")


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("/mnt/exchange", r"is no URL. Write it as s3://bucket/folder or file:///folder"),
        ("s3://key:secret@bucket/x", "holds a password, which every run would write down"),
        ("nosuch://bucket", r"cannot be opened: Protocol not known: nosuch"),
    ],
    ids=["a path", "a password", "an unknown kind"],
)
def test_a_url_that_cannot_be_used_is_refused_in_one_sentence(url: str, says: str) -> None:
    with pytest.raises(errors.LaunchRefused, match=says):
        storage.opened(url)


def test_a_storage_that_refuses_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(errors.Unreachable, match="refuses or does not answer"):
        storage.opened(f"file://{tmp_path}/file/below").write("name", b"")


def _a_run(tmp_path: Path, model: Path) -> Path:
    """A run that goes on from a checkpoint of an earlier one."""
    home = tmp_path / "home"
    release = conftest.write_release(home / "releases" / "small", [conftest.a_pair(1)], [])
    earlier = home / "runs" / "earlier"
    earlier.mkdir(parents=True)
    stand_in_worker.save_checkpoint(earlier, 2)
    resumes = runs.Resumption(run="earlier", checkpoint=earlier / "checkpoint-2", step=2)
    settings = presets.find("demo").recipe
    return conftest.write_run(home, release, settings, model=conftest.in_folder(model), resumes=resumes)
