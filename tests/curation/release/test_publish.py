"""A release on its way to the Hub; the Hub is a stand-in on this machine."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from curation.errors import InvalidInput, PairloomError
from curation.release import publish
from tests.curation.conftest import APair
from tests.curation.release.conftest import Releasing
from tests.curation.release.test_consumers import run_command
from tests.curation.release.test_releases import bytes_of
from tests.fake_hub import TOKEN, FakeHub, in_place_of_the_hub


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    with in_place_of_the_hub(monkeypatch, tmp_path / "hf") as running:
        yield running


@pytest.fixture
def folder(releasing: Releasing, ten_pairs: None) -> Path:
    return releasing().path


def pushed(folder: Path, *, private: bool = True) -> publish.Pushed:
    return publish.push(folder, publish.plan(folder, "team/pairs", private=private))


def test_a_release_arrives_whole_private_and_tagged(hub: FakeHub, folder: Path) -> None:
    result = pushed(folder)
    assert hub.private == {"team/pairs": True}
    assert hub.files["team/pairs"] == {".gitattributes": b"", **bytes_of(folder)}
    assert hub.tags["team/pairs"] == {"v1": result.commit}
    assert result.url == f"{hub.url}/datasets/team/pairs"


def test_another_version_replaces_every_file_and_the_same_one_changes_nothing(
    hub: FakeHub, folder: Path, a_pair: APair, releasing: Releasing
) -> None:
    hub.create("team/pairs", private=True)
    hub.files["team/pairs"]["data/old.parquet"] = b"old"
    first = pushed(folder)
    assert pushed(folder).commit == first.commit
    a_pair()
    second = releasing("v2").path
    assert pushed(second).commit != first.commit
    assert hub.files["team/pairs"] == {".gitattributes": b"", **bytes_of(second)}
    assert hub.tags["team/pairs"]["v1"] == first.commit


def test_a_public_repository_is_never_taken_for_a_private_release(hub: FakeHub, folder: Path) -> None:
    hub.create("team/pairs", private=False)
    with pytest.raises(PairloomError, match=r"everybody can read it\. Nothing was pushed"):
        pushed(folder)
    assert list(hub.files["team/pairs"]) == [".gitattributes"]
    pushed(folder, private=False)
    assert len(hub.files["team/pairs"]) == 10


def test_a_token_that_may_not_write_is_said_and_never_shown(
    hub: FakeHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_wrong")
    with pytest.raises(PairloomError, match="does not let this token write") as refused:
        pushed(folder)
    assert "hf_wrong" not in str(refused.value)


def test_without_a_token_nothing_is_asked(
    hub: FakeHub, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(InvalidInput, match="Set HF_TOKEN"):
        pushed(folder)
    assert hub.seen == []


def test_a_hub_that_is_not_there_is_said(folder: Path, hub: FakeHub) -> None:
    planned = publish.plan(folder, "team/pairs")
    hub.stop()
    with pytest.raises(PairloomError, match=r"cannot be reached .*Nothing was pushed"):
        publish.push(folder, planned)


@pytest.mark.parametrize("name", ["", "team", "team/", "/pairs", "team/a b", "../x/y", "a--b/c", "a/b/c"])
def test_a_name_that_is_none_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="Names look like owner/name"):
        publish.plan(folder, name)


def test_a_changed_release_is_not_pushed(folder: Path) -> None:
    (folder / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"notes\.txt was added after the release"):
        publish.plan(folder, "team/pairs")


def test_a_dry_run_lists_what_would_go_and_asks_nobody(hub: FakeHub, folder: Path, tmp_path: Path) -> None:
    done = run_command(tmp_path, "push", str(folder), "--repository", "team/pairs", "--dry-run", "--json")
    listed = json.loads(done.stdout)
    assert {each["path"]: each["bytes"] for each in listed["files"]} == {
        name: len(data) for name, data in bytes_of(folder).items()
    }
    assert (listed["private"], listed["pushed"], hub.seen) == (True, False, [])
    assert TOKEN not in done.stdout + done.stderr
