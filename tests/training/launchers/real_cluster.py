"""A real Ray cluster of two machines on the loopback: two raylets, each with one processor."""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Self

import psutil

from training import errors
from training.exchange import luggage, publisher
from training.launchers import ray_api

PATIENCE_SECONDS = 120.0
_RAY = Path(sys.executable).with_name("ray")
# A dead machine is noticed after 1.5 seconds instead of 15, and a busy one is not killed for its memory.
_IMPATIENT = {
    "RAY_health_check_period_ms": "500",
    "RAY_health_check_initial_delay_ms": "500",
    "RAY_health_check_failure_threshold": "3",
    "RAY_memory_monitor_refresh_ms": "0",
}


class RealCluster:
    """Two machines; the first one is the head. Ends exactly the processes that it has started.

    Attributes:
        token: whoever asks the cluster has to know it.
        homes: where each machine works that shares no folder with the others.
    """

    def __init__(self) -> None:
        self.token = secrets.token_hex(32)
        # Not in pytest's folder: sockets lie in it, and their paths may have 107 bytes.
        self._folder = Path(tempfile.mkdtemp(prefix="ray-"))
        self._port, dashboard, client = _free_ports(3)
        self.address = f"http://127.0.0.1:{dashboard}"
        self._started: list[psutil.Popen] = []
        self.homes = (self._folder / "first", self._folder / "second")
        self._head = self._start(
            "--head", f"--port={self._port}", "--dashboard-host=127.0.0.1", f"--dashboard-port={dashboard}",
            f"--ray-client-server-port={client}", f"--temp-dir={self._folder}/head",
            environment={luggage.HOME_VARIABLE: str(self.homes[0])},
        )  # fmt: skip
        self._other: psutil.Popen | None = None

    def whole(self, *, packages: Mapping[str, str] = MappingProxyType({})) -> None:
        """Have both machines, the second one a new one where it was killed.

        Args:
            packages: that a new second machine has in other versions, by what it has installed.
        """
        if self._other is None:
            self._until(1)
            for name, version in packages.items():
                installed = self._folder / "packages" / f"{name}-{version}.dist-info"
                installed.mkdir(parents=True)
                (installed / "METADATA").write_text(f"Name: {name}\nVersion: {version}\n")
            more = {"PYTHONPATH": f"{self._folder}/packages"} if packages else {}
            home = {luggage.HOME_VARIABLE: str(self.homes[1])}
            self._other = self._start(f"--address=127.0.0.1:{self._port}", environment=more | home)
        self._until(2)

    def kill_second_machine(self) -> None:
        """As if its power was cut."""
        assert self._other is not None
        for process in [self._other, *self._other.children(recursive=True)]:
            _kill(process)
        self._other = None

    def _start(self, *arguments: str, environment: Mapping[str, str]) -> psutil.Popen:
        command = [
            str(_RAY), "start", "--block", "--num-cpus=1", "--object-store-memory=80000000",
            "--disable-usage-stats", "--node-ip-address=127.0.0.1", *arguments,
        ]  # fmt: skip
        with (self._folder / "start.log").open("ab") as log:
            process = psutil.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**self._environment(), **environment},
            )
        self._started.append(process)
        return process

    def _environment(self) -> dict[str, str]:
        return (
            os.environ
            | _IMPATIENT
            | {
                "PATH": f"{_RAY.parent}{os.pathsep}{os.environ['PATH']}",
                "RAY_AUTH_MODE": "token",
                "RAY_AUTH_TOKEN": self.token,
                "RAY_USAGE_STATS_ENABLED": "0",
                "OMP_NUM_THREADS": "1",
                "PYTHONWARNINGS": "",
                publisher.ROUND_VARIABLE: "0.2",
            }
        )

    def _until(self, machines: int) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                if len(ray_api.nodes(self.address)) == machines:
                    return
            except (errors.Unreachable, KeyError, TypeError):
                pass  # it is starting
            time.sleep(0.2)
        raise TimeoutError((self._folder / "start.log").read_text())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        alive = [process for process in self._started if process.is_running()]
        everything = [one for process in alive for one in (process, *process.children(recursive=True))]
        for process in everything:
            _kill(process)
        for process in self._started:
            process.wait(10)
        shutil.rmtree(self._folder, ignore_errors=True)


def _kill(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        process.kill()


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
