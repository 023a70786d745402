"""A Ray cluster through its Jobs API: plain HTTP, so that the app's processes never load ray.

Source: https://docs.ray.io/en/latest/cluster/running-applications/job-submission/rest.html, read in the
source of Ray 2.60 where it is silent (packages, nodes, tokens).
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training import errors

TOKEN_VARIABLE = "RAY_AUTH_TOKEN"  # noqa: S105 - a name; the token itself is never written anywhere
TOKEN_FILE_VARIABLE = "RAY_AUTH_TOKEN_PATH"  # noqa: S105
_LOCAL = "http://127.0.0.1:8265"  # where `ray start --head` listens unless told otherwise
_ASK_SECONDS = 10.0
_SUBMIT_SECONDS = 60.0  # the cluster first looks for a machine to start the job on
_OVER = ("SUCCEEDED", "FAILED", "STOPPED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as the cluster knows it.

    Attributes:
        status: PENDING, RUNNING, SUCCEEDED, FAILED or STOPPED.
        message: the cluster's own words.
        code: of its first process; None where the cluster does not tell.
    """

    status: str
    message: str
    code: int | None

    @property
    def is_over(self) -> bool:
        return self.status in _OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A machine of the cluster that is alive, and what it offers."""

    name: str
    cpus: float
    gpus: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """A job to be started.

    Attributes:
        id: made by us, so that asking twice starts one job and another process finds it again.
        entrypoint: command line, run by a shell on one of the cluster's machines.
        code: address of an uploaded archive that becomes the working directory of every process.
        environment: beyond the cluster's own.
    """

    id: str
    entrypoint: str
    code: str
    environment: Mapping[str, str]


def normal(address: str) -> str:
    """An address as it was typed, as a URL without a last slash.

    Raises:
        LaunchRefused: it is the address of something else than a Jobs API.
    """
    typed = address.strip().rstrip("/")
    if typed in ("", "auto"):
        return _LOCAL
    if typed.startswith("ray://"):
        raise errors.LaunchRefused(
            f"{typed} is for Ray's client. Give the address of the dashboard, such as http://HEAD:8265."
        )
    return typed if typed.startswith(("http://", "https://")) else f"http://{typed}"


def version(address: str) -> str:
    """The Ray that the cluster runs.

    Raises:
        Unreachable: nothing answers there, or it wants a token; so for every function here.
    """
    return str(_asked(address, "GET", "/api/version")["ray_version"])


def nodes(address: str) -> list[Node]:
    """Machines that are alive, with all that they offer, taken or not."""
    listed = _asked(address, "GET", "/api/v0/nodes?detail=1&limit=10000")["data"]["result"]["result"]
    return [
        Node(
            name=str(node["node_name"]),
            cpus=float(node["resources_total"].get("CPU", 0)),
            gpus=float(node["resources_total"].get("GPU", 0)),
        )
        for node in listed
        if node["state"] == "ALIVE"
    ]


def upload(address: str, name: str, content: bytes) -> str:
    """Put an archive where every machine of the cluster finds it.

    Returns:
        Its address inside the cluster.
    """
    path = f"/api/packages/gcs/{name}"
    try:
        _sent(address, "GET", path)
    except _Refused:
        _sent(address, "PUT", path, content, seconds=_SUBMIT_SECONDS)
    return f"gcs://{name}"


def submit(address: str, wanted: Submission) -> None:
    """Start a job; nothing happens where it has been started already.

    Raises:
        LaunchRefused: the cluster does not take it.
    """
    if job(address, wanted.id) is not None:
        return
    content = {
        "entrypoint": wanted.entrypoint,
        "submission_id": wanted.id,
        "runtime_env": {"working_dir": wanted.code, "env_vars": dict(wanted.environment)},
    }
    try:
        _asked(address, "POST", "/api/jobs/", content, seconds=_SUBMIT_SECONDS)
    except _Refused as error:
        last = (error.told.strip().splitlines() or ["no reason given"])[-1]
        raise errors.LaunchRefused(f"The Ray cluster at {address} did not take the job: {last}") from error


def job(address: str, submission: str) -> Job | None:
    """A job; None where the cluster knows none of that id."""
    try:
        told = _asked(address, "GET", f"/api/jobs/{submission}")
    except _Refused:
        return None
    return Job(
        status=str(told["status"]), message=str(told.get("message") or ""), code=told.get("driver_exit_code")
    )


def stop(address: str, submission: str) -> bool:
    """End a job: SIGTERM to its first process, SIGKILL some seconds later, and with it all of its workers.

    Returns:
        False where there was nothing to end.
    """
    try:
        return bool(_asked(address, "POST", f"/api/jobs/{submission}/stop", {})["stopped"])
    except _Refused:
        return False


def logs(address: str, submission: str) -> list[str]:
    """Everything that the job's first process has printed, line by line; [] where there is no such job."""
    try:
        return str(_asked(address, "GET", f"/api/jobs/{submission}/logs")["logs"]).splitlines()
    except _Refused:
        return []


class _Refused(Exception):
    """The cluster answered, and the answer is no."""

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


def _asked(
    address: str, method: str, path: str, content: Mapping[str, Any] | None = None, *, seconds: float = 0
) -> dict[str, Any]:
    body = None if content is None else json.dumps(content).encode()
    told = json.loads(_sent(address, method, path, body, seconds=seconds))
    return dict(told)


def _sent(address: str, method: str, path: str, body: bytes | None = None, *, seconds: float = 0) -> bytes:
    kind = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(  # noqa: S310 - normal() lets http and https through, nothing else
        address + path, data=body, method=method, headers=kind | _token()
    )
    try:
        with urllib.request.urlopen(request, timeout=seconds or _ASK_SECONDS) as answer:  # noqa: S310
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        if error.code in (401, 403):
            raise errors.Unreachable(
                f"The Ray cluster at {address} wants its token. Set {TOKEN_VARIABLE} or "
                f"{TOKEN_FILE_VARIABLE} where the app is started."
            ) from error
        raise _Refused(error.read().decode(errors="replace")) from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        raise errors.Unreachable(
            f"The Ray cluster at {address} does not answer ({reason}). Start it, or mend the address."
        ) from error


def _token() -> dict[str, str]:
    """As Ray's own client: the variable, then the file."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    file = os.environ.get(TOKEN_FILE_VARIABLE)
    if not token and file and Path(file).is_file():
        token = Path(file).read_text(encoding="utf-8")
    return {"Authorization": f"Bearer {token.strip()}"} if token.strip() else {}
