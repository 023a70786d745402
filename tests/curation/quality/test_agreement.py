"""What counts as agreement, and what does not."""

from datetime import datetime

import pytest

from curation.database import Database
from curation.labelling import decisions
from curation.model import Arm, Verdict
from curation.quality import agreement
from curation.quality.agreement import Slice
from tests.curation.quality.conftest import NOW, Votes

ONE, TWO, TIE, BAD, SKIP, _ = Verdict


def test_an_empty_workspace_has_no_figures_and_no_zeros(db: Database) -> None:
    found = agreement.measured(db)
    assert (found.pairs, found.votes, found.overlaps) == (0, 0, 0)
    undefined = (found.raw, found.raw_decisive, found.alpha, found.alpha_interval, found.ac1, found.fleiss)
    assert set(undefined) == {None}
    assert found.implied_error is None


def test_two_people_who_agree_on_three_of_four_pairs(db: Database, votes: Votes) -> None:
    # Decisive pairs of votes: (1,1), (2,2), (1,2) → 2 of 3; with the tie both gave, 3 of 4.
    votes(ONE, TWO, ONE, TIE, by="ann")
    votes(ONE, TWO, TWO, TIE, by="bob")
    found = agreement.measured(db)
    assert found.raw == pytest.approx(3 / 4)
    assert found.raw_decisive == pytest.approx(2 / 3)
    # a = 2/3: e = (1 - √(4/3 - 1)) / 2 = (1 - 0.57735) / 2
    assert found.implied_error == pytest.approx(0.211325)


def test_a_couple_has_its_confusion_and_kappa(db: Database, votes: Votes) -> None:
    # p_o = 3/4; ann 2·1 1·2 1·tie, bob 1·1 2·2 1·tie: p_e = (2·1 + 1·2 + 1·1)/16 = 5/16; (12-5)/(16-5)
    votes(ONE, TWO, ONE, TIE, by="ann")
    votes(ONE, TWO, TWO, TIE, by="bob")
    (couple,) = agreement.measured(db).couples
    assert (couple.one, couple.other, couple.pairs) == ("ann", "bob", 4)
    assert couple.confusion == {(ONE, ONE): 1, (TWO, TWO): 1, (ONE, TWO): 1, (TIE, TIE): 1}
    assert couple.kappa == pytest.approx(7 / 11)


def test_a_couple_can_be_told_from_either_side(db: Database, votes: Votes) -> None:
    votes(ONE, TWO, ONE, by="ann")
    votes(TWO, TWO, TWO, by="bob")
    found = agreement.measured(db)
    (of_ann,), (of_bob,) = found.couples_of("ann"), found.couples_of("bob")
    assert (of_ann.other, of_ann.confusion) == ("bob", {(ONE, TWO): 2, (TWO, TWO): 1})
    assert (of_bob.other, of_bob.confusion) == ("ann", {(TWO, ONE): 2, (TWO, TWO): 1})
    assert of_bob.turned == of_ann
    assert found.couples_of("cyd") == ()


def test_people_who_share_no_pair_are_no_couple(db: Database, votes: Votes) -> None:
    votes(ONE, ONE, by="ann")
    votes(ONE, ONE, by="bob", start=2)
    found = agreement.measured(db)
    assert found.couples == ()
    assert (found.pairs, found.overlaps, found.raw) == (4, 0, None)


def test_a_skip_is_no_vote(db: Database, votes: Votes) -> None:
    votes(ONE, by="ann")
    votes(SKIP, by="bob")
    found = agreement.measured(db)
    assert (found.votes, found.raw) == (1, None)


@pytest.mark.parametrize("arm", [arm for arm in Arm if arm is not Arm.RANDOM])
def test_votes_of_other_arms_do_not_count(db: Database, votes: Votes, arm: Arm) -> None:
    votes(ONE, by="ann")
    votes(TWO, by="bob", arm=arm)
    assert agreement.measured(db).votes == 1


def test_a_hidden_repeat_is_no_second_opinion(db: Database, votes: Votes) -> None:
    votes(ONE, by="ann")
    votes(TWO, by="ann", turn=1)
    assert agreement.measured(db).majority[ONE] == 1


def test_a_vote_that_was_taken_back_does_not_count(db: Database, votes: Votes) -> None:
    votes(ONE, by="ann")
    decisions.undo(db, undo_id="u", decision_id="d0", annotator_id="ann", now=NOW)
    assert agreement.measured(db).votes == 0


def test_of_several_votes_of_a_person_the_last_counts(db: Database, votes: Votes) -> None:
    votes(ONE, by="ann")
    votes(TIE, by="ann")
    found = agreement.measured(db)
    assert (found.votes, found.majority[TIE]) == (1, 1)


def test_a_majority_is_more_than_half(db: Database, votes: Votes) -> None:
    votes(ONE, ONE, TIE, by="ann")
    votes(ONE, TWO, BAD, by="bob")
    votes(TWO, TIE, BAD, by="cyd")
    majority = agreement.measured(db).majority
    assert majority == {ONE: 1, TWO: 0, TIE: 0, BAD: 1, None: 1}


def test_strength_is_measured_only_where_it_was_asked(db: Database, votes: Votes) -> None:
    votes(ONE, TWO, by="ann")
    votes(ONE, TWO, by="bob")
    assert agreement.measured(db).strength_alpha is None


def test_a_small_difference_in_strength_costs_less_than_a_large_one(db: Database, votes: Votes) -> None:
    near, far = 0.0, 0.0
    votes(*[ONE, TWO] * 10, by="ann", strength=3)
    votes(*[ONE, TWO] * 10, by="bob", strength=2)
    near = agreement.measured(db).strength_alpha or 0
    votes(*[TWO, ONE] * 10, by="bob", strength=3)
    far = agreement.measured(db).strength_alpha or 0
    assert 0.5 < near < 1
    assert far < 0


def test_agreement_by_guideline_version_and_week(db: Database, votes: Votes) -> None:
    votes(ONE, ONE, by="ann", guidelines=1)
    votes(ONE, TWO, by="bob", guidelines=1)
    votes(ONE, ONE, by="ann", start=2, guidelines=2, now=datetime(2026, 12, 1))
    votes(ONE, ONE, by="bob", start=2, guidelines=2, now=datetime(2026, 12, 1))
    by_guidelines = {part.name: part.raw for part in agreement.parts(db, Slice.GUIDELINES)}
    by_week = {part.name: (part.pairs, part.raw) for part in agreement.parts(db, Slice.WEEK)}
    assert by_guidelines == {"1": 0.5, "2": 1.0}
    assert by_week == {"2026-11-16": (2, 0.5), "2026-11-30": (2, 1.0)}


def test_the_order_in_which_votes_arrive_does_not_matter(votes: Votes, db: Database) -> None:
    votes(ONE, TWO, by="bob")
    votes(ONE, TIE, by="ann")
    first = agreement.measured(db)
    other = Database.in_memory()
    with db.reading() as cursor:
        rows = cursor.execute("SELECT pair_id FROM decision ORDER BY number").fetchall()
    with other.writing() as tx:
        for who, verdict, (pair_id,) in [
            ("ann", TIE, rows[1]),
            ("ann", ONE, rows[0]),
            ("bob", TWO, rows[1]),
            ("bob", ONE, rows[0]),
        ]:
            tx.execute(
                "INSERT INTO decision (id, pair_id, annotator_id, verdict, arm, server_time)"
                " VALUES (uuid(), $pair, $who, $verdict, 'random', $now)",
                {"pair": pair_id, "who": who, "verdict": verdict, "now": NOW},
            )
    assert agreement.measured(other) == first
    other.close()
