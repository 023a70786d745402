"""Figures are measured again when something they are measured on has changed, and not otherwise."""

from datetime import timedelta

from curation.database import Database
from curation.labelling import golds, guidelines
from curation.model import Verdict
from curation.quality import ballots, drift
from tests.curation.quality.conftest import NOW, Votes, a_pair


def test_a_vote_and_every_change_of_gold_give_another_stamp_and_new_guidelines_do_not(
    db: Database, votes: Votes
) -> None:
    seen = [ballots.stamp(db)]
    votes(Verdict.ANSWER_1, by="ann")
    seen.append(ballots.stamp(db))
    for moment, verdict in enumerate((Verdict.ANSWER_1, Verdict.ANSWER_2)):
        golds.mark(db, {a_pair(0).id: verdict}, by="lead", now=NOW + timedelta(seconds=moment))
        seen.append(ballots.stamp(db))
    guidelines.add(db, "Be fair.", changed_by="lead", now=NOW)
    assert ballots.stamp(db) == seen[-1]
    assert len(set(seen)) == 4


def test_a_week_begins_on_monday_and_counts_its_own_hits(db: Database, votes: Votes) -> None:
    sunday, monday = NOW, NOW + timedelta(days=1)  # 2026-11-22 is a Sunday
    votes(Verdict.ANSWER_1, Verdict.ANSWER_1, by="ann", now=sunday)
    votes(Verdict.ANSWER_1, by="ann", start=2, now=monday)
    golds.mark(
        db, {a_pair(0).id: Verdict.ANSWER_1, a_pair(1).id: Verdict.ANSWER_2, a_pair(2).id: Verdict.ANSWER_1},
        by="lead", now=NOW,
    )  # fmt: skip
    (course,) = drift.courses(db)
    counted = [(week.monday.isoformat(), week.hits.chosen, week.hits.n) for week in course.weeks]
    assert counted == [("2026-11-16", 1, 2), ("2026-11-23", 1, 1)]
