"""A look behind the pages."""

from curation.database import Database
from curation.labelling import pairs
from curation.suspicion import looking, records
from tests.curation.conftest import NOW, APair
from tests.curation.suspicion.test_detection import written


def test_a_look_ends_by_itself_and_leaves_its_outcome(db: Database, a_pair: APair) -> None:
    a_pair()
    behind = looking.of(db)
    behind.start(db, by="lead", clock=lambda: NOW)
    behind.wait()
    assert not behind.progress().is_running
    found = records.latest(db)
    assert found is not None
    assert (found.asked_by, found.computed) == ("lead", NOW)


def test_a_cancelled_look_stops_without_an_outcome_or_a_complaint(db: Database) -> None:
    with db.writing() as tx:
        pairs.add(tx, written(60, 5), NOW)
    behind = looking.of(db)
    with db.writing():  # the look waits for its first write
        behind.start(db, by="lead", clock=lambda: NOW)
        behind.cancel()
    behind.wait()
    assert behind.progress().failed == ""
    assert records.latest(db) is None
