"""A stand-in for a Ray cluster's Jobs API: what the real one does not do on demand, such as fall silent."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class StandInCluster:
    """Takes every job and says of each what `job` says; "machines" offer what `offers` says."""

    def __init__(self) -> None:
        self.job: dict[str, Any] = {"status": "RUNNING", "message": "At work.", "driver_exit_code": None}
        self.offers: list[dict[str, float]] = [{"CPU": 4.0}]
        self.version = "2.60.0"
        self.printed = ""
        self.wants_token = ""
        self.submitted: dict[str, dict[str, Any]] = {}
        self.stopped: list[str] = []
        handler = type("Handler", (_Handler,), {"cluster": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def fall_silent(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, method: str, path: str, body: bytes) -> Any:
        """What the API answers; None for 404."""
        if path == "/api/version":
            return {"ray_version": self.version}
        if path.startswith("/api/v0/nodes"):
            nodes = [
                {"node_name": f"m{n}", "state": "ALIVE", "resources_total": offer}
                for n, offer in enumerate(self.offers)
            ]
            return {"data": {"result": {"result": nodes}}}
        if path.startswith("/api/packages/"):
            return {} if method == "PUT" else None
        if method == "POST" and path == "/api/jobs/":
            content = json.loads(body)
            self.submitted[content["submission_id"]] = content
            return {"submission_id": content["submission_id"]}
        return self._of_job(path.removeprefix("/api/jobs/").split("/"))

    def _of_job(self, path: list[str]) -> Any:
        if path[0] not in self.submitted:
            return None
        if path[1:] == ["stop"]:
            self.stopped.append(path[0])
            return {"stopped": True}
        return {"logs": self.printed} if path[1:] == ["logs"] else self.job

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.fall_silent()


class _Handler(BaseHTTPRequestHandler):
    cluster: StandInCluster

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = self.cluster.answer(self.command, self.path, body)
        known = self.headers.get("Authorization", "") == f"Bearer {self.cluster.wants_token}"
        code = 404 if told is None else 200
        self.send_response(401 if self.cluster.wants_token and not known else code)
        self.end_headers()
        self.wfile.write(json.dumps(told).encode())

    do_POST = do_PUT = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        """Nothing: a test prints what matters."""
