"""Two releases compared."""

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.model import Tier
from curation.release import difference
from curation.release.difference import Change, Kind
from curation.validation.policy import Policy
from tests.curation.conftest import ADecision, APair, settle, winner_of
from tests.curation.release.conftest import Releasing


def test_the_same_state_has_no_changes(releasing: Releasing, ten_pairs: None) -> None:
    comparison = difference.compare(releasing("v1").path, releasing("v2").path)
    assert (comparison.counts, comparison.changes, comparison.same) == ({}, (), 10)


def test_every_kind_of_change_is_named_with_its_reason(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    turned, tied, backed = (a_pair(prompt=prompt) for prompt in ("turned?", "tied?", "backed?"))
    unseen = a_pair(prompt="unseen?", prior=None)
    before = releasing("v1").path
    a_decision(turned, "rejected")
    a_decision(tied, "tie")
    a_decision(backed, "chosen")
    a_decision(unseen, "answer_1")
    new = a_pair(prompt="new?")
    comparison = difference.compare(before, releasing("v2").path)
    found = {change.pair_id: (change.kind, change.why) for change in comparison.changes}
    assert found[turned.id][0] is Kind.WINNER
    assert found[tied.id] == (Kind.REMOVED, "now left out: decided as tie")
    assert found[unseen.id] == (Kind.ADDED, "was left out: V18 nobody and no import has named a winner")
    assert found[new.id] == (Kind.ADDED, "is new in the workspace")
    assert found[backed.id][0] in (Kind.SUPPORT, Kind.PART)
    assert "prior with 0 votes" in found[backed.id][1]
    assert "single with 1" in found[backed.id][1]
    assert comparison.counts[Kind.ADDED] == 2


def test_a_change_names_the_votes_and_settlements_behind_it(
    db: Database, a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    turned, settled = a_pair(prompt="turned?"), a_pair(prompt="settled?")
    a_decision(settled, "chosen", by="ann-1")
    before = releasing("v1").path
    a_decision(turned, "rejected", by="ann-2")
    settle(db, settled, "tie")
    since = {each.pair_id: each.since for each in difference.compare(before, releasing("v2").path).changes}
    loser = winner_of(turned, "rejected").replace("_", " ")
    assert since[turned.id] == (f"ann-2 voted {loser} on 2026-11-22 09:00 (vote decision-2)",)
    assert since[settled.id][0].startswith("lead settled it as tie on 2026-11-22 09:00 (settlement ")


def test_a_vote_of_both_releases_explains_nothing(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    pair = a_pair(prompt="one vote?")
    a_decision(pair, "chosen")
    before = releasing("v1").path
    backed = a_pair(prompt="more?")
    a_decision(backed, "chosen")
    after = releasing("v2", policy=Policy(minimum_tier=Tier.SINGLE)).path
    comparison = difference.compare(before, after)
    assert comparison.counts[Kind.REMOVED] == 10
    assert all(each.since == () for each in comparison.changes if each.pair_id != backed.id)


def test_votes_on_a_copy_are_named_with_the_pair_that_they_count_for(
    a_pair: APair, a_decision: ADecision, releasing: Releasing, ten_pairs: None
) -> None:
    kept, copy = sorted((a_pair(prompt="twice?", item=item) for item in "ab"), key=lambda pair: pair.id)
    before = releasing("v1").path
    a_decision(copy, "rejected", by="ann-2")
    (change,) = difference.compare(before, releasing("v2").path).changes
    loser = winner_of(copy, "rejected").replace("_", " ")
    assert (change.kind, change.pair_id) == (Kind.WINNER, kept.id)
    assert change.since == (
        f"ann-2 voted {loser} on 2026-11-22 09:00 (vote decision-1, about the answers of its copy {copy.id})",
    )


def test_settings_that_differ_are_named(releasing: Releasing, ten_pairs: None) -> None:
    before = releasing("v1").path
    after = releasing("v2", policy=Policy(max_length=2048, split_seed=7)).path
    assert difference.compare(before, after).settings == ("max_length: 1536 → 2048", "split_seed: 0 → 7")


def test_comparing_the_other_way_round_turns_added_into_removed(
    a_pair: APair, releasing: Releasing, ten_pairs: None
) -> None:
    before = releasing("v1").path
    new = a_pair(prompt="new?")
    back = difference.compare(releasing("v2").path, before)
    assert Change(kind=Kind.REMOVED, pair_id=new.id, why="is no longer in the workspace") in back.changes


def test_a_limit_shortens_the_list_and_not_the_counts(
    a_pair: APair, releasing: Releasing, ten_pairs: None
) -> None:
    before = releasing("v1").path
    for number in range(5):
        a_pair(prompt=f"new {number}?")
    comparison = difference.compare(before, releasing("v2").path, limit=2)
    assert (comparison.counts[Kind.ADDED], len(comparison.changes)) == (5, 2)


def test_a_folder_that_is_no_release_is_said(releasing: Releasing, ten_pairs: None) -> None:
    path = releasing().path
    with pytest.raises(InvalidInput, match="is not a release"):
        difference.compare(path, path / "data")
