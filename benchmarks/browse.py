"""What Browse asks of the database, at a number of pairs with texts of natural length and as many decisions.

    python -m benchmarks.browse [--sizes 100000] [--turns 20] [--answers 18]

Prints the median and 95th percentile in milliseconds, processor time, and the ratio to plain DuckDB: for
a page the same rows by the view `standing` and OFFSET, for a search three columns lowered, scanned. "First"
is what the first look after a start waits for; "prepare" what an import leaves to a thread behind it. Texts
are sentences of random words by Zipf's law; --answers is their number in a pair (18 give 1,900 characters).
"""

import argparse
import random
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import psutil

from benchmarks.queue import NOW, Times, fill, timed
from curation.database import Database
from curation.labelling import browse, decisions, searching, spreads
from curation.labelling.matching import Filter, Order
from curation.model import Decision, State, Tier, Verdict

RARE = "zweihundert"
SEARCHES = [RARE, "wa", "a", "not there at all"]
FILTERS = {
    "all": Filter(),
    "source": Filter(source_id="source-1"),
    "state": Filter(state=State.DECIDED),
    "support": Filter(tier=Tier.CONFLICT),
    "winner": Filter(winner=Verdict.ANSWER_2, min_chars=1500),
}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000])
    parser.add_argument("--turns", type=int, default=20)
    parser.add_argument("--answers", type=int, default=18)
    arguments = parser.parse_args()
    print(f"load {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores, {arguments.turns} turns")
    for size in arguments.sizes:
        times = measured(size, arguments.turns, arguments.answers)
        for name, taken in times.items():
            wall, cpu = ([1000 * value for value in values] for values in zip(*taken, strict=True))
            middle = statistics.median(wall)
            plain = times.get(f"plain {name.split()[0]}")
            beside = f"  x {middle / (1000 * statistics.median(w for w, _ in plain)):.2f}" if plain else ""
            late = sorted(wall)[max(0, -(-95 * len(wall) // 100) - 1)]
            print(
                f"{size:>9,} pairs  {name:<18} {middle:9.1f} ms  p95 {late:9.1f} ms"
                f"  cpu {statistics.median(cpu):9.1f} ms{beside}"
            )


def measured(size: int, turns: int, sentences: int) -> Times:
    """Wall and processor seconds of each part."""
    times: Times = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        db = Database.open(Path(folder) / "browse.duckdb", threads=2)
        fill(db, size)
        write(db, sentences)
        with timed(times, "first"):
            browse.page(db, Filter())
        with timed(times, "prepare"):
            searching.prepare(db)
        for turn in range(turns):
            pages(db, times, turn)
        for text in SEARCHES:
            search(db, times, text)
        plainly(db, times, size)
        db.close()
    return times


def write(db: Database, sentences: int) -> None:
    """Give every pair texts: sentences of a list, drawn by a hash of its row."""
    chance = random.Random(0)
    words = [
        "".join(chance.choice("aeiourstlnwdm") for _ in range(chance.randint(2, 9))) for _ in range(30_000)
    ]
    weights = [1 / rank for rank in range(1, len(words) + 1)]
    drawn = [" ".join(chance.choices(words, weights, k=18)).capitalize() + ". " for _ in range(20_000)]
    with db.writing() as tx:
        tx.execute("CREATE TEMP TABLE said AS SELECT unnest($s) AS s", {"s": drawn})
        part = " || ".join(
            f"(SELECT list(s) FROM said)[1 + (hash(source_row * 64 + {n}) % 20000)::INTEGER]"
            for n in range(max(1, sentences // 3))
        )
        tx.execute(
            f"UPDATE pair SET prompt = {part}, answer_1 = {part.replace('64 +', '64 + 20 +')},"
            f" answer_2 = {part.replace('64 +', '64 + 40 +')}"
            f" || CASE WHEN source_row % 5000 = 7 THEN '{RARE.upper()}' ELSE '' END"
        )
        tx.execute(
            "UPDATE pair SET prompt_chars = len(prompt), answer_1_chars = len(answer_1),"
            " answer_2_chars = len(answer_2)"
        )


def pages(db: Database, times: Times, turn: int) -> None:
    """Every filter in an order, two pages of each; then somebody votes and the page is looked at again."""
    order = list(Order)[turn % len(Order)]
    for name, wanted in FILTERS.items():
        with timed(times, f"page {name}"):
            found = browse.page(db, wanted, order)
        with timed(times, f"page {name}, next"):
            browse.page(db, wanted, order, found.next)
    with timed(times, "statistics"):
        spreads.of(db, Filter())
    vote(db, found.rows[0].pair_id, turn)
    with timed(times, "page after a vote"):
        browse.page(db, Filter(), order)


def search(db: Database, times: Times, text: str) -> None:
    """New each time, since what was found is remembered; then the next page of it."""
    for turn in range(3):
        with timed(times, f"search {text[:9]}"):
            found = browse.page(db, Filter(text=text if turn == 0 else text[: -turn or None] or text))
        with timed(times, "page of a search"):
            browse.page(
                db, Filter(text=text if turn == 0 else text[: -turn or None] or text), after=found.next
            )


def plainly(db: Database, times: Times, size: int) -> None:
    """The same by the view and by three columns."""
    with db.reading() as cursor:
        with timed(times, "plain page"):
            cursor.execute(
                "SELECT p.id, p.prompt FROM pair AS p JOIN standing AS s ON s.pair_id = p.id"
                " ORDER BY p.source_row LIMIT 25 OFFSET $half",
                {"half": size // 2},
            ).fetchall()
        with timed(times, "plain search"):
            cursor.execute(
                "SELECT count(*) FROM pair WHERE contains(lower(prompt), $t)"
                " OR contains(lower(answer_1), $t) OR contains(lower(answer_2), $t)",
                {"t": RARE},
            ).fetchall()


def vote(db: Database, pair_id: str, turn: int) -> None:
    """One decision."""
    decisions.record(
        db,
        Decision(
            id=f"{time.time_ns():032x}",
            pair_id=pair_id,
            annotator_id=f"ann-new-{turn}",
            verdict=Verdict.TIE,
            left=None,
            server_time=NOW,
        ),
    )


if __name__ == "__main__":
    main()
