"""`python -m benchmarks.judges [--comparisons N] [--pairs N]`: what judges of known preference are told.

Every judgement goes the way of a person's: a comparison is taken into a database, its pairs are served by the
queue, decisions are recorded, and the results are read back. Beside the e-process stands what a fixed test at
5 %, looked at after every tenth judgement, would have called. Prints, never gates; the promise is at most 5 %
false alarms (3.2 % in the pilot, 28 % for the fixed test).
"""

import argparse
import os
import random
from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import median

from scipy.stats import binomtest

from curation import text
from curation.comparison import comparisons, results
from curation.comparison.offered import Offered, Origin
from curation.comparison.results import Duel
from curation.database import Database
from curation.labelling import batches, decisions, queue
from curation.labelling.queue import Task
from curation.model import Decision, Message, Speaker, Verdict

NOW = datetime(2026, 11, 22, 9, 0)
RATES = (0.50, 0.55, 0.60, 0.65)
TUNED, BASE = "run/tuned", "base"
_AT_ONCE = 8
_ALPHA = 0.05


def main(arguments: argparse.Namespace) -> None:
    print(f"{arguments.comparisons} comparisons a rate, at most {arguments.pairs} decisive judgements each")
    print("true rate  line crossed  rightly  after (median)  peeking  covered")
    for rate in RATES:
        duels = [judged(rate, arguments.pairs, seed) for seed in range(arguments.comparisons)]
        told = [one.evidence for one in duels if one.evidence.crossed is not None]
        right = sum(one.wins > one.losses for one in told)
        after = median(one.crossed or 0 for one in told) if told else 0
        peeked = sum(fixed_test(rate, arguments.pairs, seed) for seed in range(arguments.comparisons))
        covered = sum(one.rate is not None and one.rate.low <= rate <= one.rate.high for one in duels)
        shares = [count / len(duels) for count in (len(told), right, peeked, covered)]
        print(
            f"{rate:>9.0%}{shares[0]:>14.1%}{shares[1]:>9.1%}{after:>16.0f}{shares[2]:>9.1%}{shares[3]:>9.1%}",
            flush=True,
        )
    spent = os.times()
    print(f"processor {spent.user + spent.system:.0f} s")


def judged(rate: float, pairs: int, seed: int) -> Duel:
    """What the page reads after one judge, who prefers the tuned model at this rate, has seen every pair."""
    database = Database.in_memory()
    made = comparisons.take(database, _ORIGIN, _offered(pairs), by="lead", now=NOW)
    batches.make(
        database, comparisons.pair_ids(database, made.id), name="compare", by="lead", now=NOW, more=1
    )
    said = opinions(rate, pairs, seed)
    while tasks := queue.next_for(database, "ann-1", limit=_AT_ONCE, now=NOW, chance=random.Random(seed)):
        for task in tasks:
            decisions.record(database, _decision(task, tuned_wins=next(said)))
    duel = results.duel(results.judgements(database, [made.id]), TUNED, BASE, asked=pairs, seed=seed)
    database.close()
    return duel


def opinions(rate: float, pairs: int, seed: int) -> Iterator[bool]:
    """True where the tuned model's answer is preferred; the same seed says the same."""
    chance = random.Random(f"{seed}:{rate}")
    return iter([chance.random() < rate for _ in range(pairs)])


def fixed_test(rate: float, pairs: int, seed: int) -> bool:
    """Whether a binomial test read after every tenth judgement ever says that the models differ."""
    wins, said = 0, opinions(rate, pairs, seed)
    for count, won in enumerate(said, 1):
        wins += won
        if count % 10 == 0 and binomtest(wins, count).pvalue < _ALPHA:
            return True
    return False


_ORIGIN = Origin(evaluation="20261122T100000Z-aaaa", run="20261122T090000Z-bbbb", release="f" * 64)


def _offered(pairs: int) -> Sequence[Offered]:
    return [
        Offered(
            prompt_number=number,
            turns=(Message(speaker=Speaker.USER, content=f"Question {number}?"),),
            answers=(f"Tuned: {number}", f"Base: {number * 7}"),
            models=(TUNED, BASE),
        )
        for number in range(pairs)
    ]


def _decision(task: Task, *, tuned_wins: bool) -> Decision:
    first = task.answer_1.startswith("Tuned") == tuned_wins
    return Decision(
        id=text.digest([task.pair_id, "vote"]),
        pair_id=task.pair_id,
        annotator_id="ann-1",
        verdict=Verdict.ANSWER_1 if first else Verdict.ANSWER_2,
        left=task.left,
        arm=task.arm,
        server_time=NOW,
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--comparisons", type=int, default=200)
    parser.add_argument("--pairs", type=int, default=400)
    main(parser.parse_args())
