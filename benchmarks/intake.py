"""Rows a second of an import, beside what DuckDB needs to read and insert the same rows unchecked.

    python -m benchmarks.intake [ROWS]

Rows are made up to Orca's lengths (about 2.3 kB). The peer does less (no ids, no canonical order, no
checks), so the ratio is the price of those.
"""

import json
import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from curation.database import Database
from curation.intake import ingest, locations
from curation.labelling import events
from curation.workspace import Workspace

REPEATS = 5
NOW = datetime(2026, 1, 1)
SENTENCE = "the model answers a question about rivers, prime numbers and gardens in plain English é漢 (1) *"
WORDS = SENTENCE.split()


def main(rows: int) -> None:
    repeats = REPEATS if rows <= 100_000 else 1  # a million rows take minutes, and vary little
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "pairs.jsonl"
        write(path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.1f} MB of JSON lines, median of {repeats}")
        peer = median_seconds(lambda folder: insert_all(path, folder), repeats)
        waits: list[float] = []
        ours = median_seconds(lambda folder: import_all(path, folder, waits), repeats)
    print(f"import            {ours:6.2f} s  {rows / ours:10,.0f} rows/s")
    print(f"read_json, insert {peer:6.2f} s  {rows / peer:10,.0f} rows/s")
    print(f"ratio             {ours / peer:6.2f}")
    print(f"commits of somebody else: median {statistics.median(waits):.3f} s, worst {max(waits):.2f} s")
    for who, name in ((resource.RUSAGE_SELF, "this process"), (resource.RUSAGE_CHILDREN, "a reader")):
        print(f"peak memory of {name}: {resource.getrusage(who).ru_maxrss / 1024:,.0f} MB")


def write(path: Path, rows: int) -> None:
    chance = random.Random(7)
    with path.open("w", encoding="utf-8") as file:
        for number in range(rows):
            row = {
                "system": "You are an AI assistant." if number % 3 else "",
                "question": f"{number}: {said(chance, 110)}",
                "chosen": said(chance, 130),
                "rejected": " " + said(chance, 150),
            }
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def said(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(words // 4, 2 * words)))


def median_seconds(work: Callable[[Path], None], repeats: int) -> float:
    taken = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            start = time.perf_counter()
            work(Path(name))
            taken.append(time.perf_counter() - start)
    return statistics.median(taken)


def import_all(path: Path, folder: Path, waits: list[float]) -> None:
    """Import while somebody decides ten times a second; `waits` collects how long each commit took."""
    database = Database.open(folder / "pairloom.duckdb")
    located = locations.locate(str(path), Workspace(home=folder))
    over = threading.Event()
    somebody = threading.Thread(target=decide, args=(database, over, waits))
    somebody.start()
    ingest.ingest(database, located, imported_by="benchmark", now=NOW)
    over.set()
    somebody.join()
    database.close()


def decide(database: Database, over: threading.Event, waits: list[float]) -> None:
    while not over.wait(0.1):
        start = time.perf_counter()
        events.add(database, actor="somebody", action="decide", now=NOW)
        waits.append(time.perf_counter() - start)


def insert_all(path: Path, folder: Path) -> None:
    database = Database.open(folder / "peer.duckdb")
    with database.writing() as tx:
        tx.execute("CREATE TABLE plain (system VARCHAR, question VARCHAR, chosen VARCHAR, rejected VARCHAR)")
        tx.execute(
            "INSERT INTO plain SELECT system, question, chosen, rejected FROM read_json($path, columns ="
            " {system: 'VARCHAR', question: 'VARCHAR', chosen: 'VARCHAR', rejected: 'VARCHAR'})",
            {"path": str(path)},
        )
    database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
