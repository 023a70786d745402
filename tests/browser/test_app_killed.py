"""A run does not care for the browser or the app: one closes, the other is killed ten times."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from playwright.sync_api import Browser, expect

from curation.workspace import Workspace
from tests.browser.serving import ROOT, Server
from tests.training import run_folders
from training import locks, metrics, runs, watch
from training.launchers import local
from training.runs import RunState

KILLS = 10
pytestmark = pytest.mark.browser


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Server]:
    """An app whose workers are the stand-in that ends only when it is told to."""
    environment = {
        local.WORKER_VARIABLE: f"{sys.executable} {run_folders.STAND_IN} patient",
        watch.ASK_VARIABLE: "1",
        watch.TERM_VARIABLE: "0.5",
    }
    server = Server(tmp_path / "workspace", environment)
    yield server
    server.stop()
    run_folders.end_all(Workspace(home=server.home))


def test_a_run_outlives_the_browser_and_ten_kills_of_the_app(app: Server, browser: Browser) -> None:
    space = Workspace(home=app.home)
    space.create()
    run = started_beside(space, app)
    worker = local.recorded(run)
    app.start()
    shown(browser, app, "Training")  # and then nobody looks any more
    for kill in range(KILLS):
        if kill % 3 == 2:
            kill_supervisor(run)
        app.kill()
        app.start()
        wait_until_watched(run)
    assert runs.read_state(run).state is RunState.RUNNING
    assert local.recorded(run) == worker
    (run / "control" / "enough").touch()
    assert run_folders.until_end(run).state is RunState.COMPLETED
    assert [row["step"] for row in metrics.read(run / runs.METRICS)] == list(range(1, 11))
    shown(browser, app, "Completed")


def shown(browser: Browser, app: Server, state: str) -> None:
    """Somebody opens the page, sees how the run stands, and leaves with the whole browser profile."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{app.url}/runs")
    expect(page.get_by_text(state, exact=True).first).to_be_visible(timeout=60_000)
    context.close()


def started_beside(space: Workspace, app: Server) -> Path:
    """A run whose starting process has ended already, as after a click and a crash."""
    code = (
        "from pathlib import Path; from curation.workspace import Workspace;"
        "from tests.training import run_folders; from training import supervisor;"
        f"print(supervisor.start(run_folders.a_request(Workspace(home=Path({str(space.home)!r})))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT, env=os.environ | app.environment, capture_output=True, text=True, check=True,
    )  # fmt: skip
    run = space.runs / done.stdout.strip()
    run_folders.until_step(run, 9)
    return run


def kill_supervisor(run: Path) -> None:
    for process in psutil.process_iter(["cmdline"]):
        if (process.info["cmdline"] or [])[-2:] == ["training.watch", str(run)]:
            os.kill(process.pid, signal.SIGKILL)


def wait_until_watched(run: Path) -> None:
    deadline = time.monotonic() + run_folders.PATIENCE_SECONDS
    while not locks.is_held(run / runs.SUPERVISOR_LOCK):
        assert time.monotonic() < deadline, "nobody adopted the run"
        time.sleep(0.02)
