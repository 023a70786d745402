"""`python -m benchmarks.validation [PAIRS …]`: what all rules cost, the first time and ever after.

Asked are the first validation, one after nothing, one after 100 decisions, opening the pairs behind a
finding, and one from scratch, which a release is made of.

Texts are measured on a sample, in one process, and their facts lent to the other pairs, because a million
texts take half an hour; “scratch / read” is the measured cost of all texts and of the rules over them. Beside
both stands the least possible work: DuckDB reads every character once, and counts every pair's votes once.
Processor seconds, so that a busy machine says the same. Prints and never gates.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks import workspaces
from curation.database import Database
from curation.release import gate, remedies
from curation.validation import runner
from curation.validation.policy import Policy

SAMPLE = 2000
DECISIONS = 100
ROUNDS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Seconds of this process and of the workers that have ended, and what the clock said."""

    processor: float
    wall: float

    def __str__(self) -> str:
        return f"{self.processor:.2f} / {self.wall:.2f}"


def main(sizes: list[int]) -> None:
    columns = ("texts", "first", "nothing new", "100 decisions", "open a finding", "from scratch")
    print("seconds of processor / of the clock")
    print(f"{'pairs':>10}" + "".join(f"{name:>17}" for name in columns), end="")
    print(f"{'scratch / read':>16}{'again / count':>15}{'memory':>12}")
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            db = workspaces.filled(Path(folder) / "pairloom.duckdb", size)
            print(measured(db, size))
            db.close()


def measured(db: Database, size: int) -> str:
    """One line for a workspace of `size` pairs whose texts nobody has measured."""
    sampled = min(SAMPLE, size)
    texts = _spent(lambda: workspaces.lend_facts(db, sampled)).processor * size / sampled
    before = psutil.Process().memory_info().rss
    first = _spent(lambda: gate.examine(db, Policy()))
    nothing = _least(lambda: None, lambda: gate.examine(db, Policy()))
    again = _least(lambda: _decide(db), lambda: gate.examine(db, Policy()))
    grown = (psutil.Process().memory_info().rss - before) / 2**20
    opened = _least(lambda: None, lambda: _open(db))
    scratch = _spent(lambda: runner.validate(db, Policy()))
    reading = _least(lambda: None, lambda: _ask(db, _READ)).processor
    counting = _least(lambda: None, lambda: _ask(db, _COUNT)).processor
    told = "".join(f"{each!s:>17}" for each in (first, nothing, again, opened, scratch))
    return (
        f"{size:>10,}{texts:>17.1f}{told}{(texts + first.processor) / reading:>15.0f}×"
        f"{again.processor / counting:>14.1f}×{grown:>8.0f} MiB"
    )


_READ = "SELECT sum(length(context) + length(prompt) + length(answer_1) + length(answer_2)) FROM pair"
_COUNT = "SELECT count(*) FROM (SELECT pair_id, count(*) FROM vote GROUP BY pair_id)"


def _decide(db: Database) -> None:
    """A hundred first votes in the queue's random order, three in ten of them against the import or a tie.

    That is the costly way: they fall among the rows that V13 and V16 sample, and V13 learns again.
    """
    with db.writing() as tx:
        tx.execute(
            """
            INSERT INTO decision (id, pair_id, annotator_id, verdict, left_answer, arm, server_time)
            SELECT 'again-' || p.id, p.id, 'ann-9',
                   CASE WHEN hash(p.id) % 10 < 7 THEN p.prior_winner
                        WHEN hash(p.id) % 10 = 7 THEN 'tie'
                        ELSE CASE p.prior_winner WHEN 'answer_1' THEN 'answer_2' ELSE 'answer_1' END END,
                   'answer_1', 'random', p.imported
            FROM pair AS p WHERE NOT EXISTS (SELECT 1 FROM decision AS d WHERE d.pair_id = p.id)
            ORDER BY p.shuffle LIMIT $number
            """,
            {"number": DECISIONS},
        )


def _ask(db: Database, query: str) -> None:
    with db.reading() as cursor:
        cursor.execute(query).fetchall()


def _open(db: Database) -> None:
    """The pairs behind the first finding, as Browse opens them and the queue takes them."""
    finding = gate.examine(db, Policy()).validation.findings[0]
    remedies.pairs_behind(db, Policy(), finding.rule, finding.severity)


def _least(before: Callable[[], None], work: Callable[[], object]) -> Spent:
    """The least of some rounds, each after its own preparation, which is not counted."""
    spent = []
    for _ in range(ROUNDS):
        before()
        spent.append(_spent(work))
    return min(spent, key=lambda each: each.processor)


def _spent(work: Callable[[], object]) -> Spent:
    start, clock = _processor(), time.perf_counter()
    work()
    return Spent(processor=_processor() - start, wall=time.perf_counter() - clock)


def _processor() -> float:
    spent = os.times()
    return time.process_time() + spent.children_user + spent.children_system


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
