"""A real app on a free port with a workspace of its own, for tests and benchmarks."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

ROOT = Path(__file__).parents[2]
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium_path() -> str:
    """Where Chromium is: PAIRLOOM_CHROMIUM, or the first one on the path.

    Raises:
        RuntimeError: there is none; the message says what to do.
    """
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("PAIRLOOM_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise RuntimeError(
            "Chromium is missing. Install it (apt-get install chromium) or set PAIRLOOM_CHROMIUM."
        )
    return found


class Server:
    """`streamlit run app.py` on `home`; `start` again after `kill` keeps the port, as a restart does.

    Attributes:
        home: PAIRLOOM_HOME of the server; its log is home/server.log.
        environment: what it starts with beyond this process's own.
    """

    def __init__(self, home: Path, environment: Mapping[str, str] | None = None) -> None:
        self.home = home
        self.port = _free_port()
        self.environment = dict(environment or {})
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("the server is not running")
        return self._process.pid

    @property
    def log(self) -> str:
        return (self.home / "server.log").read_text(encoding="utf-8", errors="replace")

    def start(self, *, patience: float = 120.0) -> None:
        """Start and wait until the server answers; `patience` in seconds."""
        self.home.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "PAIRLOOM_HOME": str(self.home), **self.environment}
        with (self.home / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(self.port)],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait(time.monotonic() + patience)

    def kill(self) -> None:
        """SIGKILL: no chance to write anything more."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """SIGTERM, as a person closing the app; nothing where it is not running."""
        if self._process is not None:
            self._end(signal.SIGTERM)

    def _end(self, sign: signal.Signals) -> None:
        if self._process is None:
            return
        if self._process.poll() is None:
            self._process.send_signal(sign)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(timeout=20)
        self._process = None

    def _wait(self, until: float) -> None:
        while time.monotonic() < until:
            if self._process is None or self._process.poll() is not None:
                raise RuntimeError(f"the server ended at once:\n{self.log[-3000:]}")
            try:
                with urlopen(f"{self.url}/_stcore/health", timeout=2) as answer:
                    if answer.status == 200:
                        return
            except (URLError, OSError):
                time.sleep(0.1)
        raise RuntimeError(f"the server did not answer in time:\n{self.log[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
