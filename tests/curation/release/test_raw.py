"""The import as it came, for a comparison with what was made of it."""

from curation import text
from curation.database import Database
from curation.model import Verdict
from curation.release import raw
from tests.curation.conftest import ADecision, APair


def test_texts_keep_the_blanks_at_their_edges_and_the_winner_of_the_import(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_decision(a_pair("Paris.", " Lyon.\n"), "rejected")
    (found,) = raw.pairs(db)
    assert (found.chosen, found.rejected) == ("Paris.", " Lyon.\n")
    assert [turn.content for turn in found.turns] == ["What is the capital of France?"]


def test_ties_and_pairs_without_a_winner_are_no_preferences(db: Database, a_pair: APair) -> None:
    a_pair(prior=Verdict.TIE)
    a_pair(prompt="And of Italy?", prior=None)
    assert raw.pairs(db) == []


def test_held_out_prompts_are_left_out_however_they_are_written(db: Database, a_pair: APair) -> None:
    a_pair(prompt="  what is THE capital of France? ")
    kept = a_pair(prompt="And of Italy?")
    held_out = {text.folded("What is the capital of France?")}
    assert [one.pair_id for one in raw.pairs(db, but_prompts=held_out)] == [kept.id]
