"""A kill at any moment loses no acknowledged decision and doubles none."""

import random
import subprocess
import sys
import time
from pathlib import Path

from curation.database import Database
from curation.labelling import pairs
from tests.curation.labelling.a_workspace import NOW, a_pair

ROOT = Path(__file__).parents[2]
KILLS = 10


def test_ten_kills_during_a_stream_of_decisions_lose_none_and_double_none(tmp_path: Path) -> None:
    path = tmp_path / "pairloom.duckdb"
    database = Database.open(path)
    with database.writing() as tx:
        pairs.add(tx, [a_pair(number) for number in range(50)], NOW)
    database.close()
    rng = random.Random(20261122)
    sent: set[str] = set()
    kept: list[str] = []
    for kill in range(KILLS):
        lines = killed_after(rng.uniform(0.05, 0.6), path, prefix=f"{kill:024x}")
        sent |= {name for word, name in lines if word == "sent"}
        kept += [name for word, name in lines if word == "kept"]
        stored = stored_ids(path)
        assert set(kept) <= set(stored)
        assert set(stored) <= sent
        assert len(stored) == len(set(stored))
    assert len(kept) > KILLS * 5, "the kills came before anything was decided"


def killed_after(seconds: float, path: Path, *, prefix: str) -> list[tuple[str, str]]:
    """What the deciding process said before SIGKILL; the time counts from its first decision."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.faults.deciding", str(path), prefix],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        encoding="ascii",
    ) as process:
        if process.stdout is None:
            raise RuntimeError("no pipe")
        first = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        rest = process.stdout.read()
    # The last line may be torn by the kill.
    whole = (first + rest).split("\n")[:-1]
    return [(line.split(" ")[0], line.split(" ")[1]) for line in whole]


def stored_ids(path: Path) -> list[str]:
    database = Database.open(path)
    with database.reading() as cursor:
        rows = cursor.execute("SELECT id FROM decision").fetchall()
    database.close()
    return [row[0] for row in rows]
