"""A process that is killed in the middle of a release."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from curation.database import Database
from curation.labelling import pairs
from curation.model import Verdict
from curation.release import releases, verify
from curation.validation.policy import Policy
from curation.workspace import Workspace
from tests.curation.conftest import NOW, pair_of

ROOT = Path(__file__).parents[3]
COMMAND = (sys.executable, "-m", "curation", "release", "--name", "v1", "--accept-all", "--json")


def workspace(home: Path) -> Workspace:
    place = Workspace(home=home)
    place.create()
    db = Database.open(place.database)
    made = [
        pair_of(f"{n} yes " * 50, f"{n} no " * 50, f"{n}?", Verdict.ANSWER_1, (), "", "s", n)
        for n in range(3000)
    ]
    with db.writing() as tx:
        pairs.add(tx, made, NOW)
    db.close()
    return place


@pytest.mark.parametrize(
    "sign", [".v1.*", ".v1.*/ties.parquet", "v1"], ids=["at the start", "while writing", "after the rename"]
)
def test_a_release_whose_process_was_killed_is_made_whole_by_the_next_try(tmp_path: Path, sign: str) -> None:
    place = workspace(tmp_path / "workspace")
    kill_at(place, sign)
    if (place.releases / "v1").exists():
        assert verify.check(place.releases / "v1") == ()
    db = Database.open(place.database)
    made = releases.create(db, place, name="v1", policy=Policy(), by="lead", now=NOW, accept_all=True)
    assert verify.check(made.path) == ()
    assert releases.listed(db, place) == (made,)
    assert [path.name for path in place.releases.iterdir()] == ["v1"]
    db.close()


def kill_at(place: Workspace, sign: str) -> None:
    """Start a release and kill its process as soon as a path of this pattern is there."""
    process = subprocess.Popen(
        COMMAND,
        cwd=ROOT,
        env={**os.environ, "PAIRLOOM_HOME": str(place.home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not list(place.releases.glob(sign)):
        assert process.poll() is None, "the release ended before it could be killed"
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()
