"""Every pair is served by an arm that is on record; gold and repeats look like any other pair."""

import random
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest

from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo
from curation.labelling import decisions, events, golds, leases, projects, queue, shares
from curation.model import Arm, Verdict
from tests.curation.labelling import a_team
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision


def add_gold(db: Database, pair_id: str) -> None:
    golds.mark(db, {pair_id: Verdict.ANSWER_1}, by="lead", now=NOW)


def vote(db: Database, pair_id: str, name: str, verdict: Verdict = Verdict.ANSWER_1) -> None:
    id = f"{pair_id[:16]}{name.encode().hex():0>16}"
    decisions.record(db, a_decision(pair_id, id=id, annotator_id=name, verdict=verdict))


def test_a_team_of_fifty_finishes_and_no_pair_has_more_votes_than_late_ones_explain() -> None:
    db, ids = a_database(150, votes_per_pair=2)
    projects.ask_for(db, votes_per_pair=2, one_more_on_disagreement=True, actor="lead", now=NOW)
    story = a_team.label_everything(db, people=50)
    with db.reading() as cursor:
        votes = dict(cursor.execute("SELECT pair_id, votes FROM tally").fetchall())
    assert story.twice == []
    assert all(2 <= votes[pair_id] <= 3 + story.late[pair_id] for pair_id in ids)
    assert story.arms[Arm.SECOND_VOTE] > 0
    assert story.arms[Arm.ADJUDICATION] > 0
    db.close()


def test_two_people_at_once_never_hold_the_same_pair_of_one_vote() -> None:
    db, _ = a_database(20)
    held = [
        {task.pair_id for task in queue.next_for(db, name, limit=8, now=NOW)} for name in ("ann-1", "ann-2")
    ]
    assert len(held[0]) == len(held[1]) == 8
    assert not held[0] & held[1]


def test_what_nobody_answers_is_free_for_others_when_its_lease_ends_or_is_given_back() -> None:
    db, (pair_id,) = a_database(1)
    queue.next_for(db, "ann-1", limit=1, now=NOW)
    assert queue.next_for(db, "ann-2", limit=1, now=NOW + leases.DURATION / 2) == ()
    later = NOW + leases.DURATION
    assert [task.pair_id for task in queue.next_for(db, "ann-2", limit=1, now=later)] == [pair_id]
    queue.give_back(db, "ann-2", [pair_id], now=later)
    assert [task.pair_id for task in queue.next_for(db, "ann-3", limit=1, now=later)] == [pair_id]


def test_a_heartbeat_keeps_a_pair() -> None:
    db, (pair_id,) = a_database(1)
    queue.next_for(db, "ann-1", limit=1, now=NOW)
    half = NOW + leases.DURATION / 2
    queue.next_for(db, "ann-1", limit=0, now=half, but=[pair_id])
    assert queue.next_for(db, "ann-2", limit=1, now=NOW + leases.DURATION) == ()


def test_leases_outlive_the_process() -> None:
    db, _ = a_database(1)
    queue.next_for(db, "ann-1", limit=1, now=NOW)
    db._attached.clear()
    assert queue.next_for(db, "ann-2", limit=1, now=NOW) == ()


def test_a_third_person_is_asked_only_where_two_disagree() -> None:
    db, (agreed, contested) = a_database(2)
    projects.ask_for(db, votes_per_pair=2, one_more_on_disagreement=True, actor="lead", now=NOW)
    for name in ("ann-1", "ann-2"):
        vote(db, agreed, name)
    vote(db, contested, "ann-1")
    vote(db, contested, "ann-2", Verdict.ANSWER_2)
    tasks = queue.next_for(db, "ann-3", limit=9, now=NOW)
    assert [(task.pair_id, task.arm) for task in tasks] == [(contested, Arm.ADJUDICATION)]


def test_gold_is_met_once_by_everybody_among_ordinary_pairs_and_never_alone() -> None:
    db, ids = a_database(200)
    add_gold(db, ids[0])
    vote(db, ids[0], "ann-1")
    tasks = queue.next_for(db, "ann-2", limit=150, now=NOW, chance=random.Random(1))
    assert [task.pair_id for task in tasks if task.arm is Arm.GOLD] == [ids[0]]
    alone, (gold,) = a_database(1)
    add_gold(alone, gold)
    vote(alone, gold, "ann-1")
    assert all(queue.next_for(alone, "ann-2", limit=9, now=NOW) == () for _ in range(40))


def test_a_repeat_comes_after_a_day_with_swapped_sides_and_replaces_no_vote() -> None:
    db, ids = a_database(300)
    for pair_id in ids[:100]:
        vote(db, pair_id, "ann-1")
    soon = queue.next_for(db, "ann-1", limit=100, now=NOW + timedelta(hours=20), chance=random.Random(2))
    assert all(task.arm is not Arm.REPEAT for task in soon)
    tomorrow = NOW + timedelta(hours=25)
    tasks = queue.next_for(db, "ann-1", limit=100, now=tomorrow, chance=random.Random(2))
    repeat = next(task for task in tasks if task.arm is Arm.REPEAT)
    first = queue.task_of(db, "ann-1", repeat.pair_id)
    assert (repeat.round, repeat.left) == (1, first.left.other)
    again = a_decision(repeat.pair_id, id="b" * 32, verdict=Verdict.TIE, server_time=tomorrow)
    decisions.record(db, replace(again, round=repeat.round, arm=repeat.arm))
    with db.reading() as cursor:
        kept = cursor.execute("SELECT verdict FROM vote WHERE pair_id = $id", {"id": repeat.pair_id})
        assert kept.fetchall() == [("answer_1",)]


def test_the_shares_of_the_arms_are_those_of_the_rules_and_what_no_arm_can_use_is_random() -> None:
    db, ids = a_database(1200)
    projects.ask_for(db, votes_per_pair=2, one_more_on_disagreement=False, actor="lead", now=NOW)
    add_gold(db, ids[-1])
    for pair_id in ids[:400]:
        vote(db, pair_id, "ann-1")
    tasks = queue.next_for(db, "ann-2", limit=600, now=NOW, chance=random.Random(3))
    served = Counter(task.arm for task in tasks)
    assert served[Arm.SECOND_VOTE] == pytest.approx(150, abs=40)
    assert served[Arm.RANDOM] == pytest.approx(450, abs=40)
    overlaps = {task.pair_id for task in tasks if task.arm is Arm.RANDOM} & set(ids[:400])
    assert len(overlaps) == pytest.approx(0.3 * 450, abs=40)


def test_pairs_of_every_source_come_in_their_share_from_the_start() -> None:
    db, _ = a_database(300)
    with db.writing() as tx:
        tx.execute("UPDATE pair SET source_id = 'small' WHERE source_row % 10 = 0")
    tasks = queue.next_for(db, "ann-1", limit=100, now=NOW)
    with db.reading() as cursor:
        (small,) = cursor.execute(
            "SELECT count(*) FROM pair WHERE source_id = 'small' AND id IN (SELECT unnest($ids))",
            {"ids": [task.pair_id for task in tasks]},
        ).fetchone() or (0,)
    assert small == pytest.approx(10, abs=2)


def test_an_answer_to_a_pair_that_nobody_gave_is_no_random_sample() -> None:
    db, (pair_id,) = a_database(1)
    assert queue.assignment(db, "ann-1", pair_id, 1) == (0, Arm.SECOND_VOTE)
    (task,) = queue.next_for(db, "ann-1", limit=1, now=NOW)
    assert queue.assignment(db, "ann-1", pair_id, task.round) == (0, Arm.RANDOM)


@pytest.mark.parametrize("votes", [0, 26])
def test_a_number_of_votes_that_makes_no_sense_is_refused(votes: int) -> None:
    db, _ = a_database(1)
    with pytest.raises(InvalidInput, match="1 to 25"):
        projects.ask_for(db, votes_per_pair=votes, one_more_on_disagreement=False, actor="lead", now=NOW)


def suspect(db: Database, scores: dict[str, float]) -> None:
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO suspicion (pair_id, detector, score, computed)"
            " SELECT unnest($pairs), 'test', unnest($scores), $now",
            {"pairs": list(scores), "scores": list(scores.values()), "now": NOW},
        )


def test_suspected_and_uncertain_pairs_have_their_shares_most_suspected_first() -> None:
    db, ids = a_database(1200)
    suspect(db, {pair_id: 0.99 - number / 1000 for number, pair_id in enumerate(ids[:200])})
    suspect(db, {pair_id: 0.5 + number / 10000 for number, pair_id in enumerate(ids[300:500])})
    suspect(db, dict.fromkeys(ids[600:700], 0.1))
    tasks = queue.next_for(db, "ann-1", limit=400, now=NOW, chance=random.Random(4))
    suspected = [task.pair_id for task in tasks if task.arm is Arm.SUSPECTED]
    uncertain = [task.pair_id for task in tasks if task.arm is Arm.UNCERTAIN]
    assert len(suspected) == pytest.approx(60, abs=25)
    assert len(uncertain) == pytest.approx(40, abs=20)
    assert suspected == sorted(suspected, key=ids.index)
    assert set(suspected) < set(ids[:200])
    assert set(uncertain) < set(ids[300:500])


def test_a_suspected_pair_with_all_its_votes_is_left_alone() -> None:
    db, ids = a_database(40)
    vote(db, ids[0], "ann-1")
    suspect(db, {ids[0]: 0.99})
    served = queue.next_for(db, "ann-2", limit=40, now=NOW, chance=random.Random(0))
    assert ids[0] not in {task.pair_id for task in served}


def test_a_lead_sets_the_mix_and_an_arm_of_no_weight_serves_nothing() -> None:
    db, ids = a_database(300)
    add_gold(db, ids[0])
    weights = dict.fromkeys(shares.USUAL, 0.0) | {Arm.RANDOM: 1.0, Arm.GOLD: 0.0}
    shares.change(db, weights, by="lead", now=NOW)
    tasks = queue.next_for(db, "ann-1", limit=200, now=NOW, chance=random.Random(5))
    assert {task.arm for task in tasks} == {Arm.RANDOM}
    assert shares.current(db) == weights


def test_a_mix_without_ordinary_pairs_or_with_a_negative_weight_is_refused() -> None:
    db, _ = a_database(1)
    only_gold = dict.fromkeys(shares.USUAL, 0.0) | {Arm.GOLD: 1.0}
    with pytest.raises(InvalidInput, match="at least one other arm"):
        shares.change(db, only_gold, by="lead", now=NOW)
    with pytest.raises(InvalidInput, match="0 or more"):
        shares.change(db, dict(shares.USUAL) | {Arm.RANDOM: -1.0}, by="lead", now=NOW)


def test_gold_that_was_withdrawn_is_served_to_nobody_else() -> None:
    db, ids = a_database(200)
    add_gold(db, ids[0])
    vote(db, ids[0], "ann-1")
    golds.withdraw(db, ids[0], by="lead", now=NOW)
    tasks = queue.next_for(db, "ann-2", limit=150, now=NOW, chance=random.Random(1))
    assert ids[0] not in {task.pair_id for task in tasks}
    assert [event.action for event in events.newest(db)][:2] == ["withdraw gold", "mark gold"]


def test_gold_needs_a_known_winner() -> None:
    db, ids = a_database(1)
    with pytest.raises(InvalidInput, match="known winner"):
        golds.mark(db, {ids[0]: Verdict.SKIP}, by="lead", now=NOW)
    with pytest.raises(NothingToUndo, match="not gold"):
        golds.withdraw(db, ids[0], by="lead", now=NOW)
