"""What decides beside quality: the side, the length, the look."""

import pytest

from curation.database import Database
from curation.model import Pair
from curation.validation import runner
from curation.validation.finding import Finding, Severity
from curation.validation.policy import Policy
from tests.curation.conftest import ADecision, APair


def found(db: Database, rule: str, policy: Policy | None = None) -> tuple[Finding, ...]:
    return runner.validate(db, policy or Policy()).of_rule(rule)


def voted(a_pair: APair, a_decision: ADecision, left_wins: int, votes: int) -> None:
    """a_decision shows answer_1 on the left."""
    for number in range(votes):
        pair = a_pair(f"Yes {number}", f"No {number}", prompt=f"Is it {number}?")
        a_decision(pair, "answer_1" if number < left_wins else "answer_2")


@pytest.mark.parametrize(
    ("left_wins", "votes", "warned"),
    [(65, 100, True), (62, 100, False), (35, 100, True), (64, 99, False), (50, 100, False)],
    ids=["left", "may be chance", "right", "too few", "even"],
)
def test_a_side_that_wins_too_often_is_a_warning(
    db: Database, a_pair: APair, a_decision: ADecision, left_wins: int, votes: int, warned: bool
) -> None:
    # Two-sided binomial p: 65 of 100 0.0035, 62 of 100 0.021.
    voted(a_pair, a_decision, left_wins, votes)
    assert bool(found(db, "V14")) is warned


def test_a_warning_about_sides_names_who_leans(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    voted(a_pair, a_decision, left_wins=80, votes=100)
    (finding,) = found(db, "V14")
    assert (finding.severity, finding.value, finding.counted) == (Severity.WARNING, 0.8, "100 preferences")
    assert finding.message == (
        "The left answer won unevenly often: everybody 80 of 100; ann-1 80 of 100 preferences."
    )


def sized(a_pair: APair, longer_wins: int, pairs: int, ratio: float) -> list[Pair]:
    return [
        a_pair(
            "x" * round(100 * ratio) + f"{number:03}", "x" * 100 + f"{number:03}", prompt=f"Is it {number}?"
        )
        if number < longer_wins
        else a_pair(
            "x" * 100 + f"{number:03}", "x" * round(100 * ratio) + f"{number:03}", prompt=f"Is it {number}?"
        )
        for number in range(pairs)
    ]


@pytest.mark.parametrize(
    ("longer_wins", "pairs", "ratio", "warned"),
    [
        (66, 100, 2, True),
        (65, 100, 2, False),
        (34, 100, 2, True),
        (99, 99, 2, False),
        (100, 100, 1.05, False),
    ],
    ids=["longer", "at the limit", "shorter", "too few", "alike"],
)
def test_length_that_decides_is_a_warning(
    db: Database, a_pair: APair, longer_wins: int, pairs: int, ratio: float, warned: bool
) -> None:
    sized(a_pair, longer_wins, pairs, ratio)
    assert bool(found(db, "V15")) is warned


def test_the_warning_about_length_says_how_well_length_alone_does(db: Database, a_pair: APair) -> None:
    made = sized(a_pair, 80, 100, 2)
    (finding,) = found(db, "V15")
    # Gaps are +100 (80) and -100 (20): P(g > -g') = 0.8 · 0.8 + (2 · 0.8 · 0.2) / 2 = 0.80
    assert "won 80 of 100; length alone tells winner from loser with an AUROC of 0.80" in finding.message
    assert set(finding.examples) <= {pair.id for pair in made[:80]}


@pytest.mark.parametrize(
    ("signs", "pairs", "warned"),
    [(15, 100, True), (14, 100, False), (49, 49, False), (50, 50, True)],
    ids=["at the limit", "below", "too few", "all"],
)
def test_a_sign_that_winners_carry_more_often_is_a_warning(
    db: Database, a_pair: APair, signs: int, pairs: int, warned: bool
) -> None:
    for number in range(pairs):
        mark = "**bold**" if number < signs else "plain"
        a_pair(f"{mark} {number}", f"plain {number + 1000}", prompt=f"Is it {number}?")
    assert bool(found(db, "V16")) is warned


def test_signs_that_no_row_carries_are_no_finding_even_where_no_difference_is_allowed(
    db: Database, a_pair: APair
) -> None:
    for number in range(50):
        a_pair(f"Plain {number}.", f"Bare {number}.", prompt=f"Is it {number}?")
    assert found(db, "V16", Policy(format_difference=0.0)) == ()


def test_real_pairs_show_which_look_wins(db: Database, orca: list[Pair]) -> None:
    (finding,) = found(db, "V16")
    assert "Eager opening" in finding.message
    assert finding.severity is Severity.WARNING
