"""What stands between a workspace and a release."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.model import Tier
from curation.release import gate
from curation.validation.policy import Policy
from tests.curation.conftest import ADecision, APair


def test_examining_in_many_threads_while_people_vote_is_always_consistent(
    db: Database, a_pair: APair, a_decision: ADecision, ten_pairs: None
) -> None:
    pair = a_pair()

    def examine(number: int) -> bool:
        a_decision(pair, "tie" if number % 2 else "chosen", by=f"ann-{number}")
        found = gate.examine(db, Policy())
        parts = (found.train, found.test, found.ties, found.excluded)
        return sum(parts) == found.validation.pairs == 11

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(examine, range(12)))


def test_removing_more_than_the_limit_needs_an_acknowledgement(
    db: Database, a_pair: APair, ten_pairs: None
) -> None:
    for number in range(4):
        a_pair("x", "X", prompt=f"same {number}?")
    assert "G06" not in gate.examine(db, Policy()).to_acknowledge
    a_pair("x", "X", prompt="same once more?")
    examination = gate.examine(db, Policy())
    assert "G06" in examination.to_acknowledge
    assert "remove 5 of 15 decided pairs" in examination.validation.of_rule("G06")[0].message


def test_support_below_the_minimum_is_not_removal(db: Database, a_decision: ADecision, a_pair: APair) -> None:
    for number in range(10):
        a_pair(f"Yes {number}", f"No {number}", prompt=f"{number}?")
    assert gate.examine(db, Policy(minimum_tier=Tier.GOLD)).to_acknowledge == ()


def test_agreement_is_the_mean_share_of_equal_pairs_of_votes(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    # Three votes 2:1 have 1 equal pair of 3; two equal votes 1 of 1: mean (1/3 + 1) / 2 = 2/3.
    torn, clear = a_pair(prompt="1?"), a_pair(prompt="2?")
    for voter, verdict in enumerate(("chosen", "chosen", "tie")):
        a_decision(torn, verdict, by=f"ann-{voter}")
    for voter in range(2):
        a_decision(clear, by=f"ann-{voter}")
    agreement = gate.examine(db, Policy()).agreement
    assert agreement.contents == 2
    assert agreement.raw == 0.666667
    # Of the decisive votes every two agree: an error of 0.
    assert (agreement.raw_decisive, agreement.implied_error) == (1.0, 0.0)


def test_agreement_without_overlap_is_undefined_and_said(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_decision(a_pair())
    agreement = gate.examine(db, Policy()).agreement
    assert (agreement.contents, agreement.raw, agreement.alpha, agreement.implied_error) == (
        0,
        None,
        None,
        None,
    )
    assert agreement.sentence == "Agreement: not measurable, no pair has been judged by two people."


def test_the_card_names_alpha_with_its_interval(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    for number in range(30):
        pair = a_pair(f"Yes {number}", f"No {number}", prompt=f"{number}?")
        a_decision(pair, "chosen", by="ann-1")
        a_decision(pair, "rejected" if number < 3 else "chosen", by="ann-2")
    agreement = gate.examine(db, Policy()).agreement
    assert agreement.raw == 0.9
    assert agreement.alpha_interval is not None
    assert agreement.alpha_interval[0] < (agreement.alpha or 0) < agreement.alpha_interval[1]
    # (1 − √(2 · 0.9 − 1)) / 2 = 0.0528: about 1 in 19
    assert "About 1 in 19 labels is probably wrong" in agreement.sentence


@pytest.mark.parametrize("tier", [Tier.CONFLICT, Tier.NONE])
def test_a_conflict_can_be_no_minimum(tier: Tier) -> None:
    with pytest.raises(InvalidInput, match="cannot be the minimum support"):
        Policy(minimum_tier=tier)


@pytest.mark.parametrize(
    "limits",
    [
        {"leak_warning": 0.9, "leak_error": 0.3},
        {"leak_error": 1.5},
        {"max_prompt_length": 2000},
        {"max_length": 0},
    ],
)
def test_limits_that_make_no_sense_are_refused(limits: dict[str, float]) -> None:
    with pytest.raises(InvalidInput):
        Policy(**limits)  # type: ignore[arg-type]


def test_a_policy_lists_only_what_was_changed() -> None:
    assert Policy().changes == {}
    assert Policy(max_length=2048).changes == {"max_length": 2048}


def test_thresholds_are_read_from_text() -> None:
    changed = Policy().with_limits(["leak_error=1", "max_length=2048", "split_seed=7"])
    assert changed == Policy(leak_error=1.0, max_length=2048, split_seed=7)
    assert isinstance(changed.leak_error, float)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("lead_error=1", "There is no threshold 'lead_error'"),
        ("minimum_tier=gold", "There is no threshold"),
        ("leak_error=much", "needs a number"),
        ("max_length", "needs a number"),
        ("max_length=1.5", "needs a number"),
        ("max_length=512", "prompt's length limit"),
        ("leak_error=nan", "limits of the edge leak"),
        ("removal_share=30", "from 0 to 1"),
    ],
)
def test_a_threshold_that_makes_no_sense_is_said(change: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        Policy().with_limits([change])
