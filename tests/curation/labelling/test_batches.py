"""A slice that a lead wants first is served first, to its end, and says so by its arm."""

import pytest

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import batches, decisions, events, queue
from curation.model import Arm, Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision


def vote(db: Database, pair_id: str, name: str, verdict: Verdict = Verdict.ANSWER_1) -> None:
    id = f"{pair_id[:16]}{name.encode().hex():0>16}"
    decisions.record(db, a_decision(pair_id, id=id, annotator_id=name, verdict=verdict))


def test_the_pairs_of_a_batch_come_first_in_its_order_and_by_an_arm_of_their_own() -> None:
    db, ids = a_database(30)
    wanted = [ids[20], ids[3], ids[11]]
    batches.make(db, wanted, name="Long ones", by="lead", now=NOW)
    tasks = queue.next_for(db, "ann-1", limit=5, now=NOW)
    assert [task.pair_id for task in tasks[:3]] == wanted
    assert [task.arm is Arm.BATCH for task in tasks] == [True, True, True, False, False]


def test_batches_are_worked_on_in_their_order_which_a_lead_may_change() -> None:
    db, ids = a_database(9)
    batches.make(db, ids[:2], name="One", by="lead", now=NOW)
    second = batches.make(db, ids[4:6], name="Two", by="lead", now=NOW)
    batches.put_first(db, second, by="lead", now=NOW)
    assert [batch.name for batch in batches.every(db)] == ["Two", "One"]
    tasks = queue.next_for(db, "ann-1", limit=4, now=NOW)
    assert [task.pair_id for task in tasks] == [*ids[4:6], *ids[:2]]


def test_a_pair_sent_back_for_another_vote_gets_one_and_no_more() -> None:
    db, ids = a_database(3)
    vote(db, ids[0], "ann-1")
    batches.make(db, [ids[0]], name="Once more", by="lead", now=NOW, more=1)
    assert ids[0] not in {task.pair_id for task in queue.next_for(db, "ann-1", limit=9, now=NOW)}
    (task, *_) = queue.next_for(db, "ann-2", limit=1, now=NOW)
    assert (task.pair_id, task.arm) == (ids[0], Arm.BATCH)
    vote(db, ids[0], "ann-2")
    assert [(batch.done, batch.is_open) for batch in batches.every(db)] == [(1, False)]
    assert ids[0] not in {task.pair_id for task in queue.next_for(db, "ann-3", limit=9, now=NOW)}


def test_a_batch_that_was_ended_asks_for_nothing_any_more() -> None:
    db, ids = a_database(2)
    vote(db, ids[0], "ann-1")
    number = batches.make(db, [ids[0]], name="Once more", by="lead", now=NOW, more=1)
    batches.end(db, number, by="lead", now=NOW)
    assert [task.pair_id for task in queue.next_for(db, "ann-2", limit=9, now=NOW)] == [ids[1]]
    with pytest.raises(Unknown, match="not open any more"):
        batches.end(db, number, by="lead", now=NOW)


def test_a_person_who_takes_a_decision_back_meets_the_pair_of_the_batch_again() -> None:
    db, ids = a_database(5)
    batches.make(db, [ids[2]], name="One", by="lead", now=NOW)
    queue.next_for(db, "ann-1", limit=1, now=NOW)
    vote(db, ids[2], "ann-1")
    made = f"{ids[2][:16]}{b'ann-1'.hex():0>16}"
    decisions.undo(db, undo_id="u" * 32, decision_id=made, annotator_id="ann-1", now=NOW)
    assert queue.next_for(db, "ann-1", limit=1, now=NOW)[0].pair_id == ids[2]


def test_making_a_batch_is_in_the_audit_and_nonsense_is_refused() -> None:
    db, ids = a_database(1)
    batches.make(db, ids, name=" First ", by="ann-lead", now=NOW, detail={"state": "undecided"})
    (event,) = events.newest(db)
    assert (event.action, event.actor, event.subject) == ("make batch", "ann-lead", "First")
    with pytest.raises(InvalidInput, match="a name"):
        batches.make(db, ids, name=" ", by="lead", now=NOW)
    with pytest.raises(InvalidInput, match="No pair was named"):
        batches.make(db, [], name="None", by="lead", now=NOW)
    with pytest.raises(InvalidInput, match="0 to 5 further votes"):
        batches.make(db, ids, name="Many", by="lead", now=NOW, more=6)
    with pytest.raises(Unknown, match="There is no pair 404"):
        batches.make(db, ["404"], name="Gone", by="lead", now=NOW)
