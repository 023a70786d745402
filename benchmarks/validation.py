"""`python -m benchmarks.validation [PAIRS …]`: what all rules cost, the first time and after 100 decisions.

Texts are measured on a sample, in one process, and their facts lent to the other pairs, because a million
texts take half an hour; “scratch” is the measured cost of all texts and of the rules over them. Beside both
stands the least possible work: DuckDB reads every character once, and counts every pair's votes once.
Processor seconds, so that a busy machine says the same. Prints and never gates.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from benchmarks import workspaces
from curation.database import Database
from curation.release import gate
from curation.validation.policy import Policy

SAMPLE = 2000
DECISIONS = 100
ROUNDS = 3


def main(sizes: list[int]) -> None:
    print(
        f"{'pairs':>10}{'texts':>9}{'rules':>9}{'scratch / read':>16}{'again':>9}{'again / count':>15}"
        f"{'memory':>12}"
    )
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            db = workspaces.filled(Path(folder) / "pairloom.duckdb", size)
            print(measured(db, size))
            db.close()


def measured(db: Database, size: int) -> str:
    """One line for a workspace of `size` pairs whose texts nobody has measured."""
    sampled = min(SAMPLE, size)
    texts = _seconds(lambda: workspaces.lend_facts(db, sampled)) * size / sampled
    before = psutil.Process().memory_info().rss
    rules = _seconds(lambda: gate.examine(db, Policy()))
    again = _least(lambda: _decide(db), lambda: gate.examine(db, Policy()))
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    reading = _least(lambda: None, lambda: _ask(db, _READ))
    counting = _least(lambda: None, lambda: _ask(db, _COUNT))
    return (
        f"{size:>10,}{texts:>8.1f}s{rules:>8.1f}s{(texts + rules) / reading:>15.0f}×{again:>8.2f}s"
        f"{again / counting:>14.0f}×{grown:>8.0f} MiB"
    )


_READ = "SELECT sum(length(context) + length(prompt) + length(answer_1) + length(answer_2)) FROM pair"
_COUNT = "SELECT count(*) FROM (SELECT pair_id, count(*) FROM vote GROUP BY pair_id)"


def _decide(db: Database) -> None:
    """A hundred first votes."""
    with db.writing() as tx:
        tx.execute(
            """
            INSERT INTO decision (id, pair_id, annotator_id, verdict, left_answer, arm, server_time)
            SELECT 'again-' || p.id, p.id, 'ann-9', p.prior_winner, 'answer_1', 'random', p.imported
            FROM pair AS p WHERE NOT EXISTS (SELECT 1 FROM decision AS d WHERE d.pair_id = p.id)
            ORDER BY p.shuffle LIMIT $number
            """,
            {"number": DECISIONS},
        )


def _ask(db: Database, query: str) -> None:
    with db.reading() as cursor:
        cursor.execute(query).fetchall()


def _least(before: Callable[[], None], work: Callable[[], object]) -> float:
    """The least of some rounds, each after its own preparation, which is not counted."""
    spent = []
    for _ in range(ROUNDS):
        before()
        spent.append(_seconds(work))
    return min(spent)


def _seconds(work: Callable[[], object]) -> float:
    """Processor seconds of this process and of the workers that have ended."""
    start = _processor()
    work()
    return _processor() - start


def _processor() -> float:
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
