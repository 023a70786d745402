"""An edit makes a new pair and sets the old one aside; nothing is overwritten."""

import pytest

from curation.errors import InvalidInput
from curation.labelling import browse, decisions, edits, events, mends, pairs, undoing
from curation.labelling.edits import Texts
from curation.labelling.mends import Mend
from curation.model import Pair, Provenance, Tier
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision, an_action


def texts_of(pair: Pair, **changed: str) -> Texts:
    texts = {"prompt": pair.prompt, "answer_1": pair.answer_1, "answer_2": pair.answer_2}
    return Texts(**(texts | changed))


def origins(pair: Pair) -> dict[str, str]:
    return {pair.answer_1: pair.origin_1, pair.answer_2: pair.origin_2}


def test_the_old_pair_keeps_its_texts_and_votes_and_is_set_aside() -> None:
    db, (pair_id,) = a_database(1)
    old = pairs.get(db, pair_id)
    decisions.record(db, a_decision(pair_id))
    edits.edit(db, pair_id, texts_of(old, answer_1="Mended"), an_action())
    row = browse.row(db, pair_id)
    assert pairs.get(db, pair_id) == old
    assert (row.aside, row.votes) == (True, 1)


@pytest.mark.parametrize("changed", ["answer_1", "answer_2"])
def test_the_new_pair_begins_without_votes_and_says_where_it_comes_from(changed: str) -> None:
    db, (pair_id,) = a_database(1)
    old = pairs.get(db, pair_id)
    made = pairs.get(db, edits.edit(db, pair_id, texts_of(old, **{changed: "Mended"}), an_action()))
    kept = "answer_2" if changed == "answer_1" else "answer_1"
    before = origins(old)
    assert origins(made) == {
        "Mended": before[getattr(old, changed)] + ", edited by a person",
        getattr(old, kept): before[getattr(old, kept)],
    }
    assert (made.source_id, made.source_row) == (old.source_id, old.source_row)
    assert (made.prior_winner, made.prior_provenance) == (None, Provenance.NONE)
    assert browse.row(db, made.id).tier is Tier.NONE


def test_both_pairs_know_of_the_edit_and_the_audit_names_them() -> None:
    db, (pair_id,) = a_database(1)
    made = edits.edit(db, pair_id, texts_of(pairs.get(db, pair_id), prompt="Better asked"), an_action())
    (edit,) = edits.about(db, pair_id)
    assert edits.about(db, made) == (edit,)
    assert (edit.pair_id, edit.edited_from, edit.edited_by, edit.reason) == (
        made,
        pair_id,
        "lead",
        "read both",
    )
    (event,) = events.newest(db)
    assert (event.action, event.subject, event.detail["new_pair"]) == ("edit pair", pair_id, made)


def test_editing_again_with_the_same_id_makes_no_second_pair() -> None:
    db, (pair_id,) = a_database(1)
    texts = texts_of(pairs.get(db, pair_id), prompt="Better asked")
    assert edits.edit(db, pair_id, texts, an_action()) == edits.edit(db, pair_id, texts, an_action())
    assert pairs.count(db) == 2


def test_an_edit_that_was_undone_can_be_made_again() -> None:
    db, (pair_id,) = a_database(1)
    texts = texts_of(pairs.get(db, pair_id), prompt="Better asked")
    made = edits.edit(db, pair_id, texts, an_action())
    undoing.undo(db, "act-1", by="lead", now=NOW)
    told = events.newest(db)[0]  # one edit is of one pair, though it touched two
    assert (told.subject, told.detail) == (pair_id, {"action": "act-1", "pairs": 1})
    assert edits.edit(db, pair_id, texts, an_action("act-2")) == made
    assert (browse.row(db, pair_id).aside, browse.row(db, made).aside) == (True, False)
    undoing.undo(db, "act-2", by="lead", now=NOW)
    assert (browse.row(db, pair_id).aside, browse.row(db, made).aside) == (False, True)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({}, "Nothing was changed"),
        ({"answer_1": " \n"}, "need text"),
        ({"prompt": "\u200b"}, "need text"),
        ({"answer_1": "same", "answer_2": "Same "}, "would be the same"),
    ],
    ids=["nothing", "empty answer", "invisible prompt", "equal answers"],
)
def test_what_makes_no_pair_is_refused_in_a_sentence(changed: dict[str, str], said: str) -> None:
    db, (pair_id,) = a_database(1)
    with pytest.raises(InvalidInput, match=said):
        edits.edit(db, pair_id, texts_of(pairs.get(db, pair_id), **changed), an_action())
    assert (pairs.count(db), browse.row(db, pair_id).aside) == (1, False)


def test_an_edit_into_a_pair_that_is_there_names_it() -> None:
    db, (one, other) = a_database(2)
    there = pairs.get(db, other)
    with pytest.raises(InvalidInput, match=f"there already: {other}"):
        edits.edit(db, one, texts_of(there), an_action())
    assert not browse.row(db, one).aside


def test_an_edit_begins_with_what_a_fix_has_made_of_the_texts() -> None:
    db, (pair_id,) = a_database(1)
    fixed = Mend(pair_id=pair_id, context="[]", prompt="Who?", answer_1="Ask [1].", answer_2="No.")
    opened = texts_of(pairs.get(db, pair_id), prompt="Who, please?")
    mends.mend(db, [fixed], "V27", an_action("fix"))
    with pytest.raises(InvalidInput, match="A fix has changed the texts of this pair since you opened them"):
        edits.edit(db, pair_id, opened, an_action())
    texts = Texts(prompt="Who, please?", answer_1="Ask [1].", answer_2="No.", made_of=fixed.text_id)
    made = pairs.get(db, edits.edit(db, pair_id, texts, an_action()))
    assert {made.answer_1, made.answer_2} == {"Ask [1].", "No."}
    assert "edited" not in made.origin_1 + made.origin_2  # the fix changed the answers, the person did not
    assert edits.edit(db, pair_id, texts, an_action()) == made.id
