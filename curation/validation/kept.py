"""A validation's tables, kept beside the database for the next one, which then looks at what has changed.

What the rules write of a pair depends on the texts, votes, settlements, placements and fixes of the pairs of
its content and on thresholds, and on nothing else. So the contents that the logs have spoken of since are
looked at again as if they were the whole workspace (universe), and their rows replace the kept ones; findings
are then told from all rows, kept and new, by the same queries as ever. A release is made from scratch.

Nothing here is the truth: a cursor with temporary tables, gone when the database is closed. A test holds what
it says equal to what a validation from scratch says.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from curation.database import Database
from curation.quality import tallies
from curation.validation import (
    budget,
    changes,
    clusters,
    learnt,
    measuring,
    protected,
    runner,
    snapshot,
    universe,
)
from curation.validation.changes import Cursor, Marks
from curation.validation.policy import Policy

MOST = 50_000  # changed pairs from which on looking at all of them again costs no more
# Thresholds that decide which rows are written; every other one is asked when findings are told.
_MARKING = (
    "minimum_tier", "rewrites", "max_length", "near_identical", "template_tokens", "refusal_chars",
    "language_sure", "loop_lines", "loop_grams", "conflict_spread",
)  # fmt: skip


@dataclass(slots=True, kw_only=True)
class View:
    """A snapshot of now on which the rules have written their rows, or are about to.

    Attributes:
        answer: what was told from these rows under this policy, None where nothing was; whoever tells it
            lays it here for the next.
    """

    cursor: Cursor
    answer: object = None


class Kept:
    """The cursor, and what its tables hold. One validation at a time has it."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self._cursor: Cursor | None = None
        self._marks: Marks | None = None
        self._policy = Policy()
        self._answer: tuple[object, object] = (None, None)  # what it was asked under, and the answer

    @contextmanager
    def opened(self, db: Database, policy: Policy, progress: snapshot.Progress) -> Iterator[View]:
        """The kept tables as of now, inside a transaction; what happens to them stays if all goes well."""
        cursor, now = self._caught_up(db, policy, progress)
        asked = (now, policy, _golds(cursor))
        view = View(cursor=cursor, answer=self._answer[1] if self._answer[0] == asked else None)
        try:
            yield view
            found = learnt.taken(cursor)
        except BaseException:
            cursor.rollback()
            if self._marks is None:
                self._forget()
            raise
        if snapshot.is_marked(cursor) and _reads_texts_where_they_lie(cursor):
            cursor.commit()
            self._marks, self._policy, self._answer = now, policy, (asked, view.answer)
        else:
            cursor.rollback()
            self._forget()
        learnt.remember(db, found)

    def _caught_up(self, db: Database, policy: Policy, progress: snapshot.Progress) -> tuple[Cursor, Marks]:
        while True:
            self._measure(db, progress)
            cursor = self._cursor or self._begun(db)
            cursor.begin()
            try:
                now = changes.marks(cursor)
                if self._marks is None or self._follow(db, cursor, policy, now):
                    return cursor, now
            except BaseException:
                cursor.rollback()
                self._forget()
                raise
            cursor.rollback()
            self._forget()

    def _measure(self, db: Database, progress: snapshot.Progress) -> None:
        """Asked only where texts have come: looking for unmeasured ones reads every id."""
        if self._marks is not None:
            with db.reading() as cursor:
                now = changes.marks(cursor, (*changes.TEXTS, "protected_prompt"))
            if all(number == self._marks[table] for table, number in now.items()):
                return
        measuring.fill(db, progress)
        protected.fill(db, progress)

    def _begun(self, db: Database) -> Cursor:
        self._cursor = db.lasting()
        self._cursor.execute(learnt.TABLES)
        return self._cursor

    def _forget(self) -> None:
        if self._cursor is not None:
            self._cursor.close()
        self._cursor, self._marks, self._answer = None, None, (None, None)

    def _follow(self, db: Database, cursor: Cursor, policy: Policy, now: Marks) -> bool:
        """Bring the tables up to now; False where that is no less work than beginning again."""
        before = self._marks
        if before is None or now["protected_prompt"] != before["protected_prompt"]:
            return False
        pairs = changes.closed(cursor, changes.touched(cursor, before), before) if now != before else ()
        if len(pairs) > MOST:
            return False
        if pairs and not _replace(db, cursor, policy, pairs, before, now):
            return False
        if policy.near_prompt != self._policy.near_prompt:
            clusters.rebuild(cursor, policy)
        elif policy.split_seed != self._policy.split_seed:
            clusters.redraw(cursor, policy)
        if _marking(policy) != _marking(self._policy):
            snapshot.unsettle(cursor)
            runner.mark(cursor, policy)
            clusters.draw(cursor)
            tallies.forget(cursor)
        return True


@contextmanager
def opened(
    db: Database, policy: Policy, progress: snapshot.Progress = lambda _done, _total: None
) -> Iterator[View]:
    """A snapshot of now: from what is kept, or from scratch while another validation has that."""
    kept = db.attached(Kept)
    if not kept.turn.acquire(blocking=False):
        with snapshot.opened(db, progress) as cursor:
            yield View(cursor=cursor)
        return
    try:
        with db.frugal(), kept.opened(db, policy, progress) as view:
            yield view
    finally:
        kept.turn.release()


def _replace(
    db: Database, cursor: Cursor, policy: Policy, pairs: tuple[str, ...], before: Marks, now: Marks
) -> bool:
    """Work these pairs out again; False where a text has come since the last were measured."""
    with universe.of(db, pairs, now) as part:
        if measuring.count_missing(part):
            return False
        snapshot.prepare(part, lambda _done, _total: None)
        budget.take(part, ())
        runner.mark(part, policy)
        new_texts = any(now[table] != before[table] for table in changes.TEXTS)
        turns = clusters.turns(cursor, pairs) if new_texts else set()
        was = {table: changes.rows(cursor, table, pairs) for table in ("fact", "cluster")}
        was |= universe.lay_over(cursor, part, pairs)
        if new_texts:
            universe.forget_texts(cursor)
            snapshot.lay_texts(cursor)
            snapshot.lay_over_mends(cursor)
            clusters.follow(cursor, policy, pairs, turns)
        was["drawn"] = universe.lay_drawn(cursor, part)
        with universe.known(db, was) as known:
            tallies.follow(cursor, known, part)
    return True


def _marking(policy: Policy) -> tuple[object, ...]:
    return tuple(getattr(policy, name) for name in _MARKING)


def _golds(cursor: Cursor) -> object:
    """Gold pairs are the one table behind a finding (V21) whose rows change."""
    return cursor.execute("SELECT count(*), max(added), bit_xor(hash(pair_id, verdict)) FROM gold").fetchone()


def _reads_texts_where_they_lie(cursor: Cursor) -> bool:
    """Not so where pairs had come in the last moment, whose measurements were copied."""
    return (
        cursor.execute("SELECT 1 FROM duckdb_views() WHERE temporary AND view_name = 'fact'").fetchone()
        is not None
    )
