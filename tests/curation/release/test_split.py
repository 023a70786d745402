"""Which prompts are held out."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation.database import Database
from curation.labelling import pairs
from curation.model import Message, Speaker, Verdict
from curation.release import gate, split
from curation.validation import clusters, runner, snapshot
from curation.validation import split as split_rule
from curation.validation.policy import Policy
from tests.curation.conftest import NOW, ADecision, APair, pair_of

ONLY = Verdict.ANSWER_1


@pytest.mark.parametrize(
    ("rows", "size"),
    [
        (2, 1),
        (12, 2),
        (40, 8),
        (60, 8),
        (100, 10),
        (499, 50),
        (500, 50),
        (3999, 400),
        (4000, 400),
        (12_859, 643),
        (1_000_000, 50_000),
    ],
)
def test_size_of_the_test_part(rows: int, size: int) -> None:
    assert split.test_size(rows) == size


@given(st.integers(2, 20_000))
def test_most_rows_stay_for_training(rows: int) -> None:
    assert 1 <= split.test_size(rows) <= max(1, rows // 5)


def parts(db: Database, seed: int) -> dict[str, str]:
    """pair id → part."""
    with snapshot.opened(db) as cursor:
        gate.examined(cursor, Policy(split_seed=seed))
        return dict(cursor.execute("SELECT pair_id, part FROM part").fetchall())


QUESTIONS = ["Why?", "WHY?", "Why ?", "How?", "How  is it?", "how is IT?", "Go on.", "Yes", "No", "x"]
TURNS = st.sampled_from(QUESTIONS)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.none() | TURNS, TURNS), min_size=2, max_size=25), st.integers(0, 1000))
def test_no_prompt_is_on_both_sides_for_any_seed(turns: list[tuple[str | None, str]], seed: int) -> None:
    db = Database.in_memory()
    asked = [
        pair_of(
            f"a{number}",
            f"b{number}",
            prompt,
            ONLY,
            ()
            if opening is None
            else (
                Message(speaker=Speaker.USER, content=opening),
                Message(speaker=Speaker.ASSISTANT, content="Well."),
            ),
            "",
            "s",
            number,
        )
        for number, (opening, prompt) in enumerate(turns)
    ]
    with db.writing() as tx:
        pairs.add(tx, asked, NOW)
    part = parts(db, seed)
    sides: dict[str, set[str]] = {}
    for pair in asked:
        for said in (pair.prompt, *(each.content for each in pair.context if each.speaker is Speaker.USER)):
            sides.setdefault(" ".join(said.casefold().split()), set()).add(part[pair.id])
    assert all(len(found) == 1 for found in sides.values())
    assert len(part) == len(asked)
    db.close()


def test_another_seed_holds_out_other_prompts(db: Database, a_pair: APair) -> None:
    for number in range(50):
        a_pair(f"Yes {number}", f"No {number}", prompt=f"{number}?")
    assert parts(db, 0) == parts(db, 0)
    assert parts(db, 0) != parts(db, 1)


def test_prompts_are_held_out_in_the_order_of_a_hash_of_seed_and_prompt(db: Database, a_pair: APair) -> None:
    for number in range(30):
        a_pair(prompt=f"Is it {number}?")
    with snapshot.opened(db) as cursor:
        gate.examined(cursor, Policy(split_seed=3))
        of_pair = dict(cursor.execute("SELECT pair_id, cluster FROM cluster").fetchall())
        held_out = {
            of_pair[pair_id] for (pair_id,) in cursor.execute("SELECT pair_id FROM test_row").fetchall()
        }
    salt = clusters.salt(3)
    in_order = sorted(of_pair.values(), key=lambda each: hashlib.sha256(f"{salt}{each}".encode()).hexdigest())
    assert held_out == set(in_order[: split.test_size(30)])


def test_what_was_held_out_stays_held_out_while_the_set_grows(db: Database, a_pair: APair) -> None:
    for number in range(20):
        a_pair(f"Yes {number}", f"No {number}", prompt=f"{number}?")
    before = {pair for pair, part in parts(db, 0).items() if part == "test"}
    for number in range(20, 40):
        a_pair(f"Yes {number}", f"No {number}", prompt=f"{number}?")
    after = {pair for pair, part in parts(db, 0).items() if part == "test"}
    assert len(before & after) >= len(before) // 2


def test_test_rows_come_from_the_random_arm_first(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    fair = set()
    for number in range(40):
        pair = a_pair(f"Yes {number}", f"No {number}", prompt=f"{number}?")
        a_decision(pair, arm="random" if number < 10 else "suspected")
        if number < 10:
            fair.add(pair.id)
    held_out = {pair for pair, part in parts(db, 0).items() if part == "test"}
    assert len(held_out) == 8
    assert held_out <= fair


def test_a_split_that_separates_a_prompt_is_found(db: Database, a_pair: APair) -> None:
    one = a_pair("Yes", "No", prompt="Is it?")
    other = a_pair("Surely", "Never", prompt="IS  it?")
    a_pair(prompt="Something else?")
    with snapshot.opened(db) as cursor:
        runner.run(cursor, Policy())
        cursor.execute("CREATE TEMP TABLE test_row AS FROM drawn WHERE pair_id = $id", {"id": one.id})
        (finding,) = split_rule.leak(cursor)
    assert finding.rule == "V23"
    assert finding.blocks
    assert set(finding.examples) == {one.id, other.id}


def test_one_prompt_alone_cannot_be_split(db: Database, a_pair: APair) -> None:
    for number in range(6):
        a_pair(f"Yes {number}", f"No {number}")
    examination = gate.examine(db, Policy())
    assert (examination.train, examination.test) == (6, 0)
    assert "too few different prompts" in gate.blockers(examination, examination.to_acknowledge)[0].message


def test_a_cluster_of_half_the_rows_may_be_held_out_when_all_are_large(db: Database, a_pair: APair) -> None:
    for number in range(12):
        a_pair(f"Yes {number}", f"No {number}", prompt=f"{number % 2}?")
    examination = gate.examine(db, Policy())
    assert (examination.train, examination.test) == (6, 6)


def test_clusters_are_built_before_the_split(db: Database) -> None:
    with snapshot.opened(db) as cursor:
        snapshot.prepare(cursor, lambda _done, _total: None)
        clusters.build(cursor, Policy())
        assert cursor.execute("SELECT count(*) FROM cluster").fetchone() == (0,)
