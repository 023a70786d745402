"""The review queue names every reason, counts each, and loses a pair when it is settled."""

import itertools

import pytest

from curation.database import Database
from curation.labelling import decisions, review, settlements
from curation.labelling.review import Reason
from curation.model import Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision, an_action

numbers = itertools.count()
ONE, TWO, TIE, BAD, SKIP = Verdict


def judged(db: Database, pair_id: str, *verdicts: Verdict) -> None:
    for person, verdict in enumerate(verdicts):
        decisions.record(
            db, a_decision(pair_id, id=f"d-{next(numbers)}", annotator_id=f"ann-{person}", verdict=verdict)
        )


def settled(db: Database, pair_id: str) -> None:
    settlements.settle(db, {pair_id: TIE}, an_action(f"a{next(numbers)}"))


def reasons_of(db: Database, pair_id: str, wanted: Reason | None = None) -> tuple[Reason, ...]:
    found = review.page(db, wanted, size=200).entries
    return next((each.reasons for each in found if each.row.pair_id == pair_id), ())


# The import of every pair here names answer 1.
@pytest.mark.parametrize(
    ("verdicts", "reasons"),
    [
        ([], ()),
        ([ONE], ()),
        ([ONE, ONE, TWO], ()),
        ([ONE, TWO], (Reason.CONTESTED,)),
        ([TWO], (Reason.AGAINST_PRIOR,)),
        ([TWO, TWO, ONE], (Reason.AGAINST_PRIOR,)),
        ([BAD], (Reason.BOTH_BAD, Reason.AGAINST_PRIOR)),
        ([ONE, BAD], (Reason.CONTESTED, Reason.BOTH_BAD)),
        ([SKIP], ()),
        ([SKIP, SKIP], (Reason.SKIPPED,)),
        ([SKIP, SKIP, ONE], (Reason.SKIPPED,)),
    ],
)
def test_a_pair_stands_in_the_queue_for_these_reasons(
    verdicts: list[Verdict], reasons: tuple[Reason, ...]
) -> None:
    db, (pair_id, _) = a_database(2)
    judged(db, pair_id, *verdicts)
    assert reasons_of(db, pair_id) == reasons


def test_a_settled_pair_leaves_the_queue_and_stands_with_the_settled_ones() -> None:
    db, (pair_id,) = a_database(1)
    judged(db, pair_id, ONE, TWO)
    settled(db, pair_id)
    assert review.page(db).entries == ()
    assert reasons_of(db, pair_id, Reason.SETTLED) == (Reason.SETTLED,)


def test_what_was_taken_back_is_in_the_queue_again() -> None:
    db, (pair_id,) = a_database(1)
    judged(db, pair_id, ONE, TWO)
    settled(db, pair_id)
    settlements.take_back(db, [pair_id], an_action("back"))
    assert reasons_of(db, pair_id) == (Reason.CONTESTED,)


def test_a_decision_that_was_undone_is_no_reason() -> None:
    db, (pair_id,) = a_database(1)
    judged(db, pair_id, TWO)
    (made,) = decisions.history(db, pair_id)
    decisions.undo(db, undo_id="u", decision_id=made.id, annotator_id=made.annotator_id, now=NOW)
    assert reasons_of(db, pair_id) == ()


def test_each_reason_is_counted_and_a_pair_counts_for_all_of_its_own() -> None:
    db, ids = a_database(4)
    judged(db, ids[0], ONE, BAD)
    judged(db, ids[1], ONE, TWO)
    judged(db, ids[2], TWO)
    settled(db, ids[3])
    assert review.page(db).counts == {
        Reason.CONTESTED: 2,
        Reason.BOTH_BAD: 1,
        Reason.REWRITTEN: 0,
        Reason.SKIPPED: 0,
        Reason.AGAINST_PRIOR: 1,
        Reason.SETTLED: 1,
    }


@pytest.mark.parametrize("size", [1, 3, 20])
def test_pages_together_show_every_pair_once_and_contested_ones_first(size: int) -> None:
    db, ids = a_database(9)
    for place, pair_id in enumerate(ids):
        judged(db, pair_id, *((ONE, TWO) if place % 2 else (TWO,)))
    seen: list[review.Entry] = []
    after = None
    while True:
        page = review.page(db, None, after, size)
        assert page.total == 9
        seen += page.entries
        after = page.next
        if after is None:
            break
    assert sorted(each.row.pair_id for each in seen) == sorted(ids)
    assert [each.reasons[0] for each in seen] == [Reason.CONTESTED] * 4 + [Reason.AGAINST_PRIOR] * 5


def test_majorities_leave_out_what_has_none_and_what_is_settled() -> None:
    db, ids = a_database(4)
    judged(db, ids[0], TWO, TWO, ONE)
    judged(db, ids[1], ONE, TWO)
    judged(db, ids[2], BAD)
    judged(db, ids[3], TWO)
    settled(db, ids[3])
    found = review.majorities(db)
    assert found.verdicts == {ids[0]: TWO, ids[2]: BAD}
    assert found.without == 1
    assert found.counts == {TWO: 1, BAD: 1}
    assert review.majorities(db, Reason.BOTH_BAD).verdicts == {ids[2]: BAD}
