"""A row of a release back to what stands behind it."""

import json

import pytest

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.release import trace
from tests.curation.conftest import ADecision, APair, settle, winner_of
from tests.curation.release.conftest import Releasing
from tests.curation.release.test_consumers import run_command


def test_a_row_leads_to_every_vote_and_its_source_line(
    db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    pair = a_pair()
    a_decision(pair, "rejected", by="ann-1")
    settle(db, pair, "chosen")
    found = trace.trace(releasing().path, pair.id)
    assert (found.source, found.line, found.tier, found.reasons) == ("source-1", pair.source_row, "gold", ())
    assert [(word.kind, word.who, word.verdict, word.in_effect) for word in found.words] == [
        ("vote", "ann-1", winner_of(pair, "rejected"), True),
        ("settlement", "lead", winner_of(pair, "chosen"), True),
    ]


def test_a_row_leads_to_the_votes_on_its_copies(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    kept, copy = sorted((a_pair(prompt="twice?", item=item) for item in "ab"), key=lambda pair: pair.id)
    a_decision(kept, by="ann-1")
    a_decision(copy, by="ann-2")
    folder = releasing().path
    assert [word.pair_id for word in trace.trace(folder, kept.id).words] == [kept.id, copy.id]
    assert [word.pair_id for word in trace.trace(folder, copy.id).words] == [copy.id]


def test_a_row_that_was_left_out_says_why(a_pair: APair, releasing: Releasing, ten_pairs: None) -> None:
    pair = a_pair("x", "X", prompt="same?")
    found = trace.trace(releasing().path, pair.id[:8])
    assert (found.pair_id, found.file) == (pair.id, "excluded.parquet")
    assert found.reasons == ("V04 the two answers are the same text to a reader",)


@pytest.mark.parametrize("name", ["", "abc", "%%%%%%%", "' OR 1=1 --"])
def test_what_is_no_id_is_said(releasing: Releasing, ten_pairs: None, name: str) -> None:
    with pytest.raises(InvalidInput, match="is no id of a pair"):
        trace.trace(releasing().path, name)


def test_an_id_of_no_row_is_said(releasing: Releasing, ten_pairs: None) -> None:
    with pytest.raises(Unknown, match="No row of v1 has an id that begins with ffffffff"):
        trace.trace(releasing().path, "f" * 8)


def test_the_command_answers_with_votes_and_line(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    pair = a_pair()
    a_decision(pair)
    folder = releasing().path
    done = run_command(folder.parent.parent, "trace", "v1", pair.id, "--json")
    answer = json.loads(done.stdout)
    assert (answer["line"], answer["words"][0]["who"]) == (pair.source_row, "ann-1")
