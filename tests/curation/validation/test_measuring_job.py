"""Measuring beside the pages: it keeps what it has done when it is cancelled, and goes on from there."""

import pytest

from curation.database import Database
from curation.validation import measuring, measuring_job
from tests.curation.conftest import APair


def missing(db: Database) -> int:
    with db.reading() as cursor:
        return measuring.count_missing(cursor)


@pytest.fixture
def many(db: Database, a_pair: APair) -> Database:
    for number in range(6):
        a_pair(prompt=f"Question {number}?")
    return db


def test_it_measures_every_pair_and_says_how_many(many: Database) -> None:
    job = measuring_job.start(many)
    job.wait(60)
    assert (job.runs, job.progress, missing(many)) == (False, (6, 6), 0)


def test_what_was_measured_before_a_cancel_is_kept(many: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measuring, "_BATCH", 2)
    job = measuring_job.Job("measuring")
    job.cancel()
    measuring_job.begin(job, many)
    job.wait(60)
    assert (job.was_cancelled, job.problem, job.bug, missing(many)) == (True, None, None, 4)
    measuring_job.start(many).wait(60)
    assert missing(many) == 0
