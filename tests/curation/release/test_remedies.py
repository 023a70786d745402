"""What would clear a finding: exactly the pairs behind it."""

import pytest

from curation.database import Database
from curation.errors import Unknown
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
    left_out = remedies.to_queue(db, Policy(), "V18", Severity.ERROR)
    weak = remedies.to_queue(db, Policy(), "V18", Severity.WARNING)
    assert set(left_out) == {unseen.id, torn.id}
    assert len(weak) == 10
    assert agreed.id not in weak
    assert remedies.to_queue(db, Policy(), "V19", Severity.ERROR) == (torn.id,)


@pytest.mark.usefixtures("ten_pairs")
def test_people_who_disagree_are_asked_about_the_pairs_they_disagree_on(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    torn, agreed = a_pair(prompt="torn?"), a_pair(prompt="sure?")
    for pair, votes in ((torn, ("chosen", "rejected")), (agreed, ("chosen", "chosen"))):
        for voter, verdict in enumerate(votes):
            a_decision(pair, verdict, by=f"ann-{voter}")
    assert remedies.to_queue(db, Policy(agreement_least=1), "V20", Severity.WARNING) == (torn.id,)


@pytest.mark.usefixtures("ten_pairs")
def test_a_leak_of_the_source_asks_for_blind_votes_on_as_many_pairs_as_tell(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    policy = Policy(source_pairs=10)
    assert remedies.pairs_behind(db, policy, "V13", Severity.WARNING).num_rows == 10
    monkeypatch.setattr(remedies, "BLIND", 4)
    assert len(remedies.to_queue(db, policy, "V13", Severity.WARNING)) == 4


@pytest.mark.usefixtures("ten_pairs")
def test_a_batch_of_them_asks_for_one_more_vote_each(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_decision(a_pair(prompt="single?"))
    found = remedies.to_queue(db, Policy(), "V18", Severity.WARNING)
    batches.make(db, found, name="V18", by="lead", now=NOW, more=1)
    (batch,) = batches.every(db)
    assert (batch.pairs, batch.done) == (11, 0)


@pytest.mark.usefixtures("ten_pairs")
def test_a_finding_that_is_gone_says_so(db: Database) -> None:
    with pytest.raises(Unknown, match=r"V09 finds nothing of that kind any more\. Reload the page"):
        remedies.to_queue(db, Policy(), "V09", Severity.ERROR)
