"""The verdict follows its written rules and from nothing else."""

import pytest

from curation.comparison import evidence, verdict, winning
from curation.comparison.results import Duel
from curation.comparison.verdict import HeldOut, Outcome
from curation.comparison.winning import Judged

GOOD = HeldOut(n=40, accuracy=0.8, interval=(0.65, 0.9), baselines={"length": 0.55})


def duel(wins: int, losses: int, ties: int = 0) -> Duel:
    scores = [1.0] * wins + [0.0] * losses + [0.5] * ties
    judged = [Judged(prompt=str(number), score=score) for number, score in enumerate(scores)]
    return Duel(
        model="tuned", against="base", asked=len(scores), judged=len(scores), equal=0, votes=len(scores),
        both_bad=0, rate=winning.win_rate(judged), controlled=None, raw_agreement=None, alpha=None,
        evidence=evidence.follow([True] * wins + [False] * losses),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wins", "losses", "outcome"),
    [
        (20, 2, Outcome.BETTER),
        (2, 20, Outcome.WORSE),
        (11, 9, Outcome.NO_DIFFERENCE),
        (3, 0, Outcome.NO_DIFFERENCE),
    ],
)
def test_the_line_of_evidence_decides(wins: int, losses: int, outcome: Outcome) -> None:
    assert verdict.conclude(duel(wins, losses), GOOD).outcome is outcome


def test_unjudged_answers_leave_it_open_and_tell_what_the_held_out_pairs_say() -> None:
    for unjudged in (None, duel(0, 0)):
        told = verdict.conclude(unjudged, GOOD)
        assert told.outcome is Outcome.OPEN
        assert "80% (65% to 90%, 40 pairs), above the best baseline, length with 55%" in told.why


def test_an_accuracy_that_a_baseline_reaches_too_is_a_leak_whatever_people_say() -> None:
    leaking = HeldOut(n=40, accuracy=1.0, interval=(0.9, 1.0), baselines={"length": 0.98})
    told = verdict.conclude(duel(20, 0), leaking)
    assert told.outcome is Outcome.LEAK
    assert "length alone reaches 98%" in told.why


def test_a_few_held_out_pairs_raise_no_suspicion() -> None:
    few = HeldOut(n=8, accuracy=1.0, interval=(0.68, 1.0), baselines={"length": 1.0})
    assert verdict.conclude(None, few).outcome is Outcome.OPEN


def test_without_held_out_pairs_it_says_so() -> None:
    none = HeldOut(n=0, accuracy=None, interval=None, baselines={})
    assert "no held-out pairs" in verdict.conclude(None, none).why


def test_an_interval_that_holds_a_baseline_is_not_called_above_it() -> None:
    close = HeldOut(n=40, accuracy=0.6, interval=(0.45, 0.74), baselines={"length": 0.55})
    assert "not clearly above" in verdict.conclude(None, close).why
