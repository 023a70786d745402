"""A stand-in for the Hub's HTTP API on this machine, as far as pushing a data set or a model goes.

It answers what huggingface_hub asks for (create, preupload, LFS batch, commit, tag) and keeps what it was
given, so that a test can compare bytes. No real Hub was reachable where this was written.
"""

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

TOKEN = "hf_aTokenOfTheTests"


class FakeHub:
    """What the server knows.

    Attributes:
        private: of each repository there is.
        files: path → bytes, of each repository.
        tags: tag → commit, of each repository.
        seen: method and path of every request.
    """

    def __init__(self) -> None:
        self.private: dict[str, bool] = {}
        self.files: dict[str, dict[str, bytes]] = {}
        self.tags: dict[str, dict[str, str]] = {}
        self.commits: dict[str, int] = {}
        self.stored: dict[str, bytes] = {}
        self.seen: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def sha(self, repository: str) -> str:
        return f"{self.commits.get(repository, 0):040x}"

    def create(self, repository: str, *, private: bool) -> None:
        self.private[repository] = private
        self.files[repository] = {".gitattributes": b""}

    def info(self, repository: str) -> dict[str, Any]:
        return {
            "id": repository,
            "sha": self.sha(repository),
            "private": self.private[repository],
            "siblings": [{"rfilename": name} for name in self.files[repository]],
        }

    def commit(self, repository: str, lines: list[dict[str, Any]]) -> None:
        for line in lines:
            value = line["value"]
            if line["key"] == "file":
                self.files[repository][value["path"]] = base64.b64decode(value["content"])
            elif line["key"] == "lfsFile":
                self.files[repository][value["path"]] = self.stored[value["oid"]]
            elif line["key"] == "deletedFile":
                del self.files[repository][value["path"]]
        self.commits[repository] = self.commits.get(repository, 0) + 1


@contextmanager
def in_place_of_the_hub(monkeypatch: pytest.MonkeyPatch, cache: Path) -> Iterator[FakeHub]:
    """A running stand-in that huggingface_hub of this process and its children takes for the Hub."""
    running = FakeHub()
    running.start()
    for name, value in {
        "HF_ENDPOINT": running.url,
        "HF_TOKEN": TOKEN,
        "HF_HOME": str(cache),
        "HF_HUB_DISABLE_XET": "1",  # the stand-in speaks the plain LFS protocol only
        "HF_HUB_OFFLINE": "0",
    }.items():
        monkeypatch.setenv(name, value)
    yield running
    running.stop()


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            self._take()
            repository = "/".join(self.path.split("?")[0].split("/")[3:5])
            if not self._allowed():
                return
            if repository not in hub.private:
                self._answer({"error": "Repository not found"}, 404, {"X-Error-Code": "RepoNotFound"})
            elif "/tree/" in self.path:
                files = hub.files[repository].items()
                self._answer(
                    [
                        {"type": "file", "path": name, "size": len(data), "oid": _oid(data)}
                        for name, data in files
                    ]
                )
            else:
                self._answer(hub.info(repository))

        def do_PUT(self) -> None:
            data = self._take()
            digest = hashlib.sha256(data).hexdigest()
            assert self.path.endswith(digest)
            hub.stored[digest] = data
            self._answer({})

        def do_POST(self) -> None:
            body = self._take()
            if not self._allowed():
                return
            if self.path == "/api/validate-yaml":
                self._answer({"errors": [], "warnings": []})
            elif self.path == "/api/repos/create":
                wanted = json.loads(body)
                name = f"{wanted['organization']}/{wanted['name']}"
                hub.create(
                    name, private=wanted.get("visibility") == "private" or wanted.get("private", False)
                )
                self._answer({"url": f"{hub.url}/datasets/{name}", "name": name})
            elif self.path.endswith("/info/lfs/objects/batch"):
                self._answer(
                    {
                        "transfer": "basic",
                        "objects": [_upload(hub, each) for each in json.loads(body)["objects"]],
                    }
                )
            else:
                self._repository(body)

        def _repository(self, body: bytes) -> None:
            repository, action = "/".join(self.path.split("/")[3:5]), self.path.split("/")[5]
            if action == "preupload":
                files = json.loads(body)["files"]
                self._answer({"files": [_mode(hub.files[repository], each) for each in files]})
            elif action == "commit":
                hub.commit(repository, [json.loads(line) for line in body.splitlines()])
                url = f"{hub.url}/datasets/{repository}/commit/{hub.sha(repository)}"
                self._answer({"commitUrl": url, "commitOid": hub.sha(repository), "success": True})
            elif action == "tag":
                hub.tags.setdefault(repository, {})[json.loads(body)["tag"]] = hub.sha(repository)
                self._answer({})

        def _allowed(self) -> bool:
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                return True
            self._answer({"error": "Invalid credentials"}, 401)
            return False

        def _take(self) -> bytes:
            hub.seen.append(f"{self.command} {self.path}")
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))

        def _answer(self, value: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            for name, content in {
                "Content-Type": "application/json",
                "Content-Length": str(len(data)),
                **(headers or {}),
            }.items():
                self.send_header(name, content)
            self.end_headers()
            self.wfile.write(data)

    return Handler


def _mode(present: dict[str, bytes], file: dict[str, Any]) -> dict[str, Any]:
    mode = "lfs" if file["path"].endswith((".parquet", ".safetensors")) else "regular"
    data = present.get(file["path"])
    oid = None if data is None else hashlib.sha256(data).hexdigest() if mode == "lfs" else _oid(data)
    return {"path": file["path"], "uploadMode": mode, "shouldIgnore": False, "oid": oid}


def _oid(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _upload(hub: FakeHub, wanted: dict[str, Any]) -> dict[str, Any]:
    if wanted["oid"] in hub.stored:
        return dict(wanted)
    return {**wanted, "actions": {"upload": {"href": f"{hub.url}/lfs/{wanted['oid']}"}}}
