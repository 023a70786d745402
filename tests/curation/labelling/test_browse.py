"""Every filter, every order, every page: found in SQL, none missing and none twice."""

from datetime import datetime

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation import text
from curation.database import Database
from curation.labelling import browse, mends, pairs, placements, searching, settlements, shelf, undoing
from curation.labelling.actions import Action
from curation.labelling.matching import Filter, Order
from curation.labelling.mends import Mend
from curation.model import Answer, Pair, Provenance, State, Tier, Verdict

NOW = datetime(2026, 11, 22, 9, 0)


def a_pair(number: int, answer: str = "short") -> Pair:
    pair_id, place = text.canonical((), f"Prompt {number}", answer, "other")
    one, two = (answer, "other") if place is Answer.ONE else ("other", answer)
    return Pair(
        id=pair_id, source_id="s", source_row=number, context=(), prompt=f"Prompt {number}",
        answer_1=one, answer_2=two, origin_1="", origin_2="",
        prior_winner=Verdict(place), prior_provenance=Provenance.IMPORTED,
    )  # fmt: skip


def a_database(*batch: Pair) -> Database:
    db = Database.in_memory()
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, imported_by, imported)"
            " VALUES ('s', 'file', 'f.jsonl', 'orca', 'lead', $now)",
            {"now": NOW},
        )
        pairs.add(tx, batch, NOW)
    return db


def vote(db: Database, pair: Pair, verdict: Verdict, annotator: str = "ann-1") -> None:
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO decision (id, pair_id, annotator_id, verdict, left_answer, arm, server_time)"
            " VALUES ($id, $pair_id, $annotator, $verdict, 'answer_1', 'random', $now)",
            {
                "id": annotator + pair.id,
                "pair_id": pair.id,
                "annotator": annotator,
                "verdict": verdict,
                "now": NOW,
            },
        )


def shown(db: Database, wanted: Filter, order: Order = Order.IMPORTED) -> list[str]:
    return [row.prompt for row in browse.page(db, wanted, order).rows]


def test_text_is_found_in_prompt_and_answers_in_any_case() -> None:
    db = a_database(a_pair(1, "The Danube"), a_pair(2))
    assert shown(db, Filter(text="DANUBE")) == ["Prompt 1"]
    assert shown(db, Filter(text="prompt 2")) == ["Prompt 2"]


@pytest.mark.parametrize("sign", ["%", "_", "'", "\\"])
def test_signs_of_sql_are_searched_as_they_stand(sign: str) -> None:
    db = a_database(a_pair(1, f"a{sign}b"), a_pair(2, "axb"))
    assert shown(db, Filter(text=f"a{sign}b")) == ["Prompt 1"]


def test_state_winner_and_tier_follow_the_votes() -> None:
    first, second, third = batch = (a_pair(1), a_pair(2), a_pair(3))
    db = a_database(*batch)
    vote(db, first, Verdict.TIE)
    vote(db, second, Verdict.ANSWER_1, "ann-1")
    vote(db, second, Verdict.ANSWER_2, "ann-2")

    assert shown(db, Filter(state=State.DECIDED)) == shown(db, Filter(winner=Verdict.TIE)) == [first.prompt]
    assert (
        shown(db, Filter(state=State.CONTESTED)) == shown(db, Filter(tier=Tier.CONFLICT)) == [second.prompt]
    )
    assert shown(db, Filter(state=State.UNDECIDED)) == shown(db, Filter(tier=Tier.PRIOR)) == [third.prompt]


def test_length_bounds_and_order_count_prompt_and_both_answers() -> None:
    db = a_database(a_pair(1, "x" * 90), a_pair(2), a_pair(3, "x" * 30))
    assert shown(db, Filter(min_chars=30)) == ["Prompt 1", "Prompt 3"]
    assert shown(db, Filter(max_chars=30)) == ["Prompt 2"]
    assert shown(db, Filter(), Order.LONGEST) == ["Prompt 1", "Prompt 3", "Prompt 2"]


def test_no_match_is_an_empty_page() -> None:
    assert browse.page(a_database(a_pair(1)), Filter(text="nowhere")) == browse.Page(
        rows=(), next=None, total=0
    )


@pytest.mark.parametrize("order", Order)
@given(size=st.integers(1, 7))
@settings(max_examples=7, deadline=None)
def test_pages_together_show_every_pair_once(order: Order, size: int) -> None:
    batch = [a_pair(number, "x" * (number % 3)) for number in range(11)]
    db = a_database(*batch)
    vote(db, batch[4], Verdict.TIE)

    seen: list[str] = []
    after = None
    while True:
        page = browse.page(db, Filter(), order, after, size)
        seen += [row.pair_id for row in page.rows]
        assert page.total == 11
        if page.next is None:
            break
        after = page.next

    assert sorted(seen) == sorted(pair.id for pair in batch)


def test_tiers_without_pairs_are_counted_as_zero() -> None:
    counts = browse.tiers(a_database(a_pair(1)))
    assert counts[Tier.PRIOR] == 1
    assert sum(counts.values()) == 1
    assert set(counts) == set(Tier)


def test_a_search_finds_the_same_before_and_after_the_texts_are_prepared() -> None:
    db = a_database(a_pair(1, "The Danube"), a_pair(2, "ÉCOLE"))
    before = [shown(db, Filter(text=each)) for each in ("danube", "École", "t 2")]
    assert searching.prepare(db) == 2
    with db.writing() as tx:
        pairs.add(tx, [a_pair(3, "danube too")], NOW)  # so that nothing is remembered
    assert before == [["Prompt 1"], ["Prompt 2"], ["Prompt 2"]]
    assert [shown(db, Filter(text=each)) for each in ("École", "t 2")] == before[1:]
    assert shown(db, Filter(text="danube")) == ["Prompt 1", "Prompt 3"]
    assert (searching.prepare(db), searching.prepare(db)) == (1, 0)


@pytest.mark.parametrize("is_prepared", [True, False])
def test_a_search_finds_and_shows_what_fixes_have_left_and_after_their_undoing_the_import(
    is_prepared: bool,
) -> None:
    pair = a_pair(1, "Ask anna@gmx.de")
    db = a_database(pair, a_pair(2))
    if is_prepared:
        searching.prepare(db)
    mend(db, pair, "Ask [e-mail address]")
    assert (shown(db, Filter(text="anna@")), shown(db, Filter(text="E-MAIL"))) == ([], ["Prompt 1"])
    assert "Ask [e-mail address]" in answers(db, pair)
    undoing.undo(db, "fix", by="lead", now=NOW)
    assert (shown(db, Filter(text="anna@")), shown(db, Filter(text="E-MAIL"))) == (["Prompt 1"], [])
    assert "Ask anna@gmx.de" in answers(db, pair)


def mend(db: Database, pair: Pair, answer: str) -> None:
    fixed = Mend(pair_id=pair.id, context="[]", prompt=pair.prompt, answer_1=answer, answer_2="other")
    mends.mend(db, [fixed], "V27", Action(id="fix", reason="why", by="lead", now=NOW))


def answers(db: Database, pair: Pair) -> tuple[str, str]:
    row = browse.row(db, pair.id)
    return row.answer_1, row.answer_2


def test_nothing_is_found_across_two_texts() -> None:
    db = a_database(a_pair(1, "short"))
    for _ in range(2):
        assert not shown(db, Filter(text="1short")) + shown(db, Filter(text="1other"))
        searching.prepare(db)


def test_more_searches_than_are_kept_find_what_they_found() -> None:
    db = a_database(*(a_pair(number) for number in range(20)))
    for number in [*range(20), 0]:
        assert f"Prompt {number}" in shown(db, Filter(text=f"Prompt {number}"))


@given(steps=st.lists(st.tuples(st.integers(0, 3), st.sampled_from("vVsab+")), max_size=8))
@settings(max_examples=8, deadline=None)
def test_the_shelf_is_the_view_standing_after_whatever_people_do(steps: list[tuple[int, str]]) -> None:
    batch = [a_pair(number) for number in range(4)]
    db = a_database(*batch)
    for step, (place, deed) in enumerate(steps):
        act, pair = Action(id=f"a{step}", reason="why", by="lead", now=NOW), batch[place]
        if deed in "vV":
            vote(db, pair, Verdict.TIE if deed == "v" else Verdict.ANSWER_1, f"ann-{step}")
        elif deed == "s":
            settlements.settle(db, {pair.id: Verdict.BOTH_BAD}, act)
        elif deed == "a":
            placements.set_aside(db, [pair.id], act)
        elif deed == "b":
            undoing.undo(db, f"a{step - 1}", by="lead", now=NOW) if step and steps[step - 1][
                1
            ] in "sa" else None
        else:
            with db.writing() as tx:
                pairs.add(tx, [a_pair(100 + step)], NOW)
        shelf.of(db)
        with db.reading() as cursor:
            columns = "pair_id, winner, tier, votes, agreement, aside"
            filed = cursor.execute(f"SELECT {columns} FROM shelf.entry ORDER BY ALL").fetchall()
            assert filed == cursor.execute(f"SELECT {columns} FROM standing ORDER BY ALL").fetchall()


def test_the_count_of_a_filter_follows_every_commit_and_every_list() -> None:
    batch = [a_pair(number) for number in range(4)]
    db = a_database(*batch)
    settled = Filter(state=State.SETTLED)
    assert (browse.page(db, Filter()).total, browse.page(db, settled).total) == (4, 0)
    settlements.settle(db, {batch[0].id: Verdict.TIE}, Action(id="a", reason="why", by="lead", now=NOW))
    placements.set_aside(db, [batch[1].id], Action(id="b", reason="why", by="lead", now=NOW))
    assert (browse.page(db, Filter()).total, browse.page(db, settled).total) == (3, 1)
    assert browse.page(db, settled, among=lambda cursor: _only(cursor, batch[2].id)).total == 0


def _only(cursor: duckdb.DuckDBPyConnection, pair_id: str) -> bool:
    cursor.execute("CREATE TEMP TABLE among AS SELECT $id AS pair_id", {"id": pair_id})
    return True


def test_a_list_says_of_each_pair_what_looking_it_up_says() -> None:
    batch = [a_pair(number) for number in range(4)]
    db = a_database(*batch)
    for voter, verdict in enumerate((Verdict.TIE, Verdict.TIE, Verdict.ANSWER_1)):
        vote(db, batch[0], verdict, f"ann-{voter}")
    vote(db, batch[1], Verdict.BOTH_BAD)
    settlements.settle(db, {batch[2].id: Verdict.ANSWER_2}, Action(id="a", reason="why", by="lead", now=NOW))
    shown_rows = browse.page(db, Filter()).rows
    assert shown_rows == browse.rows(db, [row.pair_id for row in shown_rows])
    assert [row.winner for row in shown_rows[:3]] == [Verdict.TIE, Verdict.BOTH_BAD, Verdict.ANSWER_2]
