"""What is recorded is there, once; what is taken back is as if it had never been decided."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.database import Database
from curation.errors import AlreadyDecided, InvalidInput, NothingToUndo, Unknown
from curation.labelling import decisions, progress, projects, queue
from curation.labelling.decisions import Outcome
from curation.model import Answer, Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision


def test_a_decision_comes_back_as_it_was_recorded() -> None:
    db, (pair_id,) = a_database(1)
    projects.change(db, lambda before: replace(before, reasons=("clear", "true")), actor="lead", now=NOW)
    decision = replace(a_decision(pair_id), reasons=("clear", "true"), comment="Fine.", strength=2)
    assert decisions.record(db, decision) is Outcome.RECORDED
    assert decisions.history(db, pair_id) == (decision,)


def test_saving_again_after_a_lost_answer_changes_nothing() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id))
    later = a_decision(pair_id, server_time=NOW + timedelta(minutes=5))
    assert decisions.record(db, later) is Outcome.ALREADY_THERE
    assert decisions.history(db, pair_id) == (a_decision(pair_id),)


@pytest.mark.parametrize(
    "other",
    [{"verdict": Verdict.TIE}, {"annotator_id": "ann-2"}, {"left": Answer.TWO}],
    ids=["verdict", "annotator", "side"],
)
def test_an_id_that_is_taken_by_another_decision_is_refused(other: dict[str, object]) -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id))
    with pytest.raises(AlreadyDecided, match="taken by another decision"):
        decisions.record(db, replace(a_decision(pair_id), **other))  # type: ignore[arg-type]
    assert decisions.history(db, pair_id) == (a_decision(pair_id),)


def test_a_pair_of_another_workspace_is_refused_in_words() -> None:
    db, _ = a_database(1)
    with pytest.raises(Unknown, match="There is no pair 404"):
        decisions.record(db, a_decision("404"))


@pytest.mark.parametrize("annotator_id", ["ann-1", "ann-2"], ids=["of another pair", "of another person"])
def test_only_ones_own_decision_on_the_same_pair_can_be_replaced(annotator_id: str) -> None:
    db, (first, second) = a_database(2)
    decisions.record(db, a_decision(first, annotator_id="ann-1"))
    target = second if annotator_id == "ann-1" else first
    change = a_decision(target, id="c" * 32, annotator_id=annotator_id, supersedes=a_decision(first).id)
    with pytest.raises(Unknown, match="no decision"):
        decisions.record(db, change)


def test_taking_back_without_saying_what_is_refused() -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(InvalidInput, match="name it"):
        decisions.record(db, a_decision(pair_id, verdict=None))


def test_a_change_replaces_the_vote_and_keeps_both_rows() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id))
    decisions.record(
        db, a_decision(pair_id, id="b" * 32, verdict=Verdict.TIE, supersedes=a_decision(pair_id).id)
    )
    assert votes(db, pair_id) == [("ann-1", "tie")]
    assert len(decisions.history(db, pair_id)) == 2


def test_undoing_a_change_brings_the_changed_decision_back() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id))
    decisions.record(
        db, a_decision(pair_id, id="b" * 32, verdict=Verdict.TIE, supersedes=a_decision(pair_id).id)
    )
    take_back(db, "b" * 32)
    assert votes(db, pair_id) == [("ann-1", "answer_1")]


def test_undo_twice_under_one_id_is_one_undo_and_under_another_id_is_refused() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id))
    assert take_back(db, a_decision(pair_id).id) is Outcome.RECORDED
    assert take_back(db, a_decision(pair_id).id) is Outcome.ALREADY_THERE
    with pytest.raises(NothingToUndo, match="already replaced or taken back"):
        take_back(db, a_decision(pair_id).id, undo_id="e" * 32)


def test_the_decision_of_another_person_cannot_be_taken_back() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id, annotator_id="ann-2"))
    with pytest.raises(Unknown, match="You have no decision"):
        take_back(db, a_decision(pair_id).id)
    assert votes(db, pair_id) == [("ann-2", "answer_1")]


def test_the_last_decisions_of_a_person_are_theirs_in_effect_and_newest_first() -> None:
    db, ids = a_database(4)
    for number, pair_id in enumerate(ids):
        decisions.record(db, a_decision(pair_id, id=f"{number:032x}"))
    decisions.record(db, a_decision(ids[0], id="f" * 32, annotator_id="ann-2"))
    take_back(db, f"{3:032x}")
    last = decisions.by_annotator(db, "ann-1", limit=2)
    assert [decision.pair_id for decision in last] == [ids[2], ids[1]]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(Verdict)), max_size=8), st.sampled_from(Verdict))
def test_undo_restores_every_count(before: list[tuple[int, Verdict]], verdict: Verdict) -> None:
    db, ids = a_database(4)
    for number, (place, earlier) in enumerate(before):
        decisions.record(db, a_decision(ids[place], id=f"{number:032x}", verdict=earlier))
    state = counts(db)
    decisions.record(db, a_decision(ids[0], id="a" * 32, verdict=verdict))
    take_back(db, "a" * 32)
    assert counts(db) == state


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(Verdict)), min_size=1, max_size=6), st.data())
def test_repeated_saves_change_nothing(made: list[tuple[int, Verdict]], data: st.DataObject) -> None:
    db, ids = a_database(3)
    saved = [
        a_decision(ids[place], id=f"{number:032x}", verdict=verdict)
        for number, (place, verdict) in enumerate(made)
    ]
    for decision in saved:
        decisions.record(db, decision)
    state = counts(db)
    for decision in data.draw(st.lists(st.sampled_from(saved), max_size=8)):
        assert decisions.record(db, decision) is Outcome.ALREADY_THERE
    assert counts(db) == state


def take_back(db: Database, decision_id: str, *, undo_id: str = "d" * 32) -> Outcome:
    return decisions.undo(db, undo_id=undo_id, decision_id=decision_id, annotator_id="ann-1", now=NOW)


def votes(db: Database, pair_id: str) -> list[tuple[str, str]]:
    with db.reading() as cursor:
        return cursor.execute(
            "SELECT annotator_id, verdict FROM vote WHERE pair_id = $pair_id", {"pair_id": pair_id}
        ).fetchall()


def counts(db: Database) -> object:
    with db.reading() as cursor:
        tallies = cursor.execute(
            "SELECT pair_id, votes, votes_1, votes_2, votes_tie, votes_both_bad FROM tally ORDER BY pair_id"
        ).fetchall()
    waiting = [task.pair_id for task in queue.next_for(db, "ann-1", limit=9, now=NOW)]
    return tallies, progress.of(db, "ann-1", day_start=NOW), waiting
