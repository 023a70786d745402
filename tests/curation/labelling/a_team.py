"""A team that labels a project to its end, with people who skip, hesitate, leave and come back."""

import random
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from curation.database import Database
from curation.labelling import decisions, leases, queue
from curation.labelling.queue import Task
from curation.model import Arm, Decision, Verdict
from tests.curation.labelling.a_workspace import NOW

STEP = timedelta(seconds=4)
DAY, NIGHT = 10_000, timedelta(hours=16)  # decisions of a day, and how long everybody then sleeps


@dataclass(slots=True, kw_only=True)
class Story:
    """What happened.

    Attributes:
        arms: how many pairs each arm served.
        late: decisions per pair that came after their lease had ended.
        twice: pairs that somebody met again although it was no hidden repeat.
        nights: how often everybody went home, with what was on their screens undecided.
    """

    arms: Counter[Arm] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)
    twice: list[tuple[str, str]] = field(default_factory=list)
    decided: int = 0
    nights: int = 0


def label_everything(db: Database, *, people: int, seed: int = 0) -> Story:
    """Ask and decide, person after person, until nobody is given anything any more."""
    chance, story, now = random.Random(seed), Story(), NOW
    met: set[tuple[str, str]] = set()
    idle: set[str] = set()
    names = [f"ann-{number}" for number in range(people)]
    screens: dict[str, tuple[tuple[Task, ...], datetime]] = {}
    while len(idle) < people:
        name, now = chance.choice(names), now + STEP
        if story.decided // DAY > story.nights:
            now, story.nights = now + NIGHT, story.nights + 1
        if name in screens and chance.random() < 0.05:  # the lid is closed, and opened again much later
            now += leases.DURATION if chance.random() < 0.1 else timedelta(0)
            continue
        tasks, given = screens.pop(name, ((), now))
        if not tasks:
            tasks, given = queue.next_for(db, name, limit=8, now=now, chance=chance), now
            screens[name] = (tasks, given)
            idle = idle - {name} if tasks else idle | {name}
            story.arms.update(task.arm for task in tasks)
            story.twice += [
                (name, task.pair_id)
                for task in tasks
                if task.arm is not Arm.REPEAT and (name, task.pair_id) in met
            ]
            if tasks:
                idle = set()
            continue
        met |= {(name, task.pair_id) for task in tasks}
        if now >= given + leases.DURATION:
            story.late.update(task.pair_id for task in tasks)
        _decide(db, name, tasks, now, chance, story)
    return story


def _decide(
    db: Database, name: str, tasks: tuple[Task, ...], now: datetime, chance: random.Random, story: Story
) -> None:
    batch = []
    for task in tasks:
        story.decided += 1
        number, arm = queue.assignment(db, name, task.pair_id, task.round)
        verdict = chance.choices([Verdict.ANSWER_1, Verdict.ANSWER_2, Verdict.SKIP], [75, 23, 2])[0]
        decision = Decision(
            id=f"{story.decided:032x}",
            pair_id=task.pair_id,
            annotator_id=name,
            verdict=verdict,
            left=task.left,
            server_time=now,
        )
        batch.append(replace(decision, round=number, arm=arm))
    if not decisions.record_plain(db, batch):
        raise AssertionError("an id of the story was taken")
