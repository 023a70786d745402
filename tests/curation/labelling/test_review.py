"""The review queue names every reason, counts each, and loses a pair when it is settled."""

import itertools
from contextlib import suppress
from dataclasses import astuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.database import Database
from curation.errors import NothingToUndo
from curation.labelling import decisions, desk, placements, review, settlements, standings
from curation.labelling.desk import Reason
from curation.model import Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision, an_action

numbers = itertools.count()
ONE, TWO, TIE, BAD, SKIP, LOST = Verdict


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
        ([LOST], (Reason.CANNOT_JUDGE,)),
        ([LOST, ONE], (Reason.CANNOT_JUDGE,)),
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
    assert {reason: count for reason, count in review.page(db).counts.items() if count} == {
        Reason.CONTESTED: 2,
        Reason.BOTH_BAD: 1,
        Reason.AGAINST_PRIOR: 1,
        Reason.SETTLED: 1,
    }
    assert set(review.page(db).counts) == set(Reason)


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
    found = review.pile(db)
    assert found.majority == {ids[0]: TWO, ids[2]: BAD}
    assert found.without == 1
    assert found.counts == {TWO: 1, BAD: 1}
    assert review.pile(db, Reason.BOTH_BAD).majority == {ids[2]: BAD}


def test_a_pair_that_was_sent_back_waits_and_returns_with_its_next_vote() -> None:
    db, (pair_id,) = a_database(1)
    judged(db, pair_id, ONE, TWO)
    placements.send_back(db, [pair_id], an_action())
    assert reasons_of(db, pair_id) == ()
    assert reasons_of(db, pair_id, Reason.WAITING) == (Reason.WAITING,)
    decisions.record(db, a_decision(pair_id, id="new", annotator_id="ann-9", verdict=TIE))
    assert reasons_of(db, pair_id) == (Reason.CONTESTED,)


def test_a_pair_set_aside_stands_with_those_set_aside_and_nowhere_else() -> None:
    db, (pair_id,) = a_database(1)
    judged(db, pair_id, ONE, TWO)
    placements.set_aside(db, [pair_id], an_action())
    assert reasons_of(db, pair_id) == ()
    assert reasons_of(db, pair_id, Reason.ASIDE) == (Reason.ASIDE,)
    assert review.pile(db).pair_ids == ()


def suspected(db: Database, scores: dict[str, float]) -> None:
    with db.writing() as tx:
        for pair_id, score in scores.items():
            tx.execute(
                "INSERT INTO suspicion (pair_id, detector, score, computed)"
                " VALUES ($id, 'words', $score, $now)",
                {"id": pair_id, "score": score, "now": NOW},
            )


def test_suspected_labels_stand_here_worst_first_until_two_people_agree() -> None:
    db, ids = a_database(4)
    suspected(db, {ids[0]: 0.81, ids[1]: 0.97, ids[2]: 0.5, ids[3]: 0.99})
    judged(db, ids[3], ONE, ONE)
    found = review.page(db, Reason.SUSPECTED, size=9)
    assert [each.row.pair_id for each in found.entries] == [ids[1], ids[0]]


STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from([ONE, TWO, TIE, BAD, SKIP, "undo", "settle", "aside", "back", "home"]),
        st.integers(0, 2),
    ),
    max_size=12,
)


@given(steps=STEPS, looks=st.sets(st.integers(0, 11)))
@settings(max_examples=15, deadline=None)
def test_however_often_one_looks_the_desk_holds_what_the_tables_say(
    steps: list[tuple[int, str, int]], looks: set[int]
) -> None:
    db, ids = a_database(3)
    for number, (place, step, person) in enumerate(steps):
        act(db, ids[place], step, f"ann-{person}", number)
        if number in looks:
            review.page(db)
    followed = [review.pile(db, reason) for reason in (None, *Reason)]
    db._attached.clear()  # as after a restart: everything is read anew
    with db.reading() as cursor:
        cursor.execute("DETACH desk")
    assert [review.pile(db, reason) for reason in (None, *Reason)] == followed
    with db.reading() as cursor:
        view = cursor.execute(
            "SELECT pair_id, winner, tier, votes, agreement, newest, aside FROM standing ORDER BY pair_id"
        ).fetchall()
        asked = [astuple(each) for each in standings.of(cursor, sorted(ids))]
    assert sorted(asked) == view


def act(db: Database, pair_id: str, step: str, person: str, number: int) -> None:
    """One thing that may happen to a pair; nothing where it cannot."""
    action = an_action(f"act-{number}")
    if step == "settle":
        settlements.settle(db, {pair_id: TIE}, action)
    elif step == "aside":
        placements.set_aside(db, [pair_id], action)
    elif step == "back":
        placements.send_back(db, [pair_id], action)
    elif step == "home":
        with suppress(NothingToUndo):
            placements.put_back(db, [pair_id], action)
    elif step == "undo":
        for made in decisions.history(db, pair_id):
            with suppress(NothingToUndo):
                decisions.undo(
                    db,
                    undo_id=f"u{number}{made.id}",
                    decision_id=made.id,
                    annotator_id=made.annotator_id,
                    now=NOW,
                )
    else:
        made_now = a_decision(pair_id, id=f"p{number}", annotator_id=person, verdict=Verdict(step))
        decisions.record(db, made_now)


def test_what_was_filed_beside_the_start_shows_what_was_decided_since() -> None:
    db, (early, late) = a_database(2)
    judged(db, early, BAD)
    review.warm_up(db)
    assert desk.of(db).is_filed
    judged(db, late, SKIP, SKIP)
    assert (reasons_of(db, early)[0], reasons_of(db, late)) == (Reason.BOTH_BAD, (Reason.SKIPPED,))
