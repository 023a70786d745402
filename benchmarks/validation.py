"""`python -m benchmarks.validation [PAIRS …]`: time and memory of all rules, beside reading the texts once.

Prints and never gates. The peer is the least possible work: DuckDB streams the same texts to Python.
"""

import sys
import tempfile
import time
from pathlib import Path

import psutil

from benchmarks import workspaces
from curation.database import Database
from curation.release import gate
from curation.validation.policy import Policy

ROUNDS = 5


def main(sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            db = workspaces.filled(Path(folder) / "pairloom.duckdb", size)
            reading = median([_timed(_read, db) for _ in range(ROUNDS)])
            before = psutil.Process().memory_info().rss
            processor = time.process_time()
            seconds = median([_timed(_validate, db) for _ in range(ROUNDS)])
            processor = (time.process_time() - processor) / ROUNDS
            grown = (psutil.Process().memory_info().rss - before) / 2**20
            db.close()
        print(
            f"validate {size:>9,} pairs: {seconds:7.2f} s (median of {ROUNDS}), "
            f"processor {processor:.2f} s, {processor / size * 1e6:.0f} µs a pair, "
            f"{seconds / reading:4.1f} × reading the texts ({reading:.2f} s), memory +{grown:.0f} MiB"
        )


def median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]


def _timed(work: object, db: Database) -> float:
    start = time.perf_counter()
    work(db)  # type: ignore[operator]
    return time.perf_counter() - start


def _read(db: Database) -> None:
    with db.reading() as cursor:
        cursor.execute("SELECT id, context, prompt, answer_1, answer_2 FROM pair")
        while cursor.fetchmany(2000):
            pass


def _validate(db: Database) -> None:
    gate.examine(db, Policy())


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
