"""The curve of wrong labels found, from votes and scores laid by hand."""

import pytest

from curation.database import Database
from curation.model import Pair
from curation.quality import exhibits
from curation.quality.exhibits import Exhibit, Kind
from curation.suspicion import discovery
from curation.suspicion.discovery import Arms
from tests.curation.conftest import NOW, ADecision, APair


def scored(db: Database, pair: Pair, text: float, length: float = 0.5, *, of_other: bool = False) -> None:
    """Suspicion of the imported label; `of_other`: kept as that of the other answer, as after a vote."""
    assert pair.prior_winner is not None
    winner = pair.prior_winner.swapped if of_other else pair.prior_winner
    with db.writing() as tx:
        for detector, value in (("text", text), ("length", length)):
            tx.execute(
                "INSERT INTO suspicion VALUES ($id, $detector, $score, 'm', $now, $winner)",
                {
                    "id": pair.id,
                    "detector": detector,
                    "score": 1 - value if of_other else value,
                    "now": NOW,
                    "winner": winner,
                },
            )


def reviewed(
    db: Database, a_pair: APair, a_decision: ADecision, wrong: int, right: int, arm: str = "random"
) -> None:
    """Pairs whose wrong labels are the most suspected."""
    for place in range(wrong + right):
        pair = a_pair(prompt=f"{arm} {place}?")
        is_wrong = place < wrong
        scored(db, pair, 0.9 if is_wrong else 0.1, of_other=is_wrong)
        a_decision(pair, "rejected" if is_wrong else "chosen", arm=arm)


def test_a_perfect_order_finds_all_wrong_labels_first(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    reviewed(db, a_pair, a_decision, wrong=5, right=15)
    found = discovery.measured(db)
    assert (found.reviewed, found.wrong) == (20, 5)
    at = {round(point.reviewed, 2): point for point in found.along}
    assert at[0.25].text == pytest.approx(1.0)
    assert at[0.25].length == pytest.approx(0.25)
    assert at[0.1].low <= at[0.1].text <= at[0.1].high
    assert found.auroc == (1.0, 1.0, 1.0)


def test_each_point_of_the_curve_has_the_pairs_that_were_reviewed_up_to_it(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    reviewed(db, a_pair, a_decision, wrong=5, right=15)
    listed = {
        (kind, share): exhibits.votes(db, Exhibit(kind=kind, high=share))
        for kind in (Kind.FIRST, Kind.FIRST_WRONG)
        for share in (0.25, 1.0)
    }
    assert listed == {
        (Kind.FIRST, 0.25): 5, (Kind.FIRST_WRONG, 0.25): 5, (Kind.FIRST, 1.0): 20, (Kind.FIRST_WRONG, 1.0): 5,
    }  # fmt: skip
    assert exhibits.votes(db, Exhibit(kind=Kind.LOOKED)) == 20


def test_pairs_that_the_queue_suspected_are_no_part_of_the_curve(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    reviewed(db, a_pair, a_decision, wrong=6, right=4, arm="suspected")
    reviewed(db, a_pair, a_decision, wrong=2, right=18)
    found = discovery.measured(db)
    assert (found.reviewed, found.along) == (20, ())
    assert found.suspected == Arms(reviewed=10, wrong=6)
    assert found.random == Arms(reviewed=20, wrong=2)


def test_a_tie_is_reviewed_and_not_called_wrong(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    pair = a_pair()
    scored(db, pair, 0.9)
    a_decision(pair, "tie")
    found = discovery.measured(db)
    assert (found.reviewed, found.wrong) == (1, 0)


def test_without_votes_there_is_nothing_and_no_error(db: Database, a_pair: APair) -> None:
    scored(db, a_pair(), 0.9)
    found = discovery.measured(db)
    assert (found.reviewed, found.along, found.auroc, found.times) == (0, (), None, None)


def test_textbook_ratio_of_two_shares() -> None:
    # 30 of 100 against 10 of 100: 3; ln 3 ± 1.96 √(1/30 - 1/100 + 1/10 - 1/100) = 1.099 ± 0.660
    found = discovery.times_as_often(Arms(reviewed=100, wrong=30), Arms(reviewed=100, wrong=10))
    assert list(found or ()) == pytest.approx([1.551, 3.0, 5.804], abs=2e-3)


@pytest.mark.parametrize(
    "none", [Arms(reviewed=9, wrong=0), Arms(reviewed=0, wrong=0)], ids=["found", "seen"]
)
def test_a_ratio_with_nothing_is_not_defined(none: Arms) -> None:
    assert discovery.times_as_often(none, Arms(reviewed=9, wrong=1)) is None
    assert discovery.times_as_often(Arms(reviewed=9, wrong=1), none) is None


def test_the_lists_behind_the_counts_hold_as_many_pairs(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    reviewed(db, a_pair, a_decision, wrong=6, right=4, arm="suspected")
    reviewed(db, a_pair, a_decision, wrong=2, right=18)
    found = discovery.measured(db)
    assert exhibits.votes(db, Exhibit(kind=Kind.SCORED)) == found.reviewed
    assert exhibits.votes(db, Exhibit(kind=Kind.SCORED_WRONG)) == found.wrong
    assert exhibits.votes(db, Exhibit(kind=Kind.VERIFIED, arm="suspected")) == found.suspected.reviewed
    assert exhibits.votes(db, Exhibit(kind=Kind.OVERTURNED, arm="suspected")) == found.suspected.wrong
