"""What a tuned model makes of its labels: scores kept, ranks told, labels that changed left out."""

from datetime import timedelta

import pytest

from curation.database import Database
from curation.labelling import review
from curation.labelling.desk import Reason
from curation.suspicion import rewards
from curation.suspicion.margin import Margin
from tests.curation.conftest import NOW, ADecision, APair


def margin(pair_id: str, chosen: str, value: float, *, reference: float | None = None) -> Margin:
    return Margin(pair_id=pair_id, chosen=chosen, margin=value, reference=reference)


def test_the_lowest_margin_is_doubted_most(db: Database, a_pair: APair) -> None:
    believed, doubted = a_pair("  Paris.\n", "Lyon."), a_pair("Rome.", "Milan.", prompt="Italy?")
    rows = [margin(believed.id, "Paris.", 2.0), margin(doubted.id, "Rome.", -1.0)]
    assert rewards.keep(db, rows, run="run-1", by="lead", now=NOW) == 2
    first, second = rewards.doubts(db, 10)
    assert (first.pair_id, second.pair_id) == (doubted.id, believed.id)
    assert first.score == pytest.approx(0.7310586)
    assert (first.by_reward, second.by_reward) == (1, 2)
    assert (first.by_text, first.by_length) == (None, None)
    assert second.winner == believed.prior_winner


def test_a_later_run_takes_the_place_of_an_earlier_one(db: Database, a_pair: APair) -> None:
    one, other = a_pair("Paris.", "Lyon."), a_pair("Rome.", "Milan.", prompt="Italy?")
    rewards.keep(db, [margin(one.id, "Paris.", 1.0)], run="run-1", by="lead", now=NOW)
    rewards.keep(db, [margin(other.id, "Rome.", 1.0)], run="run-2", by="lead", now=NOW)
    assert [doubt.pair_id for doubt in rewards.doubts(db, 10)] == [other.id]


def test_an_answer_that_is_neither_of_the_two_is_passed_over(db: Database, a_pair: APair) -> None:
    pair = a_pair("Paris.", "Lyon.")
    assert rewards.keep(db, [margin(pair.id, "Nice.", -3.0)], run="run-1", by="lead", now=NOW) == 0
    assert rewards.doubts(db, 10) == ()


def test_a_label_that_people_have_turned_since_is_doubted_no_more(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    pair = a_pair("Paris.", "Lyon.")
    rewards.keep(db, [margin(pair.id, "Paris.", -3.0)], run="run-1", by="lead", now=NOW)
    a_decision(pair, "rejected")
    assert rewards.doubts(db, 10) == ()


def test_a_certain_model_gives_no_more_than_certainty(db: Database, a_pair: APair) -> None:
    pair, other = a_pair("Paris.", "Lyon."), a_pair("Rome.", "Milan.", prompt="Italy?")
    rows = [margin(pair.id, "Paris.", 10_000.0), margin(other.id, "Rome.", -10_000.0)]
    rewards.keep(db, rows, run="run-1", by="lead", now=NOW)
    assert [doubt.score for doubt in rewards.doubts(db, 10)] == [1.0, pytest.approx(0.0)]


def test_both_models_ranks_together_make_the_order(db: Database, a_pair: APair) -> None:
    pairs = [a_pair(f"Good {n}.", f"Bad {n}.", prompt=f"Question {n}?") for n in range(3)]
    values = [(0.1, 3.0), (0.2, -2.0), (0.3, 1.0)]  # ranks by the tuned model 1, 2, 3, by its base 3, 1, 2
    rows = [
        margin(pair.id, f"Good {n}.", tuned, reference=base)
        for n, (pair, (tuned, base)) in enumerate(zip(pairs, values, strict=True))
    ]
    rewards.keep(db, rows, run="run-1", by="lead", now=NOW)
    found = [(doubt.pair_id, doubt.by_reward, doubt.by_reference) for doubt in rewards.doubts(db, 10)]
    assert found == [(pairs[1].id, 2, 1), (pairs[0].id, 1, 3), (pairs[2].id, 3, 2)]


def test_the_base_model_alone_makes_no_suspect_for_reviewers(db: Database, a_pair: APair) -> None:
    pair = a_pair("Paris.", "Lyon.")
    rewards.keep(db, [margin(pair.id, "Paris.", 2.0, reference=-5.0)], run="run-1", by="lead", now=NOW)
    assert review.page(db, Reason.SUSPECTED, size=5).entries == ()
    later = NOW + timedelta(minutes=1)
    rewards.keep(db, [margin(pair.id, "Paris.", -2.0, reference=5.0)], run="run-2", by="lead", now=later)
    found = review.page(db, Reason.SUSPECTED, size=5).entries
    assert [one.row.pair_id for one in found] == [pair.id]
