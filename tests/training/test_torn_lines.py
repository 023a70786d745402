"""Metrics read fast while a process writes them, is killed in the middle of a line, and another writes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from training import metrics, runs
from training.journal import Journal
from training.record import Record

ROWS = 400
WRITER = """
import os, signal, sys
from pathlib import Path
from training.journal import Journal
run, first, last = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
journal = Journal(run)
for step in range(first, last + 1):
    journal.metrics(step, "train", {"loss": 1 / step, "rewards/chosen": -1.0, "peak_memory_bytes": 1e9})
if len(sys.argv) > 4:
    for name, half in (("metrics.jsonl", b'{"step": 401, "ti'), ("events.jsonl", b'{"time": "20')):
        with (run / name).open("ab", buffering=0) as file:
            file.write(half)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def begin(run: Path, first: int, *, killed: bool) -> "subprocess.Popen[bytes]":
    last = first + ROWS - 1
    given = [sys.executable, "-c", WRITER, str(run), str(first), str(last), *(["killed"] if killed else [])]
    return subprocess.Popen(given, env={**os.environ, "PYTHONPATH": str(Path.cwd())})


def test_a_reader_sees_every_row_once_across_a_kill_in_the_middle_of_a_line(tmp_path: Path) -> None:
    seen, tailed, offset = Record(tmp_path / runs.METRICS), [], 0
    for first, killed, code in ((1, True, -signal.SIGKILL), (ROWS + 1, False, 0)):
        writer = begin(tmp_path, first, killed=killed)
        while writer.poll() is None:
            seen.catch_up()
            rows, offset = metrics.tail(tmp_path / runs.METRICS, offset)
            tailed += rows
            time.sleep(0.0005)
        assert writer.returncode == code
        seen.catch_up()
        rows, offset = metrics.tail(tmp_path / runs.METRICS, offset)
        tailed += rows
        wanted = list(range(1, first + ROWS))
        assert seen.points("loss", "train").steps.tolist() == wanted
        assert [row["step"] for row in tailed] == wanted
        assert [row["step"] for row in metrics.read(tmp_path / runs.METRICS)] == wanted
    Journal(tmp_path).phase("training")
    assert [row["message"] for row in metrics.read(tmp_path / runs.EVENTS)] == ["training"]


def test_only_the_torn_end_is_cut_off_however_long_it_is(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    for torn in (b"", b'{"step"', b"x" * 200_000):
        path.write_bytes(b'{"step": 1}\n{"step": 2}\n' + torn)
        metrics.mend(path)
        assert path.read_bytes() == b'{"step": 1}\n{"step": 2}\n'
    path.write_bytes(b'{"step"')
    metrics.mend(path)
    assert path.read_bytes() == b""
