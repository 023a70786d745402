"""Next pairs, a saved decision and the counts, at growing numbers of pairs with as many decisions.

    python -m benchmarks.queue [--sizes 1000 100000 1000000] [--turns 60]

Prints medians in milliseconds, wall and processor time, and the ratio of the latter to the smallest size.
50 people have made the decisions at two votes a pair. A turn is one person's request for eight pairs (their
leases written), eight saved decisions, each by what was given out, and their counts. "First" is what the
first request after a start waits for: everything is read once. Texts are short here, because what is measured
is the search for the pair; reading the texts of eight pairs costs the same at any size.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import psutil

from curation.database import Database
from curation.labelling import decisions, progress, projects, queue, together
from curation.model import Decision, Verdict

NOW = datetime(2026, 11, 22, 9, 0)
PEOPLE = 50
Times = dict[str, list[tuple[float, float]]]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 100_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=60)
    arguments = parser.parse_args()
    base: dict[str, float] = {}
    print(f"load {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores, {arguments.turns} turns")
    for size, times in measured(arguments.sizes, arguments.turns).items():
        for name, taken in times.items():
            wall, cpu = (1000 * statistics.median(values) for values in zip(*taken, strict=True))
            ratio = cpu / base.setdefault(name, cpu)
            print(f"{size:>9,} pairs  {name:<12} {wall:9.2f} ms  cpu {cpu:9.2f} ms  x {ratio:.2f}")


def measured(sizes: Sequence[int], turns: int) -> dict[int, Times]:
    """Seconds of wall and processor time by size and by what was done.

    The sizes take turns, so that whatever else the machine does weighs on all of them alike.
    """
    times: dict[int, Times] = {size: defaultdict(list) for size in sizes}
    chance = random.Random(0)
    with tempfile.TemporaryDirectory() as folder:
        opened = {size: Database.open(Path(folder) / f"{size}.duckdb") for size in sizes}
        for size, db in opened.items():
            fill(db, size)
            with timed(times[size], "first"):
                queue.next_for(db, "ann-0", limit=1, now=NOW, chance=chance)
            for person in range(PEOPLE):
                queue.next_for(db, f"ann-{person}", limit=1, now=NOW, chance=chance)
        for turn in range(turns):
            for size, db in opened.items():
                one_turn(db, times[size], turn, chance)
        for db in opened.values():
            db.close()
    return times


def one_turn(db: Database, times: Times, turn: int, chance: random.Random) -> None:
    """One person asks, decides and looks at their counts."""
    name, now = f"ann-{turn % PEOPLE}", NOW + timedelta(seconds=turn)
    with timed(times, "next eight"):
        tasks = queue.next_for(db, name, limit=8, now=now, chance=chance)
    for number, task in enumerate(tasks):
        decision = Decision(
            id=f"{turn:016x}{number:016x}",
            pair_id=task.pair_id,
            annotator_id=name,
            verdict=Verdict(task.left.value),
            left=task.left,
            server_time=now,
        )
        with timed(times, "save"):
            place, arm = queue.assignment(db, name, task.pair_id, task.round)
            together.record(db, replace(decision, round=place, arm=arm))
    with timed(times, "progress"):
        progress.of(db, name, day_start=NOW.replace(hour=0))
    with timed(times, "last twenty"):
        decisions.by_annotator(db, name, limit=20)


def fill(db: Database, size: int) -> None:
    """Pairs, half of which have their two votes."""
    with db.writing() as tx:
        tx.execute(
            """
            INSERT INTO pair (id, content, source_id, source_row, context, prompt, answer_1, answer_2,
                              prior_provenance, shuffle, prompt_chars, answer_1_chars, answer_2_chars,
                              imported)
            SELECT md5(n::VARCHAR), md5(n::VARCHAR), 'source-' || n % 3, n, '[]', repeat('prompt ' || n, 8),
                   repeat('one ' || n, 10), repeat('two ' || n, 10), 'none', (hash(n) >> 1)::BIGINT,
                   80, 80, 80, $now
            FROM range($size) AS pairs(n)
            """,
            {"size": size, "now": NOW},
        )
        tx.execute(
            """
            INSERT INTO decision (id, pair_id, annotator_id, verdict, left_answer, arm, server_time)
            SELECT md5('decision ' || n), md5((n // 2)::VARCHAR), 'ann-' || (n * 7 + n // 2) % $people,
                   CASE WHEN hash(n) % 5 = 0 THEN 'answer_2' ELSE 'answer_1' END, 'answer_1', 'random',
                   $now - INTERVAL 30 DAY
            FROM range($size) AS decisions(n) ORDER BY n
            """,
            {"size": size, "people": PEOPLE, "now": NOW},
        )
    projects.ask_for(db, votes_per_pair=2, one_more_on_disagreement=True, actor="lead", now=NOW)


@contextmanager
def timed(times: Times, name: str) -> Iterator[None]:
    """Add what the block took."""
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    times[name].append((time.perf_counter() - wall, time.process_time() - cpu))


if __name__ == "__main__":
    main()
