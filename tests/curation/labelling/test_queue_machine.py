"""Whatever a team does, in any order: the queue keeps its promises and remembers what is stored."""

import random
from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from curation.database import Database
from curation.labelling import (
    annotators,
    batches,
    decisions,
    golds,
    journal,
    leases,
    pairs,
    pauses,
    progress,
    projects,
    queue,
    quotas,
)
from curation.labelling.journal import Need
from curation.labelling.queue import Task
from curation.labelling.quotas import Quota
from curation.model import Arm, Role, Verdict
from tests.curation.labelling.a_workspace import NOW, a_decision, a_pair

PEOPLE = ("ann-1", "ann-2", "ann-3", "ann-4")
people, verdicts = st.sampled_from(PEOPLE), st.sampled_from(Verdict)


class Queue(RuleBasedStateMachine):
    @initialize(votes=st.integers(1, 3), more=st.booleans())
    def begin(self, votes: int, more: bool) -> None:
        self.db = Database.in_memory()
        self.now = NOW
        self.chance = random.Random(0)
        self.pairs = self.decided = 0
        self.screens: dict[str, list[tuple[Task, datetime]]] = {name: [] for name in PEOPLE}
        self.undoable: list[tuple[str, str, str]] = []
        self.extra: Counter[str] = Counter()  # votes a pair may have beyond what was asked for
        self.resting: set[str] = set()
        self.quotas: dict[str, int] = {}
        self.batched: Counter[str] = Counter()  # votes that a batch has asked for
        self.first_met: set[tuple[str, str]] = set()
        for name in PEOPLE:
            annotators.ensure(self.db, name, name=name, role=Role.ANNOTATOR, now=NOW)
        self.asked = projects.ask_for(
            self.db, votes_per_pair=votes, one_more_on_disagreement=more, actor="lead", now=NOW
        )

    @rule(count=st.integers(1, 4))
    def add(self, count: int) -> None:
        batch = [a_pair(self.pairs + number) for number in range(count)]
        self.pairs += count
        with self.db.writing() as tx:
            pairs.add(tx, batch, self.now)

    @rule(name=people, limit=st.integers(0, 4))
    def ask(self, name: str, limit: int) -> None:
        on_screen = [task.pair_id for task, _ in self.screens[name]]
        alive = {task.pair_id for task, ends in self.screens[name] if ends > self.now}
        given = queue.next_for(self.db, name, limit=limit, now=self.now, but=on_screen, chance=self.chance)
        left = self.quotas[name] - self.mine(name) if name in self.quotas else None
        if name in self.resting or left == 0:
            assert given == ()
            return
        assert left is None or given == () or len(given) + len(on_screen) <= left
        assert not {task.pair_id for task in given} & set(on_screen)
        for task in given:
            assert task.arm is Arm.REPEAT or (name, task.pair_id) not in self.first_met
        ends = self.now + leases.DURATION - leases.RENEW_AFTER
        renewed = [(task, ends if task.pair_id in alive else old) for task, old in self.screens[name]]
        self.screens[name] = renewed + [(task, ends) for task in given]

    @precondition(lambda self: any(self.screens.values()))
    @rule(data=st.data(), verdict=verdicts)
    def decide(self, data: st.DataObject, verdict: Verdict) -> None:
        name = data.draw(st.sampled_from([name for name in PEOPLE if self.screens[name]]))
        task, ends = self.screens[name].pop(0)
        self.decided += 1
        id = f"{self.decided:032x}"
        number, arm = queue.assignment(self.db, name, task.pair_id, task.round)
        assert (number, arm) == (task.round, task.arm)
        decision = a_decision(
            task.pair_id, id=id, annotator_id=name, verdict=verdict, left=task.left, server_time=self.now
        )
        given = replace(decision, round=number, arm=arm)
        assert decisions.is_plain(self.db, given, None)
        assert decisions.record_plain(self.db, [given])
        self.first_met.add((name, task.pair_id))
        self.undoable.append((name, task.pair_id, id))
        if ends <= self.now or arm is Arm.GOLD:  # gold is asked of everybody
            self.extra[task.pair_id] += 1

    @precondition(lambda self: self.undoable)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        name, pair_id, id = self.undoable.pop(data.draw(st.integers(0, len(self.undoable) - 1)))
        decisions.undo(self.db, undo_id=f"{id[::-1]}", decision_id=id, annotator_id=name, now=self.now)
        self.first_met.discard((name, pair_id))

    @rule(minutes=st.sampled_from([1, 11, 24 * 60 + 30]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(name=people)
    def leave(self, name: str) -> None:
        ids = [task.pair_id for task, _ in self.screens[name]]
        queue.give_back(self.db, name, ids, now=self.now)
        self.screens[name] = []

    @rule(name=people)
    def rest_or_go_on(self, name: str) -> None:
        pauses.pause(self.db, name, paused=name not in self.resting, actor="lead", now=self.now)
        self.resting ^= {name}

    @rule(name=people, more=st.integers(1, 3))
    def bound(self, name: str, more: int) -> None:
        self.quotas[name] = self.mine(name) + more
        quotas.give(self.db, name, Quota(in_total=self.quotas[name]), by="lead", now=self.now)

    @precondition(lambda self: self.pairs)
    @rule(data=st.data(), more=st.integers(0, 2))
    def make_batch(self, data: st.DataObject, more: int) -> None:
        ids = [a_pair(number).id for number in data.draw(st.sets(st.integers(0, self.pairs - 1), min_size=1))]
        votes = self.tally()
        batches.make(self.db, ids, name="First", by="lead", now=self.now, more=more)
        for pair_id in ids:
            asked = votes.get(pair_id, 0) + more if more else self.asked.votes_per_pair
            self.batched[pair_id] = max(self.batched[pair_id], asked)

    @precondition(lambda self: self.batched)
    @rule()
    def end_batches(self) -> None:
        for batch in batches.every(self.db):
            if batch.ended is None:
                batches.end(self.db, batch.number, by="lead", now=self.now)

    @precondition(lambda self: self.pairs)
    @rule(data=st.data())
    def mark_or_withdraw_gold(self, data: st.DataObject) -> None:
        pair_id = a_pair(data.draw(st.integers(0, self.pairs - 1))).id
        self.now += timedelta(seconds=1)
        if golds.of(self.db, pair_id) is None:
            golds.mark(self.db, {pair_id: Verdict.TIE}, by="lead", now=self.now)
        else:
            golds.withdraw(self.db, pair_id, by="lead", now=self.now)

    @rule()
    def restart(self) -> None:
        """A new process knows nothing but the tables."""
        self.db._attached.clear()

    @invariant()
    def no_pair_has_more_votes_than_asked_for_but_late_ones(self) -> None:
        most = self.asked.votes_per_pair + self.asked.one_more_on_disagreement
        for pair_id, votes in self.tally().items():
            assert votes <= max(most, self.batched[pair_id]) + self.extra[pair_id]

    @invariant()
    def what_is_remembered_is_what_is_stored(self) -> None:
        book = journal.of(self.db)
        book.catch_up(self.db)
        votes = {book.ids[place]: count for place, count in enumerate(book.votes) if count}
        assert votes == self.tally()
        again = journal.Journal()
        again.catch_up(self.db)
        assert (again.votes, again.needs, again.complete) == (book.votes, book.needs, book.complete)
        for name in PEOPLE:
            theirs, replayed = (each.entries.diaries[each.person(name)] for each in (book, again))
            assert (theirs.mine, theirs.skipped) == (replayed.mine, replayed.skipped)
            assert progress.of(self.db, name, day_start=NOW).mine == self.mine(name)

    def teardown(self) -> None:
        """Everybody comes back and goes on: the queue ends, and every pair has what was asked for."""
        if not hasattr(self, "db"):
            return
        for name in list(self.resting):
            self.rest_or_go_on(name)
        for name in self.quotas:
            quotas.give(self.db, name, Quota(), by="lead", now=self.now)
        self.wait(11)
        self.screens = {name: [] for name in PEOPLE}
        for _ in range(4 * len(PEOPLE) * (self.pairs + 1)):
            if not any(self.work(name) for name in PEOPLE):
                break
        else:
            raise AssertionError("The queue does not end.")
        book = journal.of(self.db)
        for place, need in enumerate(book.needs):
            if need != Need.NOTHING:
                assert all(book.entries.has_met(place, book.person(name)) for name in PEOPLE)
        self.db.close()

    def work(self, name: str) -> bool:
        for task in queue.next_for(self.db, name, limit=3, now=self.now, chance=self.chance):
            self.decided += 1
            decision = a_decision(task.pair_id, id=f"{self.decided:032x}", annotator_id=name)
            number, arm = queue.assignment(self.db, name, task.pair_id, task.round)
            assert (number, arm) == (task.round, task.arm)
            decisions.record(self.db, replace(decision, round=number, arm=arm))
            break
        else:
            return False
        return True

    def tally(self) -> dict[str, int]:
        with self.db.reading() as cursor:
            return dict(cursor.execute("SELECT pair_id, votes FROM tally").fetchall())

    def mine(self, name: str) -> int:
        with self.db.reading() as cursor:
            (count,) = cursor.execute(
                "SELECT count(*) FROM vote WHERE annotator_id = $name", {"name": name}
            ).fetchone() or (0,)
        return int(count)


TestQueue = Queue.TestCase
TestQueue.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, phases=(Phase.generate,)
)
