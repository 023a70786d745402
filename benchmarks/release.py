"""`python -m benchmarks.release [PAIRS …]`: time and memory of a release, beside DuckDB doing the least.

Prints and never gates. Texts are measured before (their benchmark is validation); from 200,000 pairs on,
pairs borrow the measurements of 5,000 of them, and one round is made. The peer is
`COPY … TO … (FORMAT parquet)` of the released columns in their order, with the SHA-256 of each row as
JSON: no rules, no split, no trimming, no second hash over the files.
"""

import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

import psutil

from benchmarks import workspaces
from curation.database import Database
from curation.release import releases, reproduction, verify
from curation.validation import measuring
from curation.validation.policy import Policy
from curation.workspace import Workspace

ROUNDS = 5
_LARGE, _MEASURED = 200_000, 5_000
_MIB = 2**20


def main(sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            place = Workspace(home=Path(folder))
            db = workspaces.filled(place.database, size)
            if size >= _LARGE:
                workspaces.lend_facts(db, _MEASURED)
            measuring.fill(db, lambda _done, _total: None)
            print(measured(db, place, size, 1 if size >= _LARGE else ROUNDS), flush=True)
            db.close()


def measured(db: Database, place: Workspace, size: int, rounds: int) -> str:
    """One line of figures."""
    processor = time.process_time()
    copying = median([_timed(lambda: _copy(db, place))[0] for _ in range(rounds)])
    copied = (time.process_time() - processor) / rounds
    names = iter(range(rounds))
    processor = time.process_time()
    runs = [_timed(lambda: _release(db, place, f"v{next(names)}")) for _ in range(rounds)]
    processor = (time.process_time() - processor) / rounds
    seconds, peak = median([run[0] for run in runs]), max(run[1] for run in runs)
    checking = median([_timed(lambda: verify.check(place.releases / "v0"))[0] for _ in range(rounds)])
    again = _timed(lambda: reproduction.reproduce(db, place, "v0"))[0]
    return (
        f"release {size:>9,} pairs: {seconds:7.2f} s (median of {rounds}), "
        f"processor {processor:.2f} s, {size / seconds:,.0f} pairs/s, "
        f"{seconds / copying:4.1f} × a hashed COPY ({copying:.2f} s), "
        f"in processor time {processor / copied:.1f} ×, "
        f"memory +{peak / _MIB:.0f} MiB, verify {checking:.2f} s, reproduce {again:.2f} s"
    )


def _timed(work: Callable[[], object]) -> tuple[float, int]:
    """Seconds, and bytes by which the process grew at its largest."""
    process, done = psutil.Process(), threading.Event()
    before = peak = process.memory_info().rss

    def watch() -> None:
        nonlocal peak
        while not done.wait(0.02):
            peak = max(peak, process.memory_info().rss)

    watcher = threading.Thread(target=watch)
    watcher.start()
    start = time.perf_counter()
    work()
    seconds = time.perf_counter() - start
    done.set()
    watcher.join()
    return seconds, peak - before


def _copy(db: Database, place: Workspace) -> None:
    with db.reading() as cursor:
        cursor.execute(
            "COPY (SELECT p.id, p.context, p.prompt, p.answer_1, p.answer_2, s.tier, s.votes, s.agreement,"
            " sha256(to_json({id: p.id, context: p.context, prompt: p.prompt, answer_1: p.answer_1,"
            " answer_2: p.answer_2, tier: s.tier, votes: s.votes, agreement: s.agreement})::VARCHAR) AS hash"
            " FROM pair AS p JOIN standing AS s ON s.pair_id = p.id ORDER BY p.id)"
            f" TO '{place.home / 'copy.parquet'}' (FORMAT parquet, COMPRESSION zstd)"
        )


def _release(db: Database, place: Workspace, name: str) -> None:
    releases.create(
        db, place, name=name, policy=Policy(), by="benchmark", now=workspaces.NOW, accept_all=True
    )


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000, 1_000_000])
