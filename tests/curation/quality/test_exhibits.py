"""The list behind a figure holds exactly the pairs that the figure counted."""

from dataclasses import astuple

import pytest

from curation.database import Database
from curation.labelling import browse
from curation.labelling.matching import Filter
from curation.model import Answer, Arm, Verdict
from curation.quality import agreement, annotators, exhibits
from curation.quality.agreement import Slice
from curation.quality.exhibits import Exhibit, Kind
from tests.curation.quality.conftest import NOW, Votes

ONE, TWO, TIE, BAD, *_ = Verdict


@pytest.fixture
def team(db: Database, votes: Votes) -> Database:
    """Three people: pairs 0-2 by all, 3 by two, 4 by one; pair 5 again."""
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, imported_by, imported)"
            " VALUES ('s', 'file', 'f.jsonl', 'orca', 'lead', $now)",
            {"now": NOW},
        )
    votes(ONE, TWO, ONE, ONE, TIE, ONE, by="ann", left=Answer.ONE, seconds=0.5, guidelines=1)
    votes(ONE, TWO, TWO, TWO, by="bob", left=Answer.TWO, seconds=9, guidelines=2)
    votes(ONE, ONE, TWO, by="cyd", seconds=9, guidelines=2)
    votes(TWO, by="ann", start=5, arm=Arm.REPEAT, turn=1)
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO gold SELECT id, 'answer_2', 'lead', $now FROM pair WHERE source_row = 1",
            {"now": NOW},
        )
    return db


def listed(db: Database, exhibit: Exhibit) -> list[int]:
    """Numbers of the pairs in the list."""
    found = browse.page(db, Filter(), size=99, among=exhibits.gathering(exhibit))
    assert found.total == len(found.rows)
    return sorted(row.source_row - 1 for row in found.rows)


@pytest.mark.parametrize(
    ("exhibit", "pairs"),
    [
        (Exhibit(kind=Kind.JUDGED), [0, 1, 2, 3, 4, 5]),
        (Exhibit(kind=Kind.JUDGED, who="bob"), [0, 1, 2, 3]),
        (Exhibit(kind=Kind.JUDGED, guidelines="1"), [0, 1, 2, 3, 4, 5]),
        (Exhibit(kind=Kind.JUDGED, guidelines="3"), []),
        (Exhibit(kind=Kind.JUDGED, source="f.jsonl"), [0, 1, 2, 3, 4, 5]),
        (Exhibit(kind=Kind.JUDGED, week="2026-11-16"), [0, 1, 2, 3, 4, 5]),
        (Exhibit(kind=Kind.JUDGED, week="2026-11-23"), []),
        (Exhibit(kind=Kind.SHARED), [0, 1, 2, 3]),
        (Exhibit(kind=Kind.SHARED, who="cyd"), [0, 1, 2]),
        (Exhibit(kind=Kind.SHARED, guidelines="2"), [0, 1, 2]),
        (Exhibit(kind=Kind.SPLIT), [1, 2, 3]),
        (Exhibit(kind=Kind.SPLIT, who="cyd"), [1, 2]),
        (Exhibit(kind=Kind.MAJORITY, verdict=ONE), [0, 5]),
        (Exhibit(kind=Kind.MAJORITY, verdict=TWO), [1, 2]),
        (Exhibit(kind=Kind.MAJORITY), [3]),
        (Exhibit(kind=Kind.CELL, who="ann", other="bob"), [0, 1, 2, 3]),
        (Exhibit(kind=Kind.CELL, who="ann", other="bob", verdict=ONE, other_verdict=TWO), [2, 3]),
        (Exhibit(kind=Kind.AGAINST, who="cyd"), [1]),
        (Exhibit(kind=Kind.AGAINST, who="ann"), [2, 3]),
        (Exhibit(kind=Kind.LEFT, who="ann"), [0, 2, 3, 5]),
        (Exhibit(kind=Kind.LEFT, who="cyd"), []),
        (Exhibit(kind=Kind.LONGER, who="ann"), [0, 1, 2]),
        (Exhibit(kind=Kind.BAND, low=2.0, high=4.0), [0, 1, 2, 3, 5]),
        (Exhibit(kind=Kind.BAND, low=4.0), []),
        (Exhibit(kind=Kind.SIGN, sign="list"), []),
        (Exhibit(kind=Kind.FAST), [0, 1, 2, 3, 4, 5]),
        (Exhibit(kind=Kind.FAST, who="bob"), []),
        (Exhibit(kind=Kind.GOLD, who="bob"), [0]),
        (Exhibit(kind=Kind.GOLD_MISSED, who="bob"), [0]),
        (Exhibit(kind=Kind.REPEATED), [5]),
        (Exhibit(kind=Kind.CHANGED, who="ann"), [5]),
        (Exhibit(kind=Kind.CHANGED, who="bob"), []),
        (Exhibit(kind=Kind.COMPANY, who="cyd"), [0, 1, 2]),
        (Exhibit(kind=Kind.PREFERRED), [0, 1, 2, 3]),
        (Exhibit(kind=Kind.STRENGTH), []),
        (Exhibit(kind=Kind.MISSED, who="bob"), [0, 3]),
        (Exhibit(kind=Kind.MISSED, who="bob", week="2026-11-16"), [0, 3]),
        (Exhibit(kind=Kind.MISSED, who="bob", week="2026-11-23"), []),
        (Exhibit(kind=Kind.HELD, who="cyd"), [0, 1]),
        (Exhibit(kind=Kind.DECISIVE, who="ann"), [0, 1, 2, 3, 5]),
        (Exhibit(kind=Kind.SIDED, who="cyd"), []),
        (Exhibit(kind=Kind.UNEVEN, who="ann"), [0, 1, 2, 3, 5]),
        (Exhibit(kind=Kind.BAND_WON, low=2.0, high=4.0), [0, 1, 2, 3]),
        (Exhibit(kind=Kind.FORMAT, who="cyd"), [0, 1, 2]),
        (Exhibit(kind=Kind.SIGN_ONE, sign="list"), []),
        (Exhibit(kind=Kind.TIMED, low=5.0), [0, 1, 2, 3]),
        (Exhibit(kind=Kind.TIMED, low=0.0, high=1.5), [0, 1, 2, 3, 4, 5]),
        (Exhibit(kind=Kind.WITHIN, who="ann", high=0.5), [0, 1, 2, 3, 4, 5]),
        (Exhibit(kind=Kind.SIDED_TWICE), []),
        (Exhibit(kind=Kind.SAME_SIDE), []),
    ],
    ids=lambda value: " ".join(filter(None, astuple(value)[:3])) if isinstance(value, Exhibit) else "",
)  # fmt: skip
def test_a_list_holds_these_pairs(team: Database, exhibit: Exhibit, pairs: list[int]) -> None:
    assert listed(team, exhibit) == pairs


def test_lists_are_as_long_as_the_figures_they_stand_behind(team: Database) -> None:
    found = agreement.measured(team)
    assert len(listed(team, Exhibit(kind=Kind.JUDGED))) == found.pairs
    assert len(listed(team, Exhibit(kind=Kind.SHARED))) == found.overlaps
    for verdict, pairs in found.majority.items():
        assert len(listed(team, Exhibit(kind=Kind.MAJORITY, verdict=verdict))) == pairs
    for person in annotators.checked(team):
        who = person.annotator_id
        missed = person.consensus.n - person.consensus.chosen
        assert len(listed(team, Exhibit(kind=Kind.AGAINST, who=who))) == missed
        assert len(listed(team, Exhibit(kind=Kind.LEFT, who=who))) == person.left.chosen
        assert len(listed(team, Exhibit(kind=Kind.FAST, who=who))) == person.fast.chosen
    for part in agreement.parts(team, Slice.PERSON):
        assert len(listed(team, Exhibit(kind=Kind.SHARED, who=part.name))) == part.overlaps


def test_a_pair_set_aside_is_still_found_behind_the_figure(team: Database) -> None:
    with team.writing() as tx:
        tx.execute(
            "INSERT INTO placement (id, pair_id, place, votes, reason, placed_by, placed)"
            " SELECT 'a:' || id, id, 'aside', 0, 'why', 'lead', $now FROM pair WHERE source_row = 1",
            {"now": NOW},
        )
    assert 0 in listed(team, Exhibit(kind=Kind.JUDGED))


def test_one_pair_is_found_by_its_id(team: Database) -> None:
    (pair_id,) = browse.every_id(team, Filter(), among=exhibits.gathering(Exhibit(kind=Kind.GOLD, who="bob")))
    assert listed(team, Exhibit(kind=Kind.PAIR, pair=pair_id)) == [0]


def test_a_repeat_on_the_same_side_is_found_and_one_on_the_other_is_not(db: Database, votes: Votes) -> None:
    votes(ONE, ONE, by="ann", left=Answer.ONE)
    votes(TWO, ONE, by="ann", left=Answer.TWO, arm=Arm.REPEAT, turn=1)
    assert listed(db, Exhibit(kind=Kind.SAME_SIDE, who="ann")) == [0]
    assert listed(db, Exhibit(kind=Kind.SIDED_TWICE, who="ann")) == [0, 1]


def test_a_strength_counts_from_two_people_on(db: Database, votes: Votes) -> None:
    votes(ONE, ONE, ONE, by="ann", strength=2)
    votes(TWO, TIE, by="bob", strength=1)
    assert listed(db, Exhibit(kind=Kind.STRENGTH)) == [0, 1]
