"""Gold, hidden repeats, drift, pace and habits: each figure by hand, undefined where nothing was measured."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.database import Database
from curation.model import Answer, Arm, Verdict
from curation.quality import annotators, checks, drift, formats, pace
from curation.quality.annotators import Checked, Flag
from curation.quality.tendencies import Tendency
from tests.curation.quality.conftest import NOW, Votes

ONE, TWO, TIE, BAD, *_ = Verdict


def golden(db: Database, verdict: Verdict, count: int) -> None:
    """The first pairs have this known winner."""
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO gold SELECT id, $verdict, 'lead', $now FROM pair ORDER BY source_row LIMIT $count",
            {"verdict": verdict.value, "now": NOW, "count": count},
        )


def only(db: Database) -> Checked:
    (someone,) = annotators.checked(db)
    return someone


def test_the_gold_score_counts_known_winners_by_whatever_arm(db: Database, votes: Votes) -> None:
    votes(ONE, TWO, ONE, ONE, arm=Arm.GOLD)
    votes(ONE, start=4)
    golden(db, ONE, 5)
    assert only(db).gold == Tendency(chosen=4, n=5)


@pytest.mark.parametrize(
    ("met", "flagged"),
    # Binomial(20, 0.85): P(X ≤ 13) = 0.022, P(X ≤ 14) = 0.067, so the 5 % quantile is 14.
    [(13, True), (14, False), (20, False)],
)
def test_who_finds_fewer_known_winners_than_the_quantile_is_flagged(
    db: Database, votes: Votes, met: int, flagged: bool
) -> None:
    votes(*[ONE] * met, *[TWO] * (20 - met))
    golden(db, ONE, 20)
    assert (Flag.GOLD in only(db).flags) is flagged


@pytest.mark.parametrize(
    ("n", "share", "at", "value"), [(20, 0.85, 0.05, 14), (1, 0.5, 0.5, 0), (2, 0.5, 0.75, 1)]
)
def test_binomial_quantiles(n: int, share: float, at: float, value: int) -> None:
    assert checks.quantile(n, share, at) == value


def test_nineteen_gold_pairs_are_too_few_for_a_flag(db: Database, votes: Votes) -> None:
    votes(*[TWO] * 19)
    golden(db, ONE, 19)
    assert only(db).flags == ()


def test_a_repeat_is_held_against_the_first_meeting(db: Database, votes: Votes) -> None:
    votes(ONE, ONE, TIE, ONE, left=Answer.ONE)
    # Sides exchanged: the first the same answer, the second the same side, the third no preference.
    votes(ONE, TWO, ONE, arm=Arm.REPEAT, turn=1, left=Answer.TWO)
    found = only(db).consistency
    assert (found.same.chosen, found.same.n) == (1, 3)
    assert (found.same_side.chosen, found.same_side.n) == (1, 2)


@pytest.mark.parametrize(("same", "flagged"), [(14, True), (15, False)])
def test_who_says_otherwise_in_more_than_a_quarter_of_twenty_is_flagged(
    db: Database, votes: Votes, same: int, flagged: bool
) -> None:
    votes(*[ONE] * 20)
    votes(*[ONE] * same, *[TWO] * (20 - same), arm=Arm.REPEAT, turn=1)
    assert (Flag.CONSISTENCY in only(db).flags) is flagged


def test_without_gold_and_repeats_both_are_undefined(db: Database, votes: Votes) -> None:
    votes(ONE)
    someone = only(db)
    assert (someone.gold.share, someone.consistency.same.share, someone.drift) == (None, None, None)


def test_the_cumulative_sum_by_hand() -> None:
    # Two hits and two misses: p = 0.5, p - 0.15 = 0.35. A hit is ln(0.35 / 0.5) = -0.3567, a miss is
    # ln(0.65 / 0.5) = 0.2624. Hit, miss, miss, hit: 0, 0.2624, 0.5247, 0.1680.
    found = drift.sums([True, False, False, True])
    assert found == pytest.approx([0, 0.26236, 0.52473, 0.16806], abs=1e-4)


@given(st.lists(st.booleans(), max_size=200))
def test_the_sum_is_never_below_zero_and_falls_with_every_hit(hits: list[bool]) -> None:
    found = drift.sums(hits)
    assert len(found) == len(hits)
    before = 0.0
    for hit, now in zip(hits, found, strict=True):
        assert now >= 0
        assert now <= before + 1e-9 if hit else now > before
        before = now


def test_a_lasting_drop_raises_the_alarm_and_a_steady_person_does_not(db: Database, votes: Votes) -> None:
    for who in ("bob", "cyd"):
        votes(*[ONE] * 140, by=who)
    for block in range(7):
        missed = 10 if block >= 5 else 2
        start, now = 20 * block, NOW + timedelta(weeks=block)
        votes(*[TWO] * missed, *[ONE] * (20 - missed), by="ann", start=start, now=now)
    ann, bob, _ = drift.courses(db)
    assert (ann.alarm is not None, bob.alarm) == (True, None)
    assert [each.hits.chosen for each in ann.weeks] == [18] * 5 + [10] * 2
    assert ann.weeks[0].monday == date(2026, 11, 16)
    told = {each.annotator_id: each.drift for each in annotators.checked(db)}
    assert told == {each.annotator_id: each.alarm for each in drift.courses(db)}


def test_a_vote_against_nobody_is_no_hit_and_no_miss(db: Database, votes: Votes) -> None:
    votes(ONE, TWO, by="ann")
    assert drift.courses(db) == ()


def test_quartiles_and_stretches_of_time(db: Database, votes: Votes) -> None:
    for place, seconds in enumerate([1.0, 2.0, 3.0, 4.0, 200.0]):
        votes(ONE, start=place, seconds=seconds)
    votes(ONE, start=9)
    found = pace.by_person(db)["ann"]
    assert (found.timed, found.quarter, found.median, found.three_quarters) == (5, 2.0, 3.0, 4.0)
    # 0 to 1.5: one; 1.5 to 3: one; 3 to 5: two; over 120: one.
    assert pace.of_team(db) == (1, 1, 2, 0, 0, 0, 0, 0, 0, 1)


def test_without_timed_votes_there_is_no_pace(db: Database, votes: Votes) -> None:
    votes(ONE)
    assert (pace.by_person(db), sum(pace.of_team(db))) == ({}, 0)


def test_signs_by_person_add_up_to_the_signs_of_all(db: Database, votes: Votes) -> None:
    votes(ONE, TWO, ONE, by="ann")
    votes(TWO, TIE, by="bob")
    people = formats.by_person(db)
    whole = formats.measured(db)
    assert {who: signs[0].n for who, signs in people.items()} == {"ann": 3, "bob": 1}
    for place, sign in enumerate(whole):
        assert sum(signs[place].winners for signs in people.values()) == sign.winners


@pytest.mark.parametrize(
    ("chosen", "n", "low", "high"),
    # Wilson (1927) for 8 of 10 at z = 1.96: (0.8 + 0.19207 ± 1.96 √(0.016 + 0.009604)) / 1.38416
    [(8, 10, 0.4902, 0.9433), (0, 10, 0.0, 0.2775)],
)
def test_the_interval_of_a_share(chosen: int, n: int, low: float, high: float) -> None:
    assert Tendency(chosen=chosen, n=n).interval == pytest.approx((low, high), abs=2e-4)


def test_a_share_of_nothing_has_no_interval() -> None:
    assert Tendency(chosen=0, n=0).interval is None
