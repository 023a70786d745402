"""A run's result on its way to the Hub; the Hub is a stand-in on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.errors import InvalidInput
from tests.fake_hub import FakeHub, in_place_of_the_hub
from training import __main__ as command_line
from training import errors, result_push, runs
from training.runs import RunState, State

pytestmark = pytest.mark.trainer


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    with in_place_of_the_hub(monkeypatch, tmp_path / "hf") as running:
        yield running


def test_the_adapter_arrives_private_where_peft_looks_for_it(hub: FakeHub, completed_run: Path) -> None:
    planned = result_push.plan(completed_run, "team/model")
    url, commit = result_push.push(planned)
    there = hub.files["team/model"]
    assert hub.private == {"team/model": True}
    assert url == f"{hub.url}/team/model"
    assert hub.tags["team/model"] == {completed_run.name: commit}
    weights = completed_run / "adapter" / "adapter_model.safetensors"
    assert there["adapter_model.safetensors"] == weights.read_bytes()
    assert there["README.md"] == (completed_run / "README.md").read_bytes()
    assert result_push.push(planned) == (url, commit)


def test_neither_prompts_nor_answers_nor_a_path_of_this_machine_go_along(
    hub: FakeHub, completed_run: Path
) -> None:
    result_push.push(result_push.plan(completed_run, "team/model"))
    there = hub.files["team/model"]
    assert not [name for name in there if "samples" in name or name.endswith((".log", "request.json"))]
    home = str(completed_run.parent.parent)
    base = runs.read_request(completed_run).model.path
    texts = {name: data for name, data in there.items() if not name.endswith(".png")}
    assert not [name for name, data in texts.items() if home.encode() in data or base.encode() in data]


def test_a_dry_run_lists_the_files_and_asks_nobody(
    hub: FakeHub, completed_run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["push", str(completed_run), "--repository", "team/model", "--dry-run", "--json"]
    assert command_line.main(arguments) == 0
    listed = json.loads(capsys.readouterr().out)
    assert "adapter_model.safetensors" in [each["path"] for each in listed["files"]]
    assert (listed["private"], listed["pushed"], hub.seen) == (True, False, [])


def test_an_unfinished_run_and_a_wrong_name_are_refused(completed_run: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Names look like owner/name"):
        result_push.plan(completed_run, "model")
    run = tmp_path / completed_run.name
    run.mkdir()
    (run / runs.REQUEST).write_bytes((completed_run / runs.REQUEST).read_bytes())
    runs.write_state(run, State(run=run.name, state=RunState.FAILED))
    with pytest.raises(errors.UnusableResult, match="it is failed, not completed"):
        result_push.plan(run, "team/model")
