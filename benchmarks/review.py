"""What a rerun of the review page asks of the database, at growing numbers of pairs with as many decisions.

    python -m benchmarks.review [--sizes 100000 1000000] [--turns 20]

Prints medians in milliseconds, wall and processor time. "First" is what the first page after a start
waits for: everything is filed once. A turn is a vote by somebody else, the page (counts, one pair,
everything that was ever said of it, the action that could be undone), a settlement, and the page again.
"Pile" is the preview of a bulk action on every open pair.
"""

import argparse
import statistics
import tempfile
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import psutil

from benchmarks.queue import NOW, Times, fill, timed
from curation.database import Database
from curation.labelling import decisions, edits, pairs, placements, review, settlements, undoing
from curation.labelling.actions import Action
from curation.model import Answer, Decision, Verdict


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--turns", type=int, default=20)
    arguments = parser.parse_args()
    print(f"load {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores, {arguments.turns} turns")
    for size in arguments.sizes:
        for name, taken in measured(size, arguments.turns).items():
            wall, cpu = (1000 * statistics.median(values) for values in zip(*taken, strict=True))
            print(f"{size:>9,} pairs  {name:<18} {wall:9.2f} ms  cpu {cpu:9.2f} ms")


def measured(size: int, turns: int) -> Times:
    """Wall and processor seconds of each part."""
    times: Times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        db = Database.open(Path(folder) / "review.duckdb")
        fill(db, size)
        with timed(times, "first"):
            review.page(db)
        for turn in range(turns):
            one_turn(db, times, turn)
        with timed(times, "pile"):
            review.pile(db)
        db.close()
    return times


def one_turn(db: Database, times: Times, turn: int) -> None:
    """Somebody votes, the reviewer looks, settles, and looks again."""
    with timed(times, "page, after a vote"):
        found = look(db)
    action = Action(id=f"act-{turn}", reason="read both", by="lead", now=NOW + timedelta(seconds=turn))
    with timed(times, "settle"):
        settlements.settle(db, {found: Verdict.TIE}, action)
    with timed(times, "page, after settling"):
        found = look(db)
    with timed(times, "page, again"):
        look(db)
    decisions.record(
        db,
        Decision(
            id=f"{turn:032x}",
            pair_id=found,
            annotator_id="ann-new",
            verdict=Verdict.ANSWER_1,
            left=Answer.ONE,
            server_time=NOW,
        ),
    )


def look(db: Database) -> str:
    """Everything the page asks for; id of the pair that it shows."""
    (entry,) = review.page(db).entries
    pair_id = entry.row.pair_id
    pairs.get(db, pair_id)
    for history in (decisions.history, settlements.history, placements.history, edits.about):
        history(db, pair_id)
    undoing.latest(db, "lead")
    return pair_id


if __name__ == "__main__":
    main()
