"""Simulated people label a whole project to its end, by the real queue, leases, log and rules.

    python -m benchmarks.team [--pairs 10000] [--people 50] [--gold 100]

Two votes a pair and a third on disagreement. People skip, close the lid and come back, sleep over pairs on
their screens and answer them late. Prints what issue 3 asks of such a project, and exits with 1 where it does
not hold: no pair has more votes than asked for but late ones (gold, which everybody meets, apart), nobody
meets a pair twice but in a hidden repeat, no pair is left with too few votes, and the queue comes to its end.
The database is in memory and a screen's eight decisions are saved at once, for what is tested is who is given
what.
"""

import argparse
import sys
import time
from collections import Counter

from curation.database import Database
from curation.labelling import golds, journal, projects
from curation.labelling.journal import Need
from curation.model import Verdict
from tests.curation.labelling import a_team
from tests.curation.labelling.a_team import Story
from tests.curation.labelling.a_workspace import NOW, a_database

WANTED = 2


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=10_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--gold", type=int, default=100)
    arguments = parser.parse_args()
    db, ids = a_database(arguments.pairs, votes_per_pair=WANTED)
    projects.ask_for(db, votes_per_pair=WANTED, one_more_on_disagreement=True, actor="lead", now=NOW)
    gold = ids[: arguments.gold]
    if gold:
        golds.mark(db, dict.fromkeys(gold, Verdict.ANSWER_1), by="lead", now=NOW)
    cpu = time.process_time()
    story = a_team.label_everything(db, people=arguments.people)
    cpu = time.process_time() - cpu
    print(f"{arguments.pairs:,} pairs, {arguments.people} people, {story.decided:,} decisions")
    print(f"cpu {cpu:.0f} s, {1000 * cpu / story.decided:.1f} ms a decision, asking for it included")
    print("arms", {arm.value: number for arm, number in story.arms.most_common()})
    broken = [words for words, number in held_against(db, story, set(gold)).items() if number]
    db.close()
    sys.exit("Broken: " + "; ".join(broken) if broken else 0)


def held_against(db: Database, story: Story, gold: set[str]) -> dict[str, int]:
    """How often each promise was broken; printed as well."""
    with db.reading() as cursor:
        rows = cursor.execute(
            "SELECT pair_id, count(*), count(DISTINCT verdict) FROM vote GROUP BY pair_id"
        ).fetchall()
    votes = Counter({pair_id: number for pair_id, number, _ in rows})
    asked = {
        pair_id: WANTED + (verdicts > 1) for pair_id, _, verdicts in rows
    }  # a third only on disagreement
    book = journal.of(db)
    with book.lock:
        book.catch_up(db)
        needs = {pair_id: Need(book.needs[place]) for pair_id, place in book.places.items()}
    above = [
        pair_id for pair_id in needs if pair_id not in gold and votes[pair_id] > asked.get(pair_id, WANTED)
    ]
    late = [pair_id for pair_id in above if votes[pair_id] <= asked[pair_id] + story.late[pair_id]]
    broken = {
        "pairs above the votes asked for, no late vote explaining it": len(above) - len(late),
        "pairs met twice by somebody, no hidden repeat": len(story.twice),
        "pairs with too few votes": sum(votes[pair_id] < WANTED for pair_id in needs),
        "pairs that still wait for somebody": sum(need is not Need.NOTHING for need in needs.values()),
    }
    print(
        f"{len(late):6,} pairs above the votes asked for by late ones, of {story.late.total():,} late votes"
    )
    for words, number in broken.items():
        print(f"{number:6,} {words}")
    return broken


if __name__ == "__main__":
    main()
