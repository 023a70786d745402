"""What would clear a finding: exactly the pairs behind it."""

import pytest

from curation.database import Database
from curation.labelling import batches
from curation.release import remedies
from curation.validation.finding import Severity
from curation.validation.policy import Policy
from tests.curation.conftest import NOW, ADecision, APair


@pytest.mark.usefixtures("ten_pairs")
def test_errors_and_warnings_of_one_rule_have_their_own_pairs(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    unseen, torn, agreed = (
        a_pair(prompt="unseen?", prior=None),
        a_pair(prompt="torn?"),
        a_pair(prompt="sure?"),
    )
    for pair, votes in ((torn, ("chosen", "rejected")), (agreed, ("chosen", "chosen"))):
        for voter, verdict in enumerate(votes):
            a_decision(pair, verdict, by=f"ann-{voter}")
    left_out = remedies.pairs_behind(db, Policy(), "V18", Severity.ERROR)
    weak = remedies.pairs_behind(db, Policy(), "V18", Severity.WARNING)
    assert set(left_out) == {unseen.id, torn.id}
    assert len(weak) == 10
    assert agreed.id not in weak
    assert remedies.pairs_behind(db, Policy(), "V19", Severity.ERROR) == (torn.id,)


@pytest.mark.usefixtures("ten_pairs")
def test_people_who_disagree_are_asked_about_the_pairs_they_disagree_on(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    torn, agreed = a_pair(prompt="torn?"), a_pair(prompt="sure?")
    for pair, votes in ((torn, ("chosen", "rejected")), (agreed, ("chosen", "chosen"))):
        for voter, verdict in enumerate(votes):
            a_decision(pair, verdict, by=f"ann-{voter}")
    assert remedies.pairs_behind(db, Policy(), "V20", Severity.ERROR) == (torn.id,)


@pytest.mark.usefixtures("ten_pairs")
def test_a_leak_of_the_source_asks_for_blind_votes_on_as_many_pairs_as_tell(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(remedies.pairs_behind(db, Policy(), "V13", Severity.WARNING)) == 10
    monkeypatch.setattr(remedies, "BLIND", 4)
    assert len(remedies.pairs_behind(db, Policy(), "V13", Severity.WARNING)) == 4


@pytest.mark.usefixtures("ten_pairs")
def test_a_batch_of_them_asks_for_one_more_vote_each(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_decision(a_pair(prompt="single?"))
    found = remedies.pairs_behind(db, Policy(), "V18", Severity.WARNING)
    batches.make(db, found, name="V18", by="lead", now=NOW, more=1)
    (batch,) = batches.every(db)
    assert (batch.pairs, batch.done) == (11, 0)
