"""A rewritten answer is a pair of its own for as long as its author stands by it."""

from dataclasses import replace

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import browse, decisions, mends, pairs, queue, rewrites
from curation.labelling.mends import Mend
from curation.model import Answer, Provenance, Tier, Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision, an_action


def rewritten(db: Database, pair_id: str, words: str, *, by: str = "ann-1", id: str = "1" * 32) -> str:
    """Records a rewritten first answer; the id of the new pair."""
    decision = replace(a_decision(pair_id, annotator_id=by, id=id), rewrite=words)
    decisions.record(db, decision)
    with db.reading() as cursor:
        (made,) = cursor.execute(
            "SELECT pair_id FROM rewrite WHERE decision_id = $id", {"id": id}
        ).fetchone() or ("",)
    return str(made)


def test_the_new_pair_holds_both_texts_and_says_who_wrote_which() -> None:
    db, (pair_id,) = a_database(1)
    judged = pairs.get(db, pair_id)
    made = pairs.get(db, rewritten(db, pair_id, "Better still."))
    (behind,) = rewrites.behind(db, made.id)
    assert made.text_of(behind.winner) == "Better still."
    assert made.text_of(behind.winner.other) == judged.answer_1
    assert (behind.annotator_id, behind.made_from, behind.in_effect) == ("ann-1", pair_id, True)
    origins = {Answer.ONE: made.origin_1, Answer.TWO: made.origin_2}
    assert (origins[behind.winner], origins[behind.winner.other]) == ("person ann-1", "model-secret-1")
    assert (made.prior_winner, made.prior_provenance) == (None, Provenance.NONE)
    assert (made.context, made.prompt) == (judged.context, judged.prompt)


def test_its_author_is_one_vote_for_it_and_a_second_who_writes_the_same_is_another() -> None:
    db, (pair_id,) = a_database(1)
    made = rewritten(db, pair_id, "Better still.")
    assert (browse.row(db, made).tier, browse.row(db, made).votes) == (Tier.SINGLE, 1)
    assert rewritten(db, pair_id, "Better still.", by="ann-2", id="2" * 32) == made
    assert browse.row(db, made).tier is Tier.AGREE2


def test_an_undone_rewrite_leaves_a_pair_without_a_winner_and_one_put_back_has_it_again() -> None:
    db, (pair_id,) = a_database(1)
    made = rewritten(db, pair_id, "Better still.")
    change = replace(a_decision(pair_id, id="3" * 32, supersedes="1" * 32), verdict=Verdict.TIE)
    decisions.record(db, change)
    assert (browse.row(db, made).tier, browse.row(db, made).winner) == (Tier.NONE, None)
    decisions.undo(db, undo_id="4" * 32, decision_id="3" * 32, annotator_id="ann-1", now=NOW)
    assert browse.row(db, made).tier is Tier.SINGLE


def test_nobody_is_given_a_pair_that_a_person_made() -> None:
    db, (pair_id,) = a_database(1, votes_per_pair=3)
    rewritten(db, pair_id, "Better still.")
    assert {task.pair_id for task in queue.next_for(db, "ann-2", limit=9, now=NOW)} == {pair_id}


@pytest.mark.parametrize("words", ["Answer A of 0 ", "\u200bAnswer A of 0"], ids=["blank", "invisible"])
def test_a_rewrite_that_changes_nothing_a_reader_sees_is_refused(words: str) -> None:
    db, (pair_id,) = a_database(1)
    first = pairs.get(db, pair_id).answer_1
    with pytest.raises(InvalidInput, match="the same as the answer"):
        rewritten(db, pair_id, words.replace("Answer A of 0", first))
    assert decisions.history(db, pair_id) == ()
    assert pairs.count(db) == 1


def test_a_rewrite_of_a_fixed_pair_is_made_of_the_texts_its_author_has_read() -> None:
    db, (pair_id,) = a_database(1)
    mended = Mend(pair_id=pair_id, context="[]", prompt="Who?", answer_1="Ask [1].", answer_2="No.")
    mends.mend(db, [mended], "V27", an_action())
    made = pairs.get(db, rewritten(db, pair_id, "Better still."))
    assert made.prompt == "Who?"
    assert {made.answer_1, made.answer_2} == {"Better still.", "Ask [1]."}
