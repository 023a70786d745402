"""Undo walks back one state at a time, redo forward again, whatever the page has forgotten."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from curation.database import Database
from curation.labelling import decisions
from curation.model import Decision, Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision


def in_effect(db: Database, pair_id: str) -> Decision | None:
    found = [each for each in decisions.by_annotator(db, "ann-1") if each.pair_id == pair_id]
    return found[0] if found else None


def undo(db: Database, number: int, decision_id: str) -> str:
    undo_id = f"{number:032x}"
    decisions.undo(db, undo_id=undo_id, decision_id=decision_id, annotator_id="ann-1", now=NOW)
    return undo_id


def test_an_edited_decision_is_undone_in_two_steps() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id, id="a" * 32))
    decisions.record(db, a_decision(pair_id, id="b" * 32, verdict=Verdict.TIE, supersedes="a" * 32))
    back = undo(db, 1, "b" * 32)
    assert (found := in_effect(db, pair_id)) is not None
    assert (found.id, found.verdict) == (back, Verdict.ANSWER_1)
    undo(db, 2, back)
    assert in_effect(db, pair_id) is None


def test_an_undo_that_is_sent_twice_changes_nothing() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id, id="a" * 32))
    decisions.record(db, a_decision(pair_id, id="b" * 32, verdict=Verdict.TIE, supersedes="a" * 32))
    undo(db, 1, "b" * 32)
    assert undo(db, 1, "b" * 32)
    assert len(decisions.history(db, pair_id)) == 3


def test_redo_is_offered_newest_undo_first_and_forgotten_at_the_next_decision() -> None:
    db, (first, second, third) = a_database(3)
    decisions.record(db, a_decision(first, id="a" * 32))
    decisions.record(db, a_decision(second, id="b" * 32, verdict=Verdict.TIE))
    undo(db, 1, "b" * 32)
    undo(db, 2, "a" * 32)
    assert [each.id for each in decisions.undone(db, "ann-1")] == ["b" * 32, "a" * 32]
    decisions.redo(db, redo_id="c" * 32, decision_id="a" * 32, annotator_id="ann-1", now=NOW)
    assert [each.id for each in decisions.undone(db, "ann-1")] == ["b" * 32]
    decisions.record(db, a_decision(third, id="d" * 32))
    assert decisions.undone(db, "ann-1") == ()


@given(st.lists(st.sampled_from(["decide", "edit", "undo", "redo"]), max_size=14))
@settings(max_examples=12, deadline=None)
def test_undo_and_redo_agree_with_two_stacks(steps: list[str]) -> None:
    db, pair_ids = a_database(14)
    past: list[tuple[str, str]] = []  # what a person sees: pair and comment, in the order decided
    future: list[tuple[str, str]] = []
    for number, step in enumerate(steps):
        name = f"{number + 1:032x}"
        if step == "decide":
            decisions.record(db, replace(a_decision(pair_ids[number], id=name), comment=name))
            past, future = [*past, (pair_ids[number], name)], []
        elif step == "edit" and past:
            pair_id = past[-1][0]
            standing = in_effect(db, pair_id)
            assert standing is not None
            changed = replace(a_decision(pair_id, id=name, supersedes=standing.id), comment=name)
            decisions.record(db, changed)
            past, future = [*past, (pair_id, name)], []
        elif step == "undo" and past:
            pair_id, comment = past.pop()
            standing = in_effect(db, pair_id)
            assert standing is not None
            assert standing.comment == comment
            undo(db, number + 1, standing.id)
            future.append((pair_id, comment))
        elif step == "redo" and future:
            pair_id, comment = future.pop()
            waiting = decisions.undone(db, "ann-1")[-1]
            assert (waiting.pair_id, waiting.comment) == (pair_id, comment)
            decisions.redo(db, redo_id=name, decision_id=waiting.id, annotator_id="ann-1", now=NOW)
            past.append((pair_id, comment))
        assert [(each.pair_id, each.comment) for each in decisions.undone(db, "ann-1")] == future
    db.close()
