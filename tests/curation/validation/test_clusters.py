"""Prompts that are nearly the same."""

import pytest

from curation.database import Database
from curation.release import gate
from curation.validation import clusters, runner, snapshot, traits
from curation.validation import split as split_rule
from curation.validation.finding import Finding, Severity
from curation.validation.policy import Policy
from tests.curation.conftest import APair

WORDS = [f"word{number}" for number in range(60)]


def found(db: Database) -> tuple[Finding, ...]:
    return runner.validate(db, Policy()).of_rule("V08")


def with_changes(places: list[int]) -> str:
    return " ".join("other" if place in places else word for place, word in enumerate(WORDS))


@pytest.mark.parametrize(
    ("places", "near"),
    [([59], True), ([57], True), ([30], True), ([20, 40], False)],
    # 56 5-grams; a change in the middle touches 5 of them: 51 / 61 = 0.84; two touch 10: 46 / 66 = 0.70.
    ids=["last word", "near the end", "in the middle", "twice"],
)
def test_prompts_are_near_from_a_jaccard_of_four_fifths_on(
    db: Database, a_pair: APair, places: list[int], near: bool
) -> None:
    a_pair(prompt=" ".join(WORDS))
    a_pair("Rome.", "Milan.", prompt=with_changes(places))
    assert [each.count for each in found(db)] == ([2] if near else [])


def test_near_prompts_are_a_note_and_stay_together(db: Database, a_pair: APair) -> None:
    for number in range(30):  # 30 templates, each in four versions that differ in the last word
        for version in "abcd":
            words = " ".join(f"t{number}w{place}" for place in range(40))
            a_pair(f"Yes {version}", "No", prompt=f"{words} {version}")
    (finding,) = found(db)
    assert (finding.severity, finding.count) == (Severity.NOTE, 120)
    with snapshot.opened(db) as cursor:
        examination = gate.examined(cursor, Policy())
        sizes = cursor.execute("SELECT count(*) FROM cluster GROUP BY cluster").fetchall()
    assert sizes == [(4,)] * 30
    assert examination.test % 4 == 0
    assert examination.validation.of_rule("V23") == ()


def test_a_split_that_separates_near_prompts_is_found(db: Database, a_pair: APair) -> None:
    one = a_pair(prompt=" ".join(WORDS))
    other = a_pair("Rome.", "Milan.", prompt=with_changes([59]))
    with snapshot.opened(db) as cursor:
        runner.run(cursor, Policy())
        cursor.execute("CREATE TEMP TABLE test_row AS FROM drawn WHERE pair_id = $id", {"id": one.id})
        (finding,) = split_rule.leak(cursor)
    assert finding.blocks
    assert set(finding.examples) == {one.id, other.id}


def test_short_prompts_are_near_only_when_they_are_the_same() -> None:
    assert traits.grams("Is it 3?").isdisjoint(traits.grams("Is it 4?"))
    assert not set(traits.bands("Is it 3?")) & set(traits.bands("Is it 4?"))
    assert traits.bands("IS  it 3?") == traits.bands("Is it 3?")


def test_the_neighbour_of_a_prompt_can_be_named(db: Database, a_pair: APair) -> None:
    one = a_pair(prompt=" ".join(WORDS))
    other = a_pair("Rome.", "Milan.", prompt=with_changes([59]))
    alone = a_pair("Bern.", "Basel.", prompt="What is the capital of Switzerland?")
    found(db)
    named = {each.id: clusters.neighbour(db, each.id) for each in (one, other, alone)}
    assert named == {one.id: other.id, other.id: one.id, alone.id: None}
