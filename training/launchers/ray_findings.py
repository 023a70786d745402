"""What a preflight looks at of a Ray cluster: it answers, has room, runs our versions, sees our workspace.

A small job asks every machine (ray_probe); the answer is kept for some minutes.
"""

import functools
import importlib.metadata
import json
import platform
import secrets
import shlex
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from curation import workspace
from training import errors
from training.exchange import storage
from training.findings import Finding, Severity
from training.launchers import ray_api, ray_room, source_archive

MARK = "MACHINES "
ASKED = ("torch", "transformers", "trl", "peft", "ray")
_KEPT_SECONDS = 600
_PATIENCE_SECONDS = 120.0
_LOOK_SECONDS = 0.5
_NOTHING_THERE = (
    "it does not find at {} what the app has put there. Let the URL be one place for app and machines."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a machine of the cluster says.

    Attributes:
        versions: of Python and of the packages that decide a result; "" where one is missing.
        seen: what it reads in the file that we have put into the workspace or the storage.
        why: it could read or write nothing there; "" where it could.
    """

    name: str
    versions: Mapping[str, str]
    seen: str
    why: str = ""


def of(launch: Mapping[str, str | int], space: workspace.Workspace) -> list[Finding]:
    """Findings about the cluster of a run; the first that stands in the way ends them."""
    try:
        address = ray_api.normal(str(launch["address"]))
        version, room = ray_api.version(address), _room(address)
        found = [_of_room(address, version, room, int(launch["workers"]))]
        space.create()
        url = str(launch.get("storage") or "")
        token, machines = _asked(address, space.home, url, int(time.time() // _KEPT_SECONDS))
        return [*found, *_of_machines(machines, token, space.home, url)]
    except errors.TrainingError as error:
        return [Finding(id="cluster", severity=Severity.ERROR, message=str(error))]


def _room(address: str) -> int:
    offers = [{"CPU": node.cpus, "GPU": node.gpus} for node in ray_api.nodes(address)]
    return ray_room.room(offers, gpu=any(offer["GPU"] >= 1 for offer in offers))


def _of_room(address: str, version: str, room: int, wanted: int) -> Finding:
    there = f"The Ray {version} cluster at {address} has room for {room} workers"
    waits = f"; the run waits until there is room for {wanted}. Add machines, or take fewer workers."
    return Finding(
        id="cluster-room",
        severity=Severity.WARNING if room < wanted else Severity.INFORMATION,
        value=room,
        threshold=wanted,
        message=f"{there}{waits if room < wanted else '.'}",
    )


def _of_machines(machines: tuple[Machine, ...], token: str, home: Path, url: str) -> Iterator[Finding]:
    blind = [machine for machine in machines if machine.seen != token or machine.why]
    if blind:
        named = f"{_named([machine.name for machine in blind])} of the cluster"
        yield Finding(
            id="cluster-storage",
            severity=Severity.ERROR,
            value=len(blind),
            threshold=0,
            message=f"{named}: {blind[0].why or _NOTHING_THERE.format(url)}"
            if url
            else f"{named} does not see the workspace. Mount the same storage at {home} on every machine, or "
            "give a URL by which files travel (--launch storage=URL).",
        )
    for package, ours in _ours().items():
        others = sorted({machine.versions[package] or "none" for machine in machines} - {ours})
        if ours and others:
            names = [machine.name for machine in machines if machine.versions[package] != ours]
            yield Finding(
                id=f"cluster-{package}",
                severity=Severity.ERROR,
                message=f"{_named(names)} of the cluster has {package} {', '.join(others)}, and here it is "
                f"{ours}. Install the same on every machine.",
            )


def _named(names: list[str]) -> str:
    rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"Machine {names[0]}{rest}"


def _ours() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in ASKED:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@functools.lru_cache(maxsize=8)
def _asked(address: str, home: Path, url: str, _when: int) -> tuple[str, tuple[Machine, ...]]:
    """What the machines say, and what those must have seen that share our storage.

    Raises:
        Unreachable, LaunchRefused: cluster or storage cannot be used from here.
    """
    token, job = secrets.token_hex(8), f"look-{secrets.token_hex(4)}"
    with _left(token, job, home, url) as where:
        command = shlex.join(["python", "-m", "training.launchers.ray_probe", *where])
        code = ray_api.upload(address, *source_archive.made())
        ray_api.submit(address, ray_api.Submission(id=job, entrypoint=command, code=code, environment={}))
        return token, _answer(address, job)


@contextmanager
def _left(token: str, job: str, home: Path, url: str) -> Iterator[list[str]]:
    """Leave the token where the machines look for it; yields what the probe is told of the place."""
    if url:
        there = storage.opened(url).at("probes", job)
        there.write("token", token.encode())
        try:
            yield ["token", "--storage", url, "--job", job]
        finally:
            there.remove("token")
        return
    file = home / "runs" / f".{job}"
    file.write_text(token, encoding="utf-8")
    try:
        yield [str(file)]
    finally:
        file.unlink()


def _answer(address: str, job: str) -> tuple[Machine, ...]:
    until = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < until:
        known = ray_api.job(address, job)
        if known is None or known.is_over:
            break
        time.sleep(_LOOK_SECONDS)
    printed = ray_api.logs(address, job)
    for line in printed:
        if line.startswith(MARK):
            return tuple(Machine(**told) for told in json.loads(line.removeprefix(MARK)))
    last = (printed or ["it printed nothing"])[-1]
    raise errors.LaunchRefused(
        f"The machines of the Ray cluster at {address} could not be asked what they run: {last} "
        "Install requirements.txt and requirements-ray.txt there, and start Ray from that environment."
    )
