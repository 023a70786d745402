"""Candidates: the pooled word of people and imports on each content."""

from hypothesis import given, settings
from hypothesis import strategies as st

from curation.database import Database
from curation.labelling import pairs
from curation.model import Answer, Pair, Verdict
from curation.validation import snapshot
from tests.curation.conftest import NOW, ADecision, APair, pair_of, settle

ONLY = Verdict.ANSWER_1


def candidates(db: Database) -> dict[str, tuple[str | None, str, int]]:
    """Winner, tier and votes by pair id."""
    with snapshot.opened(db) as cursor:
        snapshot.prepare(cursor, lambda _done, _total: None)
        rows = cursor.execute("SELECT pair_id, winner, tier, votes FROM candidate").fetchall()
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def text_that_won(pair: Pair, winner: str | None) -> str | None:
    return None if winner is None else pair.text_of(Answer(winner))


VOTES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(["ann-1", "ann-2", "ann-3"]),
        st.sampled_from(["answer_1", "answer_2", "tie", "both_bad", "skip"]),
    ),
    max_size=9,
)


@settings(max_examples=15, deadline=None)
@given(VOTES)
def test_without_copies_the_pooled_word_is_the_standing_of_each_pair(
    votes: list[tuple[int, str, str]],
) -> None:
    db = Database.in_memory()
    three = [
        pair_of("a", "b", f"{number}?", ONLY if number else None, (), "", "s", number) for number in range(3)
    ]
    with db.writing() as tx:
        pairs.add(tx, three, NOW)
        for number, (pair, by, verdict) in enumerate(votes):
            tx.execute(
                "INSERT INTO decision (id, pair_id, annotator_id, verdict, left_answer, arm, server_time)"
                " VALUES ($id, $pair, $by, $verdict, 'answer_1', 'random', $now)",
                {"id": str(number), "pair": three[pair].id, "by": by, "verdict": verdict, "now": NOW},
            )
    with db.reading() as cursor:
        rows = cursor.execute("SELECT pair_id, winner, tier, votes FROM standing").fetchall()
    assert candidates(db) == {row[0]: (row[1], row[2], row[3]) for row in rows}
    db.close()


def test_votes_of_copies_are_pooled_whichever_way_round_the_copies_stand(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    # Eight items give copies in both canonical orders; each annotator prefers the same text.
    copies = [a_pair(item=f"item {number}") for number in range(8)]
    for number, pair in enumerate(copies):
        a_decision(pair, by=f"ann-{number}")
    assert len({pair.prior_winner for pair in copies}) == 2
    ((kept, (winner, tier, votes)),) = candidates(db).items()
    (pair,) = (each for each in copies if each.id == kept)
    assert (text_that_won(pair, winner), tier, votes) == ("Paris.", "agree2", 8)


def test_one_person_has_one_vote_on_a_content_the_newest(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_decision(a_pair(), "rejected")
    a_decision(a_pair(item="again"), "tie")
    assert list(candidates(db).values()) == [("tie", "single", 1)]


def test_imports_that_disagree_give_no_prior(db: Database, a_pair: APair) -> None:
    a_pair()
    a_pair("Lyon.", "Paris.", source="source-2")
    assert list(candidates(db).values()) == [(None, "none", 0)]


def test_a_settlement_of_one_copy_holds_for_all(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    pair, again = a_pair(), a_pair(item="again")
    a_decision(pair, "chosen", by="ann-1")
    settle(db, again, "rejected")
    ((kept, (winner, tier, _)),) = candidates(db).items()
    (stands,) = (each for each in (pair, again) if each.id == kept)
    assert (text_that_won(stands, winner), tier) == ("Lyon.", "gold")


def test_a_snapshot_leaves_nothing_behind(db: Database, a_pair: APair) -> None:
    a_pair()
    assert candidates(db) == candidates(db)
    with db.reading() as cursor:
        left = cursor.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
    assert left == []


def test_a_decision_made_meanwhile_is_not_in_the_snapshot(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    pair = a_pair()
    with snapshot.opened(db) as cursor:
        snapshot.prepare(cursor, lambda _done, _total: None)
        a_decision(pair)
        (votes,) = cursor.execute("SELECT count(*) FROM vote").fetchone() or (None,)
    assert votes == 0


def test_the_stamp_changes_with_every_kind_of_change(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    stamps = [snapshot.stamp(db)]
    pair = a_pair()
    for change in (
        lambda: None,
        lambda: a_pair(source="source-2"),
        lambda: a_decision(pair),
        lambda: settle(db, pair, "tie"),
    ):
        change()
        stamps.append(snapshot.stamp(db))
    assert len(set(stamps)) == 5
    assert snapshot.stamp(db) == stamps[-1]
