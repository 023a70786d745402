"""Answers that are followed say what the same query says when it is asked anew."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
import pytest

from curation.quality import tallies

Cursor = duckdb.DuckDBPyConnection
Rows = dict[str, tuple[str | None, int]]  # by id: a kind and a size

BY_KIND = "SELECT kind, count(*), sum(size)::BIGINT FROM thing GROUP BY kind"
IN_ALL = "SELECT count(*) FILTER (WHERE size > $least) FROM thing"
LARGE = "SELECT id AS pair_id FROM thing WHERE size > $least"


@contextmanager
def holding(rows: Rows) -> Iterator[Cursor]:
    with duckdb.connect() as cursor:
        cursor.execute("CREATE TEMP TABLE thing (id VARCHAR, kind VARCHAR, size INTEGER)")
        cursor.execute(
            "INSERT INTO thing SELECT unnest($ids), unnest($kinds), unnest($sizes)",
            {
                "ids": [*rows],
                "kinds": [kind for kind, _ in rows.values()],
                "sizes": [n for _, n in rows.values()],
            },
        )
        cursor.execute(tallies.EMPTY)
        yield cursor


def asked(cursor: Cursor) -> tuple[object, ...]:
    return (
        tallies.summed(cursor, BY_KIND, keys=1),
        tallies.summed(cursor, IN_ALL, {"least": 1}),
        tallies.found(cursor, LARGE, {"least": 1}, least=20)[0],
        tallies.found(cursor, LARGE, {"least": 1}, least=20)[1][:20],
        tallies.found(cursor, LARGE, {"least": 8}, least=20)[1][:20],
    )


def drawn(chance: random.Random, ids: list[str]) -> Rows:
    return {each: (chance.choice(["a", "b", None]), chance.randint(0, 9)) for each in ids}


@pytest.mark.parametrize("seed", range(8))
def test_followed_answers_are_those_of_the_rows_as_they_are_now(seed: int) -> None:
    chance = random.Random(seed)
    names = [f"{number:03}" for number in range(400)]
    rows = drawn(chance, chance.sample(names, 300 if seed % 2 else 3))  # more than are kept by name, and few
    with holding(rows) as cursor:
        asked(cursor)
        for _ in range(4):
            changed = names[:150] if chance.random() < 0.3 else chance.sample(names, 30)
            before = {each: rows[each] for each in changed if each in rows}
            now = drawn(chance, [each for each in changed if chance.random() < 0.5])
            rows = {each: row for each, row in rows.items() if each not in changed} | now
            with holding(before) as was, holding(now) as now_are, holding(rows) as anew:
                tallies.follow(cursor, was, now_are)
                cursor.execute("DELETE FROM thing")
                fresh = anew.sql("SELECT id, kind, size FROM thing").to_arrow_table()  # noqa: F841 - found by name
                cursor.execute("INSERT INTO thing SELECT id, kind, size FROM fresh")
                assert asked(cursor) == asked(anew)


def test_an_answer_is_not_asked_for_twice_and_is_once_it_is_forgotten() -> None:
    with holding({"x": ("a", 1)}) as cursor:
        assert tallies.summed(cursor, BY_KIND, keys=1) == [("a", 1, 1)]
        cursor.execute("DELETE FROM thing")
        assert tallies.summed(cursor, BY_KIND, keys=1) == [("a", 1, 1)]
        tallies.forget(cursor)
        assert tallies.summed(cursor, BY_KIND, keys=1) == []


def test_other_values_are_another_question() -> None:
    with holding({"x": ("a", 1), "y": ("b", 5)}) as cursor:
        assert tallies.summed(cursor, IN_ALL, {"least": 0}) == [(2,)]
        assert tallies.summed(cursor, IN_ALL, {"least": 3}) == [(1,)]


def test_answers_that_nobody_may_ask_for_again_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallies, "_MANY", 2)
    with holding({"x": ("a", 5)}) as cursor, holding({}) as nothing:
        for least in range(3):
            tallies.summed(cursor, IN_ALL, {"least": least})
        tallies.follow(cursor, nothing, nothing)
        assert cursor.execute("SELECT count(*) FROM answered").fetchone() == (0,)
