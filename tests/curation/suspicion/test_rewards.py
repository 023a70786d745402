"""What a tuned model makes of its labels: scores kept, ranks told, labels that changed left out."""

import pytest

from curation.database import Database
from curation.suspicion import rewards
from curation.suspicion.margin import Margin
from tests.curation.conftest import NOW, ADecision, APair


def margin(pair_id: str, chosen: str, value: float) -> Margin:
    return Margin(pair_id=pair_id, chosen=chosen, margin=value)


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
