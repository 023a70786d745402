"""A settlement is the last word, says why, and can be undone; votes stay as they are."""

import pytest

from curation.database import Database
from curation.errors import InvalidInput, NothingToUndo, Unknown
from curation.labelling import browse, decisions, events, settlements
from curation.model import Tier, Verdict
from tests.curation.labelling.a_workspace import a_database, a_decision, an_action

FIRST, SECOND = Verdict.ANSWER_1, Verdict.ANSWER_2


def settled(db: Database, verdicts: dict[str, Verdict], action: str = "act-1", by: str = "lead") -> int:
    return settlements.settle(db, verdicts, an_action(action, by=by))


def stands(db: Database, pair_id: str) -> tuple[Tier, Verdict | None]:
    row = browse.row(db, pair_id)
    return row.tier, row.winner


def contested(db: Database, pair_id: str) -> None:
    for number, verdict in enumerate((FIRST, SECOND)):
        decisions.record(
            db, a_decision(pair_id, id=f"{number}-{pair_id}", annotator_id=f"ann-{number}", verdict=verdict)
        )


def test_a_settled_pair_is_gold_and_keeps_its_votes() -> None:
    db, (pair_id,) = a_database(1)
    contested(db, pair_id)
    settled(db, {pair_id: SECOND})
    assert stands(db, pair_id) == (Tier.GOLD, SECOND)
    assert browse.row(db, pair_id).votes == 2


def test_the_newest_settlement_is_in_effect_and_all_are_kept() -> None:
    db, (pair_id,) = a_database(1)
    settled(db, {pair_id: SECOND})
    settled(db, {pair_id: Verdict.TIE}, "act-2", by="reviewer")
    assert stands(db, pair_id) == (Tier.GOLD, Verdict.TIE)
    assert [(each.verdict, each.settled_by) for each in settlements.history(db, pair_id)] == [
        (SECOND, "lead"),
        (Verdict.TIE, "reviewer"),
    ]


def test_settling_again_with_the_same_id_changes_nothing() -> None:
    db, (pair_id,) = a_database(1)
    assert settled(db, {pair_id: SECOND}) == 1
    assert settled(db, {pair_id: SECOND}) == 0
    assert len(settlements.history(db, pair_id)) == 1


def test_several_pairs_are_one_action_and_one_line_of_the_audit() -> None:
    db, ids = a_database(3)
    assert settled(db, {ids[0]: FIRST, ids[1]: SECOND, ids[2]: SECOND}) == 3
    (event,) = events.newest(db)
    assert (event.action, event.actor, event.subject) == ("settle", "lead", "3 pairs")
    assert event.detail == {"action": "act-1", "pairs": 3, "verdicts": {"answer_1": 1, "answer_2": 2}}


def test_one_unknown_pair_settles_none_of_them() -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(Unknown, match="There is no pair nowhere"):
        settled(db, {pair_id: FIRST, "nowhere": FIRST})
    assert settlements.history(db, pair_id) == ()
    assert events.newest(db) == ()


@pytest.mark.parametrize("reason", ["", "  \n"], ids=["empty", "blanks"])
def test_a_settlement_without_a_reason_is_refused(reason: str) -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(InvalidInput, match="Say why"):
        settlements.settle(db, {pair_id: FIRST}, an_action(reason=reason))


def test_a_skip_settles_nothing() -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(InvalidInput, match="a winner, a tie or both bad"):
        settled(db, {pair_id: Verdict.SKIP})


def test_what_is_taken_back_leaves_the_votes_to_speak() -> None:
    db, (pair_id,) = a_database(1)
    contested(db, pair_id)
    settled(db, {pair_id: SECOND})
    settlements.take_back(db, [pair_id], an_action("act-2"))
    assert stands(db, pair_id) == (Tier.CONFLICT, None)
    assert settlements.history(db, pair_id)[-1].verdict is None


def test_what_is_not_settled_cannot_be_taken_back() -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(NothingToUndo, match="not settled"):
        settlements.take_back(db, [pair_id], an_action())
