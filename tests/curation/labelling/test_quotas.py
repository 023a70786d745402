"""A person is given no more than a lead allows, and reads why."""

from datetime import timedelta

import pytest

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import annotators, decisions, pauses, progress, queue, quotas
from curation.labelling.quotas import Quota
from curation.model import Role
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision


def a_team(count: int) -> tuple[Database, list[str]]:
    db, ids = a_database(count)
    annotators.ensure(db, "ann-1", name="Ann", role=Role.ANNOTATOR, now=NOW)
    return db, ids


def decide(db: Database, count: int, *, days_ago: int = 0) -> None:
    now = NOW - timedelta(days=days_ago)
    for task in queue.next_for(db, "ann-1", limit=count, now=now):
        id = f"{days_ago:016x}{task.pair_id[:16]}"
        decisions.record(db, a_decision(task.pair_id, id=id, left=task.left, server_time=now))


def words(db: Database) -> str:
    return progress.of(db, "ann-1", day_start=NOW - timedelta(hours=9)).enough


def test_a_days_quota_ends_with_a_sentence_and_yesterday_does_not_count() -> None:
    db, _ = a_team(20)
    decide(db, 5, days_ago=1)
    quotas.give(db, "ann-1", Quota(per_day=3), by="lead", now=NOW)
    given = queue.next_for(db, "ann-1", limit=8, now=NOW)
    assert len(given) == 3
    assert words(db) == ""
    decide(db, 3)
    assert queue.next_for(db, "ann-1", limit=8, now=NOW) == ()
    assert words(db) == "You have decided 3 pairs today, which is your day's share. Thank you."


def test_what_is_on_the_screen_counts_towards_the_quota() -> None:
    db, _ = a_team(20)
    quotas.give(db, "ann-1", Quota(in_total=5), by="lead", now=NOW)
    screen = [task.pair_id for task in queue.next_for(db, "ann-1", limit=4, now=NOW)]
    assert len(queue.next_for(db, "ann-1", limit=8, now=NOW, but=screen)) == 1


def test_a_quota_in_total_ends_and_a_larger_one_goes_on() -> None:
    db, _ = a_team(20)
    quotas.give(db, "ann-1", Quota(in_total=2), by="lead", now=NOW)
    decide(db, 8)
    assert words(db) == "You have decided all 2 pairs asked of you. Thank you."
    quotas.give(db, "ann-1", Quota(), by="lead", now=NOW)
    assert words(db) == ""
    assert len(queue.next_for(db, "ann-1", limit=8, now=NOW)) == 8


def test_who_is_paused_reads_so_and_loses_nothing() -> None:
    db, _ = a_team(3)
    decide(db, 1)
    pauses.pause(db, "ann-1", paused=True, actor="lead", now=NOW)
    assert queue.next_for(db, "ann-1", limit=8, now=NOW) == ()
    assert words(db).startswith("A lead has paused your labelling.")
    assert progress.of(db, "ann-1", day_start=NOW).mine == 1


def test_a_quota_of_nothing_or_for_nobody_is_refused() -> None:
    db, _ = a_team(1)
    with pytest.raises(InvalidInput, match="pause the person"):
        quotas.give(db, "ann-1", Quota(per_day=0), by="lead", now=NOW)
    with pytest.raises(Unknown, match="no annotator ann-9"):
        quotas.give(db, "ann-9", Quota(per_day=1), by="lead", now=NOW)
