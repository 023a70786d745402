"""Which process is meant."""

import dataclasses
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from training import identity

SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(SLEEP, start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_process_is_itself_until_it_ends(sleeper: "subprocess.Popen[bytes]") -> None:
    known = identity.of(sleeper.pid)
    assert known is not None
    assert identity.is_alive(known)
    sleeper.kill()
    sleeper.wait()
    assert not identity.is_alive(known)


def test_the_unreaped_remains_of_a_process_are_not_alive(sleeper: "subprocess.Popen[bytes]") -> None:
    known = identity.of(sleeper.pid)
    assert known is not None
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert not identity.is_alive(known)


@pytest.mark.parametrize("change", [{"started": 1}, {"boot_id": "another"}, {"host": "another"}])
def test_a_process_that_differs_in_anything_is_not_signalled(
    sleeper: "subprocess.Popen[bytes]", change: dict[str, Any]
) -> None:
    known = identity.of(sleeper.pid)
    assert known is not None
    other = dataclasses.replace(known, **change)
    assert not identity.signal_group(other, signal.SIGKILL)
    assert sleeper.poll() is None
    assert identity.signal_group(known, signal.SIGKILL)
    assert sleeper.wait() == -signal.SIGKILL


def test_a_process_that_does_not_lead_its_group_is_not_signalled() -> None:
    # Its group is ours: signalling it would end the tests.
    with subprocess.Popen(SLEEP) as member:
        known = identity.of(member.pid)
        assert known is not None
        assert not identity.signal_group(known, signal.SIGTERM)
        member.kill()


def test_a_marked_process_is_found_by_its_run(tmp_path: Path) -> None:
    marked = {**os.environ, identity.MARK: str(tmp_path)}
    with subprocess.Popen(SLEEP, env=marked, start_new_session=True) as process:
        found = identity.marked(tmp_path)
        process.kill()
    assert found is not None
    assert found.pid == process.pid
    assert identity.marked(tmp_path) is None


def test_a_pid_that_nobody_has_is_no_process() -> None:
    assert identity.of(2**22 + 1) is None
