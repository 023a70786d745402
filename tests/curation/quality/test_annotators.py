"""Side, length, speed and company of each person."""

import pytest

from curation.database import Database
from curation.labelling import golds
from curation.model import Answer, Arm, Verdict
from curation.quality import annotators, bias
from curation.quality.annotators import Flag
from tests.curation.quality.conftest import NOW, Votes, a_pair

ONE, TWO, TIE, BAD, *_ = Verdict


def test_left_wins_are_counted_where_the_side_is_known(db: Database, votes: Votes) -> None:
    votes(ONE, TWO, ONE, TIE, by="ann", left=Answer.ONE)
    votes(ONE, ONE, by="bob")  # imported: nobody knows which answer stood left
    ann, bob = annotators.checked(db)
    assert (ann.left.chosen, ann.left.n) == (2, 3)
    assert (bob.left.n, bob.left.share, bob.left.p_value) == (0, None, None)
    assert bias.measured(db).left == ann.left


def test_someone_who_always_takes_the_left_is_flagged_for_position(db: Database, votes: Votes) -> None:
    votes(*[ONE] * 120, by="ann", left=Answer.ONE)
    votes(*[ONE, TWO] * 60, by="bob", left=Answer.ONE)
    ann, bob = annotators.checked(db)
    assert (Flag.POSITION in ann.flags, Flag.POSITION in bob.flags) == (True, False)


def test_someone_who_takes_the_longer_is_flagged_when_the_team_does_not(db: Database, votes: Votes) -> None:
    # In test pairs the longer answer is answer_1 where the number is even.
    votes(*[ONE, TWO] * 60, by="ann")
    votes(*[TWO, ONE] * 60, by="bob")
    votes(*[ONE, ONE] * 60, by="cyd")
    ann, bob, cyd = annotators.checked(db)
    assert (ann.longer.share, bob.longer.share, cyd.longer.share) == (1, 0, 0.5)
    assert [person.flags for person in (ann, bob, cyd)] == [(Flag.LENGTH,), (), ()]


def test_when_everyone_takes_the_longer_it_is_the_task_and_not_the_person(db: Database, votes: Votes) -> None:
    votes(*[ONE, TWO] * 60, by="ann")
    votes(*[ONE, TWO] * 60, by="bob")
    assert all(person.flags == () for person in annotators.checked(db))
    assert bias.measured(db).longer.is_lengthy


def test_someone_much_faster_than_reading_and_than_the_team_is_flagged(db: Database, votes: Votes) -> None:
    votes(*[ONE] * 10, by="ann", seconds=0.4)
    votes(*[ONE] * 10, by="bob", seconds=6)
    votes(*[ONE] * 10, by="cyd", seconds=7)
    ann, bob, _ = annotators.checked(db)
    assert (ann.fast.share, ann.median_seconds, ann.flags) == (1, 0.4, (Flag.SPEED,))
    assert (bob.fast.share, bob.flags) == (0, ())


def test_untimed_votes_say_nothing_about_speed(db: Database, votes: Votes) -> None:
    votes(ONE, by="ann")
    (ann,) = annotators.checked(db)
    assert (ann.fast.share, ann.median_seconds) == (None, None)


def test_agreement_with_the_others_leaves_ones_own_vote_out(db: Database, votes: Votes) -> None:
    # Pair 0: others of cyd say 1, 1. Pair 1: others say 1, 2, no majority. Pair 2: nobody else.
    votes(ONE, ONE, by="ann")
    votes(ONE, TWO, by="bob")
    votes(TWO, TWO, TIE, by="cyd")
    ann, _, cyd = annotators.checked(db)
    assert (cyd.consensus.chosen, cyd.consensus.n) == (0, 1)
    assert cyd.against == {(TWO, ONE): 1}
    # Pair 0 of ann: the others say 1 and 2, no majority; pair 1: both say 2.
    assert ann.against == {(ONE, TWO): 1}


def test_nobody_else_means_not_defined(db: Database, votes: Votes) -> None:
    votes(ONE, by="ann")
    (ann,) = annotators.checked(db)
    assert (ann.consensus.share, ann.against) == (None, {})


@pytest.mark.parametrize(
    ("longer_wins", "auroc"),
    # Gaps of winner minus loser are ±20: with w of n won by the longer, AUROC = w² + w(1-w) = w for shares w.
    [(4, 1.0), (0, 0.0), (2, 0.5), (3, 0.75)],
)
def test_length_alone_tells_winners_as_well_as_it_does(
    db: Database, votes: Votes, longer_wins: int, auroc: float
) -> None:
    longer, shorter = [ONE, TWO, ONE, TWO], [TWO, ONE, TWO, ONE]
    votes(*longer[:longer_wins], *shorter[longer_wins:], by="ann")
    assert bias.measured(db).length_auroc == pytest.approx(auroc)


def test_without_a_preference_length_says_nothing(db: Database, votes: Votes) -> None:
    votes(TIE, BAD, by="ann")
    found = bias.measured(db)
    assert (found.length_auroc, found.longer.share, found.left.share) == (None, None, None)
    assert bias.by_length(db) == ()


def test_bands_of_length_hold_every_preference_with_a_longer_answer(db: Database, votes: Votes) -> None:
    votes(ONE, TWO, TWO, TIE, by="ann")
    (band,) = bias.by_length(db)  # 40 against 20 characters
    assert (band.low, band.high, band.longer.chosen, band.longer.n) == (2.0, 4.0, 2, 3)


def test_someone_who_met_only_gold_is_there_with_what_they_found(db: Database, votes: Votes) -> None:
    votes(ONE, by="ann")
    votes(ONE, TWO, start=1, by="zoe", arm=Arm.GOLD)
    golds.mark(db, {a_pair(1).id: ONE, a_pair(2).id: ONE}, by="lead", now=NOW)
    ann, zoe = annotators.checked(db)
    assert (ann.annotator_id, zoe.annotator_id) == ("ann", "zoe")
    assert (zoe.votes, zoe.gold.chosen, zoe.gold.n) == (0, 1, 2)
    assert (zoe.left.share, zoe.fast.share, zoe.median_seconds, zoe.flags) == (None, None, None, ())
