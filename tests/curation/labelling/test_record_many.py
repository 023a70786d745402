"""Imported votes go in by batches, in order, once."""

from datetime import datetime

from curation.database import Database
from curation.labelling import decisions
from curation.model import Answer, Decision, Verdict

NOW = datetime(2026, 11, 22, 9, 0)


def a_vote(number: int, verdict: Verdict = Verdict.ANSWER_1) -> Decision:
    return Decision(
        id=f"vote-{number}",
        pair_id="p1",
        annotator_id=f"imported-{number}",
        verdict=verdict,
        left=None,
        server_time=NOW,
        reasons=("clear", "correct"),
        strength=2,
    )


def record(database: Database, *batch: Decision) -> int:
    with database.writing() as tx:
        return decisions.record_many(tx, batch)


def test_an_imported_vote_comes_back_as_it_went_in_with_its_sides_unknown() -> None:
    database = Database.in_memory()
    assert record(database, a_vote(1)) == 1
    assert decisions.history(database, "p1") == (a_vote(1),)


def test_a_vote_that_is_there_already_is_left_as_it_is() -> None:
    database = Database.in_memory()
    record(database, a_vote(1))
    assert record(database, a_vote(1, Verdict.TIE), a_vote(2), a_vote(2)) == 1
    assert decisions.history(database, "p1") == (a_vote(1), a_vote(2))


def test_votes_are_numbered_in_the_order_given() -> None:
    database = Database.in_memory()
    record(database, *(a_vote(number) for number in range(5000, 0, -1)))
    with database.reading() as cursor:
        rows = cursor.execute("SELECT id FROM decision ORDER BY number").fetchall()
    assert [row[0] for row in rows] == [f"vote-{number}" for number in range(5000, 0, -1)]


def test_an_imported_vote_can_be_taken_back() -> None:
    database = Database.in_memory()
    record(database, a_vote(1))
    decisions.undo(database, undo_id="u", decision_id="vote-1", annotator_id="imported-1", now=NOW)
    assert decisions.by_annotator(database, "imported-1") == ()


def test_a_live_decision_still_says_which_answer_stood_left() -> None:
    database = Database.in_memory()
    vote = Decision(
        id="v", pair_id="p1", annotator_id="a", verdict=Verdict.TIE, left=Answer.TWO, server_time=NOW
    )
    record(database, vote)
    assert decisions.history(database, "p1")[0].left is Answer.TWO
