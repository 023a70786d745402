"""`python -m curation backup` works while the app is open: it asks the app, and shows that it may."""

import json
import subprocess
import sys
from pathlib import Path

from curation import holdings, standby
from curation.workspace import Workspace
from tests.browser.serving import ROOT, Server
from tests.served.conftest import Arrive


def command(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "curation", *words], cwd=ROOT, env={"PAIRLOOM_HOME": str(home), "PATH": ""},
        capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_the_command_copies_what_the_open_app_holds(server: Server, tmp_path: Path) -> None:
    done = command(server.home, "backup", str(tmp_path / "copy.duckdb"), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["tables"]["pair"] == 86
    assert holdings.of_file(tmp_path / "copy.duckdb")["annotator"].rows == 3
    again = command(server.home, "backup", str(tmp_path / "copy.duckdb"))
    assert (again.returncode, "never overwrites" in again.stderr) == (1, True)


def test_other_commands_still_say_who_has_the_database(server: Server) -> None:
    done = command(server.home, "agreement")
    assert (done.returncode, f"is open in process {server.pid}" in done.stderr) == (1, True)


def test_nobody_without_the_key_makes_a_copy(server: Server, arrive: Arrive, tmp_path: Path) -> None:
    other = Workspace(home=tmp_path)
    forged = standby._signer(other).dumps({"path": str(tmp_path / "x.duckdb")})
    for token in ("", forged):
        assert arrive("").ask(standby.BACKUP, form={}, x_pairloom_command=token).status == 403
    assert not list(tmp_path.glob("*.duckdb"))
