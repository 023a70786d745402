"""Everyone gets what still needs votes, once, blind."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation import text
from curation.errors import InvalidInput, Unknown
from curation.labelling import decisions, details, journal, progress, queue
from curation.model import Answer, Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision


def test_every_pair_is_served_once_and_then_nothing() -> None:
    db, ids = a_database(12)
    seen = []
    while tasks := queue.next_for(db, "ann-1", limit=5, now=NOW):
        for task in tasks:
            seen.append(task.pair_id)
            decisions.record(db, a_decision(task.pair_id, id=f"{len(seen):032x}"))
    assert sorted(seen) == sorted(ids)


def test_pairs_on_the_screen_already_are_not_served_again() -> None:
    db, ids = a_database(3)
    assert [task.pair_id for task in queue.next_for(db, "ann-1", limit=9, now=NOW, but=ids[:2])] == [ids[2]]


def test_a_pair_with_all_its_votes_is_served_to_nobody_else() -> None:
    db, ids = a_database(2, votes_per_pair=2)
    for name in ("ann-1", "ann-2"):
        decisions.record(db, a_decision(ids[0], id=name.encode().hex().rjust(32, "0"), annotator_id=name))
    assert [task.pair_id for task in queue.next_for(db, "ann-3", limit=9, now=NOW)] == [ids[1]]


def test_a_skip_is_no_vote_and_comes_back_only_when_asked_for() -> None:
    db, (pair_id,) = a_database(1)
    skip = a_decision(pair_id, verdict=Verdict.SKIP)
    decisions.record(db, skip)
    assert queue.next_for(db, "ann-1", limit=9, now=NOW) == ()
    assert [task.pair_id for task in queue.next_for(db, "ann-2", limit=9, now=NOW)] == [pair_id]
    assert [(task.pair_id, task.supersedes) for task in queue.skipped_by(db, "ann-1", limit=9)] == [
        (pair_id, skip.id)
    ]


def test_a_decided_skip_is_no_longer_among_the_skipped() -> None:
    db, (pair_id,) = a_database(1)
    skip = a_decision(pair_id, verdict=Verdict.SKIP)
    decisions.record(db, skip)
    decisions.record(db, replace(skip, id="b" * 32, verdict=Verdict.TIE, supersedes=skip.id))
    assert queue.skipped_by(db, "ann-1", limit=9) == ()
    assert progress.of(db, "ann-1", day_start=NOW).skipped == 0


def test_an_undone_pair_is_served_again() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id))
    decisions.undo(db, undo_id="u" * 32, decision_id=a_decision(pair_id).id, annotator_id="ann-1", now=NOW)
    assert [task.pair_id for task in queue.next_for(db, "ann-1", limit=9, now=NOW)] == [pair_id]


def test_a_task_has_no_field_for_models_or_priors() -> None:
    assert {field.name for field in fields(queue.Task)} == {
        *("pair_id", "round", "arm", "left", "context", "prompt", "answer_1", "answer_2", "supersedes"),
        "text_id",
    }


def test_the_side_is_the_recorded_rule_and_both_sides_occur() -> None:
    db, _ = a_database(40)
    tasks = queue.next_for(db, "ann-1", limit=40, now=NOW)
    assert all(task.left is text.left_answer("ann-1", task.pair_id, 0) for task in tasks)
    assert {task.left for task in tasks} == set(Answer)
    assert all({task.left_text, task.right_text} == {task.answer_1, task.answer_2} for task in tasks)


def test_a_decision_whose_sides_are_not_those_given_is_refused() -> None:
    db, (pair_id,) = a_database(1)
    (task,) = queue.next_for(db, "ann-1", limit=1, now=NOW)
    details.check_side(a_decision(pair_id, left=task.left))
    with pytest.raises(InvalidInput, match="other sides than the server had given"):
        details.check_side(a_decision(pair_id, left=task.left.other))


def test_going_back_to_a_pair_that_is_not_there_says_so() -> None:
    db, _ = a_database(1)
    with pytest.raises(Unknown, match="There is no pair 404"):
        queue.task_of(db, "ann-1", "404")


def test_today_begins_when_the_persons_day_does() -> None:
    db, ids = a_database(2)
    decisions.record(db, a_decision(ids[0], server_time=NOW - timedelta(hours=20)))
    decisions.record(db, a_decision(ids[1], id="b" * 32))
    counts = progress.of(db, "ann-1", day_start=NOW - timedelta(hours=9))
    assert (counts.today, counts.mine, counts.decided, counts.pairs) == (1, 2, 2, 2)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from(["a", "b", "c"]), st.sampled_from(Verdict)), max_size=20),
)
def test_nobody_meets_a_pair_twice_and_none_gets_too_many_votes(
    wanted: int, turns: list[tuple[str, Verdict]]
) -> None:
    db, _ = a_database(4, votes_per_pair=wanted)
    met: set[tuple[str, str]] = set()
    for number, (name, verdict) in enumerate(turns):
        for task in queue.next_for(db, name, limit=1, now=NOW):
            assert (name, task.pair_id) not in met
            met.add((name, task.pair_id))
            decisions.record(
                db, a_decision(task.pair_id, id=f"{number:032x}", annotator_id=name, verdict=verdict)
            )
    with db.reading() as cursor:
        (most,) = cursor.execute("SELECT coalesce(max(votes), 0) FROM tally").fetchone() or (0,)
    assert most <= wanted


def test_a_server_that_has_read_the_log_beside_its_start_serves_the_same() -> None:
    db, ids = a_database(6)
    decisions.record(db, a_decision(ids[0]))
    queue.warm_up(db)
    book = journal.of(db)
    assert (book.complete, book.unsorted) == (1, False)
    given = {task.pair_id for task in queue.next_for(db, "ann-1", limit=9, now=NOW)}
    assert given == set(ids[1:])
