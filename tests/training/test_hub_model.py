"""Asking the Hub about a model, against a small Hub of our own on this machine."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from curation.workspace import Workspace
from training import errors, located_model
from training.base_model import parse

COMMIT = "c" * 40
CONFIG = json.dumps({"hidden_size": 8, "num_hidden_layers": 2, "vocab_size": 32}).encode()
ABOUT = {
    "id": "owner/name",
    "sha": COMMIT,
    "siblings": [{"rfilename": "model.safetensors", "size": 4000}, {"rfilename": "config.json", "size": 9}],
    "safetensors": {"parameters": {"F32": 1000}, "total": 1000},
}


class _Hub(BaseHTTPRequestHandler):
    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, format: str, *args: object) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        status, error, content = self._found()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", '"1"')
        self.send_header("X-Repo-Commit", COMMIT)
        if error:
            self.send_header("X-Error-Code", error)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def _found(self) -> tuple[int, str, bytes]:
        if "owner/gated" in self.path and "/resolve/" in self.path:
            return 403, "GatedRepo", b""
        if "/revision/v9" in self.path:
            return 404, "RevisionNotFound", b""
        if self.path.startswith(("/api/models/owner/name", "/api/models/owner/gated")):
            return 200, "", json.dumps(ABOUT).encode()
        if "owner/name/resolve" in self.path:
            return 200, "", CONFIG
        return 404, "RepoNotFound", b""


@pytest.fixture
def space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hub"))
    yield Workspace(home=tmp_path)
    server.shutdown()
    server.server_close()


def test_a_model_on_the_hub_is_resolved_to_its_commit_and_size(space: Workspace) -> None:
    found = located_model.locate(parse("owner/name"), space)
    assert (found.model.revision, found.download) == (COMMIT, True)
    assert (found.shape.parameters, found.shape.stored_bytes, found.shape.layers) == (1000, 4000, 2)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("owner/gone", "There is no model owner/gone on the Hub"),
        ("owner/gated", "owner/gated is gated. Accept its terms on the Hub and set HF_TOKEN."),
        ("owner/name@v9", "owner/name has no revision 'v9' on the Hub."),
    ],
)
def test_a_model_that_cannot_be_had_says_why(space: Workspace, name: str, sentence: str) -> None:
    with pytest.raises(errors.ModelMissing) as told:
        located_model.locate(parse(name), space)
    assert str(told.value).startswith(sentence)
