"""From two models' answers to pairs, and from blind votes back to the models."""

from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from curation.comparison import comparisons, released, results
from curation.comparison.comparisons import Comparison
from curation.comparison.offered import Offered, Origin
from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events, pairs
from curation.model import Message, Speaker
from tests.curation.conftest import NOW, ADecision

ORIGIN = Origin(evaluation="20261122T100000Z-aaaa", run="20261122T090000Z-bbbb", release="f" * 64)
TUNED, BASE = "run/tuned", "base model"


def offered(number: int, tuned: str, base: str) -> Offered:
    turns = (Message(speaker=Speaker.USER, content=f"Question {number}?"),)
    # The file's order of the two models changes from row to row and must not matter.
    if number % 2:
        return Offered(prompt_number=number, turns=turns, answers=(base, tuned), models=(BASE, TUNED))
    return Offered(prompt_number=number, turns=turns, answers=(tuned, base), models=(TUNED, BASE))


def taken(db: Database, count: int) -> Comparison:
    rows = [offered(n, f"Short answer {n}.", f"Sure! A padded answer {n}!") for n in range(count)]
    return comparisons.take(db, ORIGIN, rows, by="lead", now=NOW)


def prefer(
    db: Database, a_decision: ADecision, comparison: Comparison, model: str, by: str = "ann-1"
) -> None:
    for pair_id in comparisons.pair_ids(db, comparison.id):
        pair = pairs.get(db, pair_id)
        a_decision(pair, "answer_1" if pair.origin_1 == model else "answer_2", by=by)


def test_answers_become_pairs_that_name_their_models_in_their_own_order(db: Database) -> None:
    made = taken(db, 20)
    found = [pairs.get(db, pair_id) for pair_id in comparisons.pair_ids(db, made.id)]
    assert (made.pairs, made.equal) == (20, 0)
    for pair in found:
        wrote = {pair.origin_1: pair.answer_1, pair.origin_2: pair.answer_2}
        assert wrote[TUNED].startswith("Short")
        assert wrote[BASE].startswith("Sure")
    assert len({pair.origin_1 for pair in found}) == 2, "one model always stands first"


def test_taking_an_evaluation_twice_makes_one_comparison(db: Database) -> None:
    assert taken(db, 3) == taken(db, 3)
    assert len(comparisons.everything(db)) == 1
    assert [one.action for one in events.newest(db)].count("compare models") == 1


def test_an_evaluation_without_two_answers_is_refused(db: Database) -> None:
    with pytest.raises(InvalidInput, match="at least two models"):
        comparisons.take(db, ORIGIN, [], by="lead", now=NOW)


def test_votes_count_for_the_model_that_wrote_the_winner(db: Database, a_decision: ADecision) -> None:
    made = taken(db, 12)
    prefer(db, a_decision, made, TUNED)
    said = results.judgements(db, [made.id])
    duel = results.duel(said, TUNED, BASE, asked=12)
    assert duel.rate is not None
    assert (duel.rate.wins, duel.rate.losses, duel.judged) == (12, 0, 12)
    assert (duel.evidence.wins, duel.evidence.losses) == (12, 0)
    turned = results.duel(said, BASE, TUNED, asked=12)
    assert turned.rate is not None
    assert turned.rate.rate == 0.0


def test_equal_answers_are_ties_that_nobody_is_asked_about(db: Database, a_decision: ADecision) -> None:
    rows = [offered(0, "Paris.", "  paris. "), offered(1, "Rome.", "It is Rome!")]
    made = comparisons.take(db, ORIGIN, rows, by="lead", now=NOW)
    assert (made.pairs, made.equal) == (1, 1)
    prefer(db, a_decision, made, TUNED)
    duel = results.duel(results.judgements(db, [made.id]), TUNED, BASE, asked=1)
    assert duel.rate is not None
    assert (duel.rate.wins, duel.rate.ties, duel.equal, duel.votes) == (1, 1, 1, 1)


def test_two_judges_who_differ_are_one_decisive_judgement_for_the_test(
    db: Database, a_decision: ADecision
) -> None:
    made = taken(db, 4)
    prefer(db, a_decision, made, TUNED, by="ann-1")
    prefer(db, a_decision, made, BASE, by="ann-2")
    duel = results.duel(results.judgements(db, [made.id]), TUNED, BASE, asked=4)
    assert (duel.evidence.wins, duel.evidence.losses) == (4, 0)
    assert duel.rate is not None
    assert (duel.rate.rate, duel.votes) == (0.5, 8)
    assert duel.raw_agreement == 0.0


def test_before_the_first_vote_nothing_is_known(db: Database) -> None:
    made = taken(db, 4)
    duel = results.duel(results.judgements(db, [made.id]), TUNED, BASE, asked=4)
    assert (duel.rate, duel.controlled, duel.raw_agreement, duel.alpha) == (None, None, None, None)
    assert duel.evidence.now == 1.0
    assert results.board(results.judgements(db, [made.id])) == ()


def test_the_leaderboard_puts_the_preferred_model_first(db: Database, a_decision: ADecision) -> None:
    made = taken(db, 10)
    prefer(db, a_decision, made, TUNED)
    board = results.board(results.judgements(db, [made.id]))
    assert [place.model for place in board] == [TUNED, BASE]
    assert results.asked_of(db, made.id, TUNED, BASE) == 10


def test_prompts_are_found_by_the_key_that_judgements_carry(db: Database, a_decision: ADecision) -> None:
    made = taken(db, 3)
    prefer(db, a_decision, made, TUNED)
    asked = results.prompts(db, made.id)
    assert {asked[one.prompt] for one in results.judgements(db, [made.id])} == {
        "Question 0?",
        "Question 1?",
        "Question 2?",
    }


def test_a_release_tells_how_many_judged_answers_it_holds(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    sources = [f"evaluation {ORIGIN.evaluation}@run#1", f"evaluation {ORIGIN.evaluation}b@run#1", "orca@x#1"]
    parquet.write_table(pa.table({"source": sources}), tmp_path / "data" / "train-00000-of-00001.parquet")
    assert released.preferences(tmp_path, ORIGIN.evaluation) == 1
    assert released.preferences(tmp_path, "another") == 0
    (tmp_path / "data" / "train-00001-of-00002.parquet").write_bytes(b"damaged")
    assert released.preferences(tmp_path, ORIGIN.evaluation) == 1
