"""Rows a second of an import, beside what DuckDB needs to read and insert the same rows unchecked.

    python -m benchmarks.intake [ROWS] [jsonl | csv | parquet]

Rows are made up to Orca's lengths (about 2.6 kB). The peer does less (no ids, no canonical order, no
checks), so the ratios are the price of those. Processor seconds count the processes that read, too.
"""

import csv
import itertools
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from curation.database import Database
from curation.intake import ingest, locations
from curation.labelling import events
from curation.workspace import Workspace

REPEATS = 5
NOW = datetime(2026, 1, 1)
SENTENCE = "the model answers a question about rivers, prime numbers and gardens in plain English é漢 (1) *"
WORDS = SENTENCE.split()


def main(rows: int, kind: str) -> None:
    repeats = REPEATS if rows <= 100_000 else 3
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / f"pairs.{kind}"
        WRITERS[kind](path, rows)
        print(f"{rows:,} rows, {path.stat().st_size / 1e6:.1f} MB of {kind}, median of {repeats}")
        waits: list[float] = []
        ours = measured(lambda folder: import_all(path, folder, waits), repeats)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # before the peer adds its own
        peer = measured(lambda folder: insert_all(path, folder), repeats)
    for what, spent in (("import", ours), ("read and insert", peer)):
        print(f"{what:17} {spent[0]:6.2f} s  {spent[1]:6.2f} s of processor  {rows / spent[0]:10,.0f} rows/s")
    print(f"ratio             {ours[0] / peer[0]:6.2f}    {ours[1] / peer[1]:6.2f}")
    print(f"commits of somebody else: median {statistics.median(waits):.3f} s, worst {max(waits):.2f} s")
    print(f"peak memory of the importing process: {peak / 1024:,.0f} MB")


def write(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in made(rows))


def write_csv(path: Path, rows: int) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, ("system", "question", "chosen", "rejected"))
        writer.writeheader()
        writer.writerows(made(rows))


def write_parquet(path: Path, rows: int) -> None:
    schema = pa.schema(dict.fromkeys(("system", "question", "chosen", "rejected"), pa.string()))
    with pq.ParquetWriter(path, schema) as writer:
        left = made(rows)
        while some := list(itertools.islice(left, 10_000)):
            writer.write_table(pa.Table.from_pylist(some, schema))


WRITERS = {"jsonl": write, "csv": write_csv, "parquet": write_parquet}


def made(rows: int) -> Iterator[dict[str, str]]:
    chance = random.Random(7)
    for number in range(rows):
        yield {
            "system": "You are an AI assistant." if number % 3 else "",
            "question": f"{number}: {said(chance, 110)}",
            "chosen": said(chance, 130),
            "rejected": " " + said(chance, 150),
        }


def said(chance: random.Random, words: int) -> str:
    return " ".join(chance.choices(WORDS, k=chance.randint(words // 4, 2 * words)))


def measured(work: Callable[[Path], None], repeats: int) -> tuple[float, float]:
    """Medians of the seconds and of the processor seconds that the work takes."""
    taken = []
    for _ in range(repeats):
        with tempfile.TemporaryDirectory() as name:
            start, used = time.perf_counter(), processor_seconds()
            work(Path(name))
            taken.append((time.perf_counter() - start, processor_seconds() - used))
    return statistics.median(each[0] for each in taken), statistics.median(each[1] for each in taken)


def processor_seconds() -> float:
    """Of this process and of those it has waited for."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


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


_COLUMNS = "{system: 'VARCHAR', question: 'VARCHAR', chosen: 'VARCHAR', rejected: 'VARCHAR'}"
_INSERT = "INSERT INTO plain SELECT system, question, chosen, rejected FROM "
INSERTS = {
    ".jsonl": f"{_INSERT} read_json($path, columns = {_COLUMNS})",
    ".csv": f"{_INSERT} read_csv($path, header = true, columns = {_COLUMNS})",
    ".parquet": f"{_INSERT} read_parquet($path)",
}


def insert_all(path: Path, folder: Path) -> None:
    database = Database.open(folder / "peer.duckdb")
    with database.writing() as tx:
        tx.execute("CREATE TABLE plain (system VARCHAR, question VARCHAR, chosen VARCHAR, rejected VARCHAR)")
        tx.execute(INSERTS[path.suffix], {"path": str(path)})
    database.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000, sys.argv[2] if len(sys.argv) > 2 else "jsonl")
