"""One action is undone as one, whatever it was: every pair stands as before, but for what was done since."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.database import Database
from curation.errors import Unknown
from curation.labelling import browse, edits, events, placements, settlements, undoing
from curation.labelling.edits import Texts
from curation.model import Tier, Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, an_action

FIRST, SECOND = Verdict.ANSWER_1, Verdict.ANSWER_2


def settled(db: Database, verdicts: dict[str, Verdict], action: str = "act-1", by: str = "lead") -> int:
    return settlements.settle(db, verdicts, an_action(action, by=by))


def stands(db: Database, pair_id: str) -> tuple[Tier, Verdict | None]:
    row = browse.row(db, pair_id)
    return row.tier, row.winner


def test_undo_puts_each_pair_back_to_what_stood_before() -> None:
    db, (fresh, earlier) = a_database(2)
    settled(db, {earlier: Verdict.TIE})
    settled(db, {fresh: FIRST, earlier: FIRST}, "act-2")
    assert undoing.undo(db, "act-2", by="lead", now=NOW) == 2
    assert stands(db, earlier) == (Tier.GOLD, Verdict.TIE)
    assert stands(db, fresh)[0] is Tier.PRIOR
    assert undoing.undo(db, "act-2", by="lead", now=NOW) == 0


def test_undo_leaves_what_somebody_settled_anew() -> None:
    db, (first, second) = a_database(2)
    settled(db, {first: FIRST, second: FIRST})
    settled(db, {second: Verdict.TIE}, "act-2", by="reviewer")
    assert undoing.undo(db, "act-1", by="lead", now=NOW) == 1
    assert stands(db, second) == (Tier.GOLD, Verdict.TIE)
    assert stands(db, first)[0] is Tier.PRIOR


def test_an_unknown_action_cannot_be_undone() -> None:
    db, _ = a_database(1)
    with pytest.raises(Unknown, match="no action act-9"):
        undoing.undo(db, "act-9", by="lead", now=NOW)


def test_the_latest_action_is_the_persons_own_and_not_undone() -> None:
    db, (first, second) = a_database(2)
    settled(db, {first: FIRST})
    settled(db, {second: FIRST}, "act-2")
    settled(db, {first: SECOND}, "act-3", by="reviewer")
    undoing.undo(db, "act-2", by="lead", now=NOW)
    assert undoing.latest(db, "lead") is None
    found = undoing.latest(db, "reviewer")
    assert found is not None
    assert (found.id, found.pairs, found.what) == ("act-3", 1, "settle")


def test_undoing_a_set_aside_puts_every_pair_back_and_is_one_line_of_the_audit() -> None:
    db, ids = a_database(3)
    placements.set_aside(db, ids, an_action())
    assert undoing.undo(db, "act-1", by="lead", now=NOW) == 3
    assert not any(browse.row(db, pair_id).aside for pair_id in ids)
    assert (events.newest(db)[0].action, events.newest(db)[0].subject) == ("undo", "3 pairs")
    assert undoing.latest(db, "lead") is None


def test_undoing_a_settlement_sends_a_pair_back_again_that_was_waiting() -> None:
    db, (pair_id,) = a_database(1)
    placements.send_back(db, [pair_id], an_action("back"))
    settled(db, {pair_id: FIRST}, "act-2")
    assert placements.history(db, pair_id)[-1].place is None
    undoing.undo(db, "act-2", by="lead", now=NOW)
    assert placements.history(db, pair_id)[-1].place is placements.Place.SENT_BACK


def test_undoing_an_edit_brings_the_old_pair_back_and_sets_the_new_one_aside() -> None:
    db, (pair_id,) = a_database(1)
    made = edits.edit(db, pair_id, Texts(prompt="p", answer_1="a", answer_2="b"), an_action())
    assert undoing.latest(db, "lead") == undoing.Done(id="act-1", what="edit", pairs=1, when=NOW)
    assert undoing.undo(db, "act-1", by="lead", now=NOW) == 1
    assert (browse.row(db, pair_id).aside, browse.row(db, made).aside) == (False, True)


@given(steps=st.lists(st.sampled_from(["settle", "aside", "back", "home"]), min_size=1, max_size=5))
@settings(max_examples=15, deadline=None)
def test_undoing_everything_in_turn_leaves_the_pair_as_it_was(steps: list[str]) -> None:
    db, (pair_id,) = a_database(1)
    before = browse.row(db, pair_id)
    done = []
    for number, step in enumerate(steps):
        action = an_action(f"act-{number}")
        if step == "settle":
            done.append(settlements.settle(db, {pair_id: SECOND}, action) and action.id)
        elif step == "aside":
            done.append(placements.set_aside(db, [pair_id], action) and action.id)
        elif step == "back":
            done.append(placements.send_back(db, [pair_id], action) and action.id)
        elif placements.history(db, pair_id) and placements.history(db, pair_id)[-1].place:
            done.append(placements.put_back(db, [pair_id], action) and action.id)
    for action_id in reversed(done):
        undoing.undo(db, str(action_id), by="lead", now=NOW)
    assert browse.row(db, pair_id) == before
