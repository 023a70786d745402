"""How far the people behind the labels agree."""

import pytest

from curation.database import Database
from curation.validation import runner
from curation.validation.finding import Finding, Severity
from curation.validation.policy import Policy
from tests.curation.conftest import ADecision, APair, settle


def found(db: Database, rule: str, policy: Policy | None = None) -> tuple[Finding, ...]:
    return runner.validate(db, policy or Policy()).of_rule(rule)


@pytest.mark.parametrize(
    ("votes", "torn"),
    [
        ([("chosen", None), ("rejected", None)], True),
        ([("chosen", 1), ("chosen", 1), ("rejected", 1)], False),
        ([("chosen", 1), ("chosen", 1), ("rejected", 2)], True),
        ([("chosen", 3), ("chosen", 3), ("tie", None)], True),
        ([("chosen", 1), ("chosen", 3)], False),
        ([("chosen", None), ("chosen", None), ("rejected", None)], False),
    ],
    ids=["no majority", "two steps", "three steps", "a tie is 0", "one side", "no strength asked"],
)
def test_votes_far_apart_keep_a_pair_out(
    db: Database, a_pair: APair, a_decision: ADecision, votes: list[tuple[str, int | None]], torn: bool
) -> None:
    pair = a_pair()
    for number, (verdict, strength) in enumerate(votes):
        a_decision(pair, verdict, by=f"ann-{number}", strength=strength)
    assert [each.examples for each in found(db, "V19")] == ([(pair.id,)] if torn else [])


def test_a_conflict_that_a_lead_has_settled_is_none(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    pair = a_pair()
    a_decision(pair, "chosen", by="ann-1", strength=3)
    a_decision(pair, "rejected", by="ann-2", strength=3)
    settle(db, pair, "chosen")
    assert found(db, "V19") == ()


def overlapping(a_pair: APair, a_decision: ADecision, agreed: int, pairs: int) -> None:
    for number in range(pairs):
        pair = a_pair(f"Yes {number}", f"No {number}", prompt=f"Is it {number}?")
        first = "answer_1" if number % 2 else "answer_2"
        other = "answer_2" if number % 2 else "answer_1"
        a_decision(pair, first, by="ann-1")
        a_decision(pair, first if number < agreed else other, by="ann-2")


@pytest.mark.parametrize(
    ("agreed", "pairs", "severity"),
    [
        (38, 50, None),
        (34, 50, Severity.WARNING),
        (25, 50, Severity.WARNING),
        (25, 49, None),
        (100, 200, Severity.ERROR),
        (136, 200, Severity.WARNING),
    ],
    ids=["agree enough", "too little", "by chance, few", "too few", "by chance", "too little, many"],
)
def test_too_little_agreement_is_said(
    db: Database, a_pair: APair, a_decision: ADecision, agreed: int, pairs: int, severity: Severity | None
) -> None:
    # Balanced verdicts: alpha is about 2 · agreement - 1: 0.76 → 0.52, 0.68 → 0.36, 0.50 → 0.
    overlapping(a_pair, a_decision, agreed, pairs)
    assert [each.severity for each in found(db, "V20")] == ([severity] if severity else [])


def test_few_overlaps_are_called_a_rough_guide(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    overlapping(a_pair, a_decision, 25, 50)
    (finding,) = found(db, "V20")
    assert (finding.count, "rough guide" in finding.message) == (25, True)


def test_a_row_on_one_vote_of_a_flagged_person_is_doubted(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    for number in range(100):  # always left: flagged for position
        a_decision(a_pair(f"Yes {number}", f"No {number}", prompt=f"Is it {number}?"), "answer_1")
    fine = a_pair()
    a_decision(fine, by="ann-2")
    (finding,) = found(db, "V21")
    assert (finding.count, fine.id in finding.examples) == (100, False)
    assert "ann-1 (position)" in finding.message
