"""Texts that say which model wrote them."""

import random

import numpy as np
import pytest

from curation.database import Database
from curation.labelling import mends, pairs
from curation.labelling.actions import Action
from curation.labelling.mends import Mend
from curation.model import Verdict
from curation.validation import authorship, runner
from curation.validation.finding import Finding, Severity
from curation.validation.policy import Policy
from tests.curation.conftest import NOW, pair_of

WORDS = [
    "river",
    "town",
    "bridge",
    "old",
    "long",
    "and",
    "many",
    "people",
    "walk",
    "over",
    "it",
    "day",
    "boats",
]


def found(db: Database) -> tuple[Finding, ...]:
    return runner.validate(db, Policy()).of_rule("V13")


def written(db: Database, number: int, told: int, origins: bool = False) -> None:
    """Pairs of random words; in the first `told` the winner writes “colour”, the loser “color”."""
    chance = random.Random(0)
    made = []
    for place in range(number):
        words = " ".join(chance.choices(WORDS, k=6))
        other = " ".join(chance.choices(WORDS, k=6))
        mark, other_mark = ("in grey colour", "in gray color") if place < told else ("", "")
        pair = pair_of(
            f"{words} {mark}", f"{other} {other_mark}", f"Is it {place}?", Verdict.ANSWER_1,
            (), "", "source", place + 1,
        )  # fmt: skip
        made.append(pair)
    with db.writing() as tx:
        pairs.add(tx, made, NOW)
        if not origins:
            tx.execute("UPDATE pair SET origin_1 = '', origin_2 = ''")


@pytest.mark.parametrize(
    ("number", "told", "warned"),
    [(100, 100, True), (100, 60, False), (100, 0, False), (49, 49, False)],
    ids=["all", "some", "none", "too few"],
)
def test_writing_that_tells_the_winner_is_a_warning(
    db: Database, number: int, told: int, warned: bool
) -> None:
    written(db, number, told)
    findings = found(db)
    assert [each.severity for each in findings] == ([Severity.WARNING] if warned else [])


def test_one_model_for_each_side_is_a_warning_and_named(db: Database) -> None:
    written(db, 60, 0, origins=True)
    (finding,) = found(db)
    assert "Every chosen answer comes from model-a, and no rejected one does." in finding.message


def test_the_classifier_is_asked_once_for_the_same_winners(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(db, 100, 100)
    first = found(db)
    with db.reading() as cursor:
        assert cursor.execute("SELECT count(*) FROM source_leak").fetchone() == (1,)
    monkeypatch.setattr(authorship, "told_apart", None)  # a call would fail
    assert found(db) == first


def test_other_texts_are_learned_from_anew(db: Database) -> None:
    written(db, 100, 100)
    assert found(db)
    with db.reading() as cursor:
        rows = cursor.execute("SELECT id, prompt, answer_1, answer_2 FROM pair ORDER BY id").fetchall()
    same = [
        Mend(
            pair_id=pair_id,
            context="[]",
            prompt=prompt,
            answer_1=one.replace("grey colour", "gray color"),
            answer_2=two.replace("grey colour", "gray color"),
        )
        for pair_id, prompt, one, two in rows
    ]
    mends.mend(db, same, "V10", Action(id="mending", reason="one spelling", by="lead", now=NOW))
    assert found(db) == ()


def test_pairs_that_share_a_prompt_are_not_learned_from_each_other() -> None:
    # One prompt, one fold: nothing is left to train on, so nothing is told apart.
    difference = authorship.difference(["yes"] * 20, ["no"] * 20)
    assert authorship.told_apart(difference, np.zeros(20, dtype=np.int64)) == 0


def test_white_space_at_the_edges_tells_nothing() -> None:
    chosen, rejected = ["same words"] * 40, ["  same words\n"] * 40
    assert authorship.told_apart(authorship.difference(chosen, rejected), np.arange(40) % 5) == 0


def test_writing_learned_from_some_pairs_is_read_in_others() -> None:
    train = [(f"plain words {n}", f"Sure! padded words {n}!") for n in range(40)]
    test = [(f"other words {n}", f"Sure! some words {n}!") for n in range(10)]
    assert authorship.accuracy(train, test) == 1.0
    assert authorship.accuracy(train, [(worse, better) for better, worse in test]) == 0.0


def test_without_pairs_on_a_side_there_is_no_baseline_of_writing() -> None:
    assert authorship.accuracy([], [("a", "b")]) is None
    assert authorship.accuracy([("a", "b")], []) is None
