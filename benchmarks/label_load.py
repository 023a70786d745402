"""Many people labelling at once over HTTP, against the real server in a process of its own.

    python -m benchmarks.label_load [--pairs 100000] [--people 50] [--seconds 60] [--sessions 50] [--kills 10]
                                    [--most 400]

Prints, each with the load of the machine: processor time of the server per decision (next pairs, their
rendering and HTTP included) and the time to acknowledgement; memory per idle annotator with the label page
open; the most people that one process serves with a 95th percentile under 250 ms (more and more people, each
deciding once in 3 s, until it breaks); and what is left of all acknowledged decisions after the server was
killed again and again while the people went on. It ends by itself. Nothing is asserted but that the server
lives.

Texts are those of the bundled sample with a number in front, so that every pair is rendered once. One person
decides once in --pause seconds on average. The people run in this process, on the same machine.
"""

import argparse
import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from benchmarks import label_latency, label_sessions, label_team
from benchmarks.label_team import Person, Record
from curation import workspace
from curation.database import Database
from curation.labelling import annotators, projects
from curation.model import Role
from pages.parts import routes_label
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW

LIMIT = 0.25


def main() -> None:
    """Measure and print."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        people = prepared(home, arguments.pairs, max(arguments.people, arguments.most))
        server = Server(home)
        server.start()
        try:
            print(f"{arguments.pairs:,} pairs; {_load()}")
            warm_up(server, people)
            steady(server, people[: arguments.people], arguments.seconds, arguments.pause)
            if arguments.sessions:
                idle(server, arguments.sessions)
            if arguments.most:
                ramp(server, people, arguments.people, arguments.most, arguments.pause)
            if arguments.kills:
                killed(server, people[: arguments.people], arguments.kills, arguments.pause)
        finally:
            server.stop()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--pause", type=float, default=3.0)
    parser.add_argument("--sessions", type=int, default=50, help="idle pages; 0 leaves them out")
    parser.add_argument(
        "--most", type=int, default=400, help="people at which the ramp ends; 0 leaves it out"
    )
    parser.add_argument("--kills", type=int, default=10)
    return parser.parse_args()


def prepared(home: Path, pairs: int, people: int) -> list[Person]:
    """A workspace with so many pairs at two votes each, and people with tokens for it."""
    label_latency.fill(home, pairs)
    place = workspace.Workspace(home=home)
    place.create()
    database = Database.open(place.database)
    names = [f"ann-{number:03}" for number in range(people)]
    for name in names:
        annotators.ensure(database, name, name=name, role=Role.ANNOTATOR, now=NOW)
    projects.ask_for(database, votes_per_pair=2, one_more_on_disagreement=True, actor="lead", now=NOW)
    database.close()
    secret = place.secret()
    return [
        Person(token=routes_label.issue_token(secret, annotator_id=name, role=Role.ANNOTATOR))
        for name in names
    ]


def warm_up(server: Server, people: Sequence[Person]) -> None:
    """The first request after a start, and one for each person that comes to work."""
    began = time.perf_counter()
    asyncio.run(label_team.label(server.port, people[:1], seconds=1, pause=0.1, chance=random.Random(0)))
    print(f"first second of the first person after the start: {time.perf_counter() - began:.1f} s")
    asyncio.run(label_team.label(server.port, people[:50], seconds=4, pause=3, chance=random.Random(0)))


def steady(server: Server, people: Sequence[Person], seconds: float, pause: float) -> Record:
    """Processor time per decision and the time to acknowledgement."""
    process, began = psutil.Process(server.pid), time.perf_counter()
    before = _cpu(process)
    record = asyncio.run(
        label_team.label(server.port, people, seconds=seconds, pause=pause, chance=random.Random(1))
    )
    spent, taken = _cpu(process) - before, time.perf_counter() - began
    decided = max(1, len(record.saved))
    print(f"{len(people):>4} people, {decided / taken:.1f} decisions/s; {_load()}")
    print(f"     server CPU {1000 * spent / decided:.1f} ms a decision")
    print(f"     acknowledged {_summary(record.acknowledged)}; next pairs {_summary(record.asked)}")
    print(f"     {record.failures} requests failed, {len(record.refused)} decisions refused")
    return record


def idle(server: Server, sessions: int) -> None:
    """Memory of the server per person who has the label page open and does nothing."""
    process = psutil.Process(server.pid)
    grown = asyncio.run(label_sessions.growth(server.port, sessions, lambda: process.memory_info().rss))
    print(f"memory per idle annotator: {grown / 2**20:.2f} MiB ({sessions} open label pages)")


def ramp(server: Server, people: Sequence[Person], first: int, most: int, pause: float) -> None:
    """More people until the 95th percentile of acknowledgement passes the limit."""
    served, number = 0, first
    while number <= min(most, len(people)):
        record = steady(server, people[:number], 15, pause)
        if _p95(record.acknowledged) > LIMIT or record.failures:
            break
        served, number = number, number + 50
    print(f"one process serves {served} people with p95 under {1000 * LIMIT:.0f} ms; {_load()}")


def killed(server: Server, people: Sequence[Person], kills: int, pause: float) -> None:
    """SIGKILL under load, again and again: what was acknowledged must be there, once."""
    for person in people:
        person.ready.clear()

    async def story() -> Record:
        record, chance = Record(), random.Random(2)
        working = asyncio.create_task(
            label_team.label(
                server.port, people, seconds=60.0 * kills, pause=pause, chance=chance, record=record
            )
        )
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(2, 5))
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        await asyncio.sleep(2)
        record.ending = True
        return await working

    record = asyncio.run(story())
    server.stop()
    database = Database.open(workspace.Workspace(home=server.home).database)
    with database.reading() as cursor:
        stored = [row[0] for row in cursor.execute("SELECT id FROM decision").fetchall()]
    database.close()
    lost, ours = set(record.saved) - set(stored), [name for name in stored if name in record.sent]
    print(
        f"{kills} kills, {record.failures} requests sent again: {len(record.saved)} acknowledged,"
        f" {len(lost)} lost, {len(stored) - len(set(stored))} doubled, {len(set(ours) - set(record.saved))}"
        f" stored and never acknowledged; {_load()}"
    )


def _cpu(process: psutil.Process) -> float:
    return sum(process.cpu_times()[:2])


def _summary(seconds: Sequence[float]) -> str:
    if len(seconds) < 2:
        return "none"
    cuts = statistics.quantiles(seconds, n=100)
    return f"median {1000 * cuts[49]:.0f}, p95 {1000 * cuts[94]:.0f}, p99 {1000 * cuts[98]:.0f} ms"


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else float("inf")


def _load() -> str:
    return f"load {psutil.getloadavg()[0]:.1f} on {psutil.cpu_count()} cores"


if __name__ == "__main__":
    main()
