"""Pairs go in once, appearances every time."""

import random
from dataclasses import replace
from datetime import datetime

import pyarrow as pa
import pytest

from curation import text
from curation.database import Database
from curation.errors import Unknown
from curation.labelling import pairs
from curation.model import Answer, Message, Pair, Provenance, Speaker, Verdict

NOW = datetime(2026, 11, 22, 9, 0)


def a_pair(
    prompt: str = "What is 2 + 2?",
    chosen: str = "4",
    rejected: str = " Sure! It is 5.",
    source_id: str = "source-a",
    source_row: int = 1,
    item: str = "",
) -> Pair:
    context = (Message(speaker=Speaker.SYSTEM, content="Be brief."),)
    pair_id, place = text.canonical(context, prompt, chosen, rejected, item)
    one, two = (chosen, rejected) if place is Answer.ONE else (rejected, chosen)
    return Pair(
        id=pair_id,
        source_id=source_id,
        source_row=source_row,
        context=context,
        prompt=prompt,
        answer_1=one,
        answer_2=two,
        origin_1="",
        origin_2="",
        prior_winner=Verdict(place.value),
        prior_provenance=Provenance.IMPORTED,
        item=item,
    )


def add(database: Database, *batch: Pair) -> int:
    with database.writing() as tx:
        return pairs.add(tx, batch, NOW)


def appearances(database: Database) -> list[tuple[str, int, str]]:
    with database.reading() as cursor:
        return cursor.execute(
            "SELECT source_id, source_row, pair_id FROM appearance ORDER BY source_id, source_row"
        ).fetchall()


def test_a_pair_comes_back_as_it_went_in() -> None:
    database, pair = Database.in_memory(), a_pair()
    assert add(database, pair) == 1
    assert pairs.get(database, pair.id) == pair


def test_a_pair_that_stands_in_two_tables_is_stored_once_when_they_are_joined() -> None:
    database, pair = Database.in_memory(), a_pair(source_row=1)
    first = pairs.table([pair, a_pair("Why?", source_row=2)], NOW)
    again = pairs.table([a_pair(source_row=3)], NOW)
    with database.writing() as tx:
        assert pairs.add_table(tx, pairs.joined([first, again])) == 2
    assert [row for _, row, pair_id in appearances(database) if pair_id == pair.id] == [1, 3]


def test_a_pair_whose_answers_stand_turned_comes_out_as_the_same_pair() -> None:
    database, pair = Database.in_memory(), a_pair()
    given = pairs.table([replace(pair, answer_1=pair.answer_2, answer_2=pair.answer_1)], NOW)
    turned = given.set_column(given.schema.get_field_index("turned"), "turned", pa.array([True]))
    with database.writing() as tx:
        pairs.add_table(tx, turned)
    assert pairs.get(database, pair.id) == pair


def test_one_row_twice_in_a_batch_appears_once() -> None:
    database, pair, other = Database.in_memory(), a_pair(), a_pair("Why?", source_row=2)
    add(database, pair, other, pair)
    assert appearances(database) == [("source-a", 1, pair.id), ("source-a", 2, other.id)]


def test_many_rows_again_beside_new_ones_add_only_the_new() -> None:
    database = Database.in_memory()
    rows = [a_pair(f"What is {number}?", source_row=number) for number in range(1, 301)]
    assert add(database, *rows[:200]) == 200
    assert add(database, *rows[100:]) == 100
    assert [row for _, row, _ in appearances(database)] == list(range(1, 301))


def test_rows_that_go_on_where_a_source_stood_are_added_without_looking() -> None:
    database = Database.in_memory()
    with database.bulk() as tx:
        assert pairs.add_next(tx, pairs.table([a_pair(), a_pair("Why?")], NOW), after=0) == 2
        assert pairs.add_next(tx, pairs.table([a_pair(source_row=2)], NOW), after=1) == 0
    assert [row for _, row, _ in appearances(database)] == [1, 1, 2]


@pytest.mark.parametrize("rows", [(2,), (1,), (4, 3), (3, 4, 4, 3)])
def test_rows_out_of_their_order_undo_the_whole_import(rows: tuple[int, ...]) -> None:
    database = Database.in_memory()
    batch = pairs.table([a_pair(f"{place}?", source_row=row) for place, row in enumerate(rows)], NOW)
    with pytest.raises(ValueError, match="not in their order after row 2"), database.bulk() as tx:
        pairs.add_next(tx, batch, after=2)
    assert (pairs.count(database), appearances(database)) == (0, [])


def test_an_unknown_pair_is_named_in_the_sentence() -> None:
    with pytest.raises(Unknown, match="There is no pair abc"):
        pairs.get(Database.in_memory(), "abc")


def test_a_pair_seen_twice_is_stored_once_and_appears_twice() -> None:
    database = Database.in_memory()
    first, again = a_pair(source_row=1), a_pair(source_row=2)
    assert add(database, first, again) == 1
    assert pairs.get(database, first.id).source_row == 1
    assert appearances(database) == [("source-a", 1, first.id), ("source-a", 2, first.id)]


def test_the_same_batch_again_changes_nothing() -> None:
    database = Database.in_memory()
    add(database, a_pair())
    assert add(database, a_pair()) == 0
    assert len(appearances(database)) == 1


def test_what_an_unordered_duplicate_says_of_the_winner_is_kept_beside_the_first() -> None:
    database = Database.in_memory()
    add(database, a_pair(chosen="yes", rejected="no"), a_pair(chosen="no", rejected="yes", source_row=2))
    with database.reading() as cursor:
        winners = cursor.execute("SELECT prior_winner FROM appearance").fetchall()
    assert pairs.count(database) == 1
    assert {winner for (winner,) in winners} == {"answer_1", "answer_2"}


def test_an_item_keeps_equal_texts_apart_but_not_their_content() -> None:
    database = Database.in_memory()
    assert add(database, a_pair(), a_pair(item="again", source_row=2)) == 2
    with database.reading() as cursor:
        (contents,) = cursor.execute("SELECT count(DISTINCT content) FROM pair").fetchone() or (0,)
    assert contents == 1


def test_the_random_order_of_the_queue_fits_a_bigint_and_spreads_evenly() -> None:
    chance = random.Random(1)
    values = pairs.shuffles_of([f"{chance.getrandbits(128):032x}" for _ in range(2000)]).to_pylist()
    assert all(0 <= value < 2**63 for value in values)
    # Mean of a uniform variable on [0, 1): 0.5 ± 4 · 0.2887/√2000 = 0.026
    assert abs(sum(values) / len(values) / 2**63 - 0.5) < 0.026


@pytest.mark.parametrize("known", [0, 1, 75, 150])
def test_many_pairs_at_once_are_new_only_where_they_are(known: int) -> None:
    database = Database.in_memory()
    first = [a_pair(prompt=f"Question {number}?", source_row=number) for number in range(150)]
    later = [
        a_pair(prompt=f"Question {number}?", source_id="source-b", source_row=number)
        for number in range(150 - known, 300 - known)
    ]
    assert add(database, *first) == 150
    assert add(database, *later, replace(later[0], source_row=999)) == 150 - known
    assert add(database, *later) == 0
    assert (pairs.count(database), len(appearances(database))) == (300 - known, 301)
