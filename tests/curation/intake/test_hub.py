"""Hub sets through the real child process: a local folder, and a stand-in for the Hub's HTTP interface."""

import hashlib
import json
import threading
from collections.abc import Iterator
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import UnreadableSource
from curation.intake import hub, ingest, locations, sources
from curation.intake.locations import Located
from curation.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0)
ROWS = [
    {"system": "", "question": "Why?", "chosen": "Because.", "rejected": " Sure! Because."},
    {"system": "Be brief.", "question": "How?", "chosen": "So.", "rejected": " Like so."},
]
COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return Workspace(home=tmp_path / "home")


@pytest.fixture
def data_set(tmp_path: Path) -> Path:
    """A folder that load_dataset opens, with the splits train and test."""
    folder = tmp_path / "a_set"
    folder.mkdir()
    for split, rows in (("train", ROWS), ("test", ROWS[:1])):
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / f"{split}.jsonl").write_text(lines, encoding="utf-8")
    return folder


def accepted(located: Located) -> int:
    database = Database.in_memory()
    outcome = ingest.ingest(database, located, imported_by="lead", now=NOW)
    source = sources.get(database, outcome.source_id)
    assert (source.kind, source.revision, source.layout) == ("hub", located.revision, "orca")
    database.close()
    return outcome.counts.accepted


def test_a_folder_that_load_dataset_opens_is_imported_from_its_train_split(
    workspace: Workspace, data_set: Path
) -> None:
    located = locations.locate(f"hub:{data_set}", workspace)
    assert located.location == "a_set"  # releases carry it, so it names no folders of this machine
    assert accepted(located) == 2
    assert locations.locate(f"hub:{data_set}", workspace).sha256 == located.sha256


def test_another_split_is_named_after_a_hash_sign(workspace: Workspace, data_set: Path) -> None:
    located = locations.locate(f"hub:{data_set}#test", workspace)
    assert accepted(located) == 1
    with pytest.raises(UnreadableSource, match="has the splits train, test"):
        locations.locate(f"hub:{data_set}#valid", workspace)


def test_a_folder_without_data_says_so(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "hollow").mkdir()
    with pytest.raises(UnreadableSource, match=r"cannot be loaded: .*contain any data files"):
        locations.locate(f"hub:{tmp_path / 'hollow'}", workspace)


def test_a_watch_that_raises_ends_the_child(workspace: Workspace, data_set: Path) -> None:
    def cancel() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        hub.fetch(str(data_set), folder=workspace.uploads, watch=cancel)
    assert not list(workspace.uploads.glob("*.parquet"))


def test_an_empty_name_is_asked_for(workspace: Workspace) -> None:
    with pytest.raises(UnreadableSource, match="Name a data set after hub:"):
        locations.locate("hub:", workspace)


FILE = json.dumps(ROWS[0]).encode() + b"\n"
BLOB = hashlib.sha1(b"blob %d\0" % len(FILE) + FILE, usedforsecurity=False).hexdigest()
INFO = {"id": "open/set", "sha": COMMIT, "gated": False, "cardData": {"license": "apache-2.0"}}
TREE = [{"type": "file", "oid": BLOB, "size": len(FILE), "path": "train.jsonl"}]


class StandIn(BaseHTTPRequestHandler):
    """Answers as the Hub does: one set that is open, others that are gated, missing or lack a revision."""

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        if "/open/set" in path:
            self._open_set(path)
        elif "/gated/set/auth-check" in path or "/walled/" in path:
            self._say(403, error="GatedRepo")
        elif "/gated/set" in path:
            self._say(200, {"id": "gated/set", "sha": COMMIT, "gated": "manual"})
        elif "/some/set/revision/" in path:
            self._say(404, error="RevisionNotFound")
        elif "/broken/" in path:
            self._say(500)
        elif "/odd/" in path:
            self._say(200, b"null")
        else:
            self._say(401, error="RepoNotFound")

    do_HEAD = do_GET  # noqa: N815 - the name http.server asks for

    def _open_set(self, path: str) -> None:
        if path in ("/api/datasets/open/set", f"/api/datasets/open/set/revision/{COMMIT}"):
            self._say(200, INFO)
        elif path == f"/api/datasets/open/set/tree/{COMMIT}":
            self._say(200, TREE)
        elif path == f"/datasets/open/set/resolve/{COMMIT}/train.jsonl":
            self._say(200, FILE)
        else:
            self._say(404, error="EntryNotFound")

    def _say(self, status: int, body: object = None, error: str = "") -> None:
        content = body if isinstance(body, bytes) else json.dumps(body or {}).encode()
        headers = {"X-Error-Code": error, "X-Repo-Commit": COMMIT, "ETag": f'"{BLOB}"'}
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(content))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def stand_in(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ThreadingHTTPServer(("127.0.0.1", 0), StandIn) as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("stand_in")
def test_a_set_is_fetched_at_the_commit_that_is_recorded(workspace: Workspace) -> None:
    located = locations.locate("hub:open/set", workspace)
    assert (located.location, located.revision, located.licence) == ("open/set", COMMIT, "apache-2.0")
    assert accepted(located) == 1


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nobody/nothing", "There is no data set nobody/nothing on the Hub, or it is private"),
        ("walled/set", "walled/set is gated. Accept its terms"),
        ("gated/set", "gated/set is gated. Accept its terms"),
        ("some/set@v9", "some/set has no revision “v9”"),
        ("a/b/c", "is no name of a data set"),
        ("broken/set", "The Hub cannot be reached to fetch broken/set"),
        ("odd/set", "Fetching odd/set ended without a result: TypeError"),
    ],
)
@pytest.mark.usefixtures("stand_in")
def test_each_way_a_set_cannot_be_had_has_its_sentence(
    workspace: Workspace, name: str, sentence: str
) -> None:
    with pytest.raises(UnreadableSource) as refused:
        locations.locate(f"hub:{name}", workspace)
    assert sentence in str(refused.value)


def test_an_unreachable_hub_is_said_and_a_way_round_named(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nothing listens on the discard port
    with pytest.raises(UnreadableSource, match=r"The Hub cannot be reached.*import it as a file"):
        locations.locate(locations.ORCA, workspace)


def test_a_configuration_is_named_or_asked_for(workspace: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "two_sets"
    for name, rows in (("plain", ROWS), ("short", ROWS[:1])):
        (folder / name).mkdir(parents=True)
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (folder / name / "train.jsonl").write_text(lines, encoding="utf-8")
    configurations = "".join(f"- config_name: {name}\n  data_dir: {name}\n" for name in ("plain", "short"))
    (folder / "README.md").write_text(f"---\nconfigs:\n{configurations}---\n", encoding="utf-8")
    with pytest.raises(UnreadableSource, match="has the configurations plain, short"):
        locations.locate(f"hub:{folder}", workspace)
    located = locations.locate(f"hub:{folder}:short", workspace)
    assert located.location == "two_sets:short"
    assert accepted(located) == 1
