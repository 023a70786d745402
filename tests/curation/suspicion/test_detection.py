"""From a workspace to scores, through a real process."""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psutil
import pytest

from curation.database import Database
from curation.errors import Cancelled
from curation.labelling import mends, pairs
from curation.labelling.actions import Action
from curation.labelling.mends import Mend
from curation.model import Pair, Verdict
from curation.release import gate
from curation.suspicion import detection, records
from curation.validation import limits
from tests.curation.conftest import NOW, APair, pair_of

WORDS = ["river", "town", "bridge", "old", "long", "many", "people", "walk", "over", "day", "boats"]


def written(number: int = 80, wrong: int = 8) -> list[Pair]:
    """Pairs whose better answer is kinder; the import has the first few the wrong way round."""
    chance = random.Random(1)
    made = []
    for place in range(number):
        better, worse = (" ".join(chance.choices(WORDS, k=9)) for _ in range(2))
        if place % 4:  # where the words alone say nothing, V13 has no reason to fire
            better += " which helps"
        winner = Verdict.ANSWER_2 if place < wrong else Verdict.ANSWER_1
        pair = pair_of(better, worse, f"Is it {place}?", winner, (), "", "source", place + 1)
        made.append(replace(pair, origin_1="", origin_2=""))
    return made


def kept(database: Database) -> dict[tuple[str, str], tuple[float, str]]:
    with database.reading() as cursor:
        rows = cursor.execute("SELECT pair_id, detector, score, winner FROM suspicion").fetchall()
    return {(pair_id, detector): (score, winner) for pair_id, detector, score, winner in rows}


@pytest.fixture(scope="module")
def looked() -> Iterator[tuple[Database, list[Pair]]]:
    """A workspace that was looked at once; tests that share it read only."""
    database, made = Database.in_memory(), written()
    with database.writing() as tx:
        pairs.add(tx, made, NOW)
    detection.detect(database, by="lead", now=NOW)
    yield database, made
    database.close()


def test_every_label_gets_both_scores_and_names_the_label_it_is_about(
    looked: tuple[Database, list[Pair]],
) -> None:
    database, made = looked
    scores = kept(database)
    assert set(scores) == {(pair.id, detector) for pair in made for detector in ("text", "length")}
    assert all(scores[pair.id, "text"][1] == pair.prior_winner for pair in made)
    assert all(0 <= score <= 1 for score, _ in scores.values())


def test_wrong_labels_come_first_and_length_does_not_find_them(looked: tuple[Database, list[Pair]]) -> None:
    database, made = looked
    wrong = {pair.id for pair in made[:8] if made.index(pair) % 4}
    first = [each.pair_id for each in records.suspects(database, len(wrong))]
    assert len(wrong & set(first)) >= len(wrong) - 1
    outcome = records.latest(database)
    assert outcome is not None
    assert outcome.report is not None
    assert (outcome.report.text.auroc or 0) > (outcome.report.length.auroc or 1)


def test_the_same_labels_are_not_looked_at_again_and_a_new_one_is(
    looked: tuple[Database, list[Pair]], monkeypatch: pytest.MonkeyPatch
) -> None:
    database, _ = looked
    first = records.latest(database)
    monkeypatch.setattr(detection, "workers", None)  # a process would fail
    assert detection.detect(database, by="lead", now=NOW + timedelta(days=1)) == first


def test_a_look_after_the_rules_have_run_reads_what_they_kept(db: Database) -> None:
    with db.writing() as tx:
        pairs.add(tx, written(), NOW)
    gate.examine(db, limits.current(db).policy)  # V13 asks whether the writing tells, and keeps the answer
    assert detection.detect(db, by="lead", now=NOW).report is not None


def test_scores_are_the_same_in_another_workspace(looked: tuple[Database, list[Pair]], db: Database) -> None:
    database, made = looked
    with db.writing() as tx:
        pairs.add(tx, made[::-1], NOW)
    detection.detect(db, by="another", now=NOW + timedelta(days=1))
    assert kept(db) == kept(database)


def test_a_fix_is_a_new_look_that_reads_the_text_it_leaves(
    looked: tuple[Database, list[Pair]], db: Database
) -> None:
    imported, made = looked
    with db.writing() as tx:
        pairs.add(tx, made, NOW)
    pair = made[9]
    exchanged = Mend(
        pair_id=pair.id, context="[]", prompt="Is it?", answer_1=pair.answer_2, answer_2=pair.answer_1
    )
    mends.mend(db, [exchanged], "V27", Action(id="fix", reason="why", by="lead", now=NOW))
    outcome, before = detection.detect(db, by="lead", now=NOW), records.latest(imported)
    assert before is not None
    assert outcome.model != before.model
    assert kept(imported)[pair.id, "text"][0] < 0.5 < kept(db)[pair.id, "text"][0]
    assert "Is it?" in {each.prompt for each in records.suspects(db, len(made))}


def test_labels_no_better_than_a_coin_are_not_scored(db: Database) -> None:
    chance, sides = random.Random(2), (Verdict.ANSWER_1, Verdict.ANSWER_2)
    with db.writing() as tx:
        pairs.add(tx, [replace(pair, prior_winner=chance.choice(sides)) for pair in written(60)], NOW)
    told: list[tuple[int, int]] = []
    outcome = detection.detect(db, by="lead", now=NOW, progress=lambda *step: told.append(step))
    assert "no better than a coin" in outcome.off
    assert not kept(db)
    assert max(told) == (60, 120)  # learned from, and not read again


def test_a_cancelled_look_leaves_the_scores_before_in_effect(db: Database) -> None:
    with db.writing() as tx:
        pairs.add(tx, written(60, 5), NOW)
        tx.execute(
            "INSERT INTO suspicion VALUES ('p', 'text', 0.9, 'before', $now, 'answer_1')", {"now": NOW}
        )

    def stop(done: int, total: int) -> None:
        if done and total > 60:  # measuring is over, learning has begun
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled, match="Stopped"):
        detection.detect(db, by="lead", now=NOW, progress=stop)
    assert list(kept(db)) == [("p", "text")]
    assert records.latest(db) is None


def test_a_look_is_cancelled_while_it_learns_and_ends_its_process(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with db.writing() as tx:
        pairs.add(tx, written(60, 5), NOW)
    monkeypatch.setattr(detection, "_ASKED", 0.001)  # seconds; a fit takes many times as long
    told: list[tuple[int, int]] = []

    def stop(done: int, total: int) -> None:
        told.append((done, total))
        if told.count((60, 120)) == 2:  # once when all are read, then while the model is fitted
            raise Cancelled("Stopped.")

    with pytest.raises(Cancelled, match="Stopped"):
        detection.detect(db, by="lead", now=NOW, progress=stop)
    assert records.latest(db) is None
    assert not [each for each in psutil.Process().children() if "suspicion" in " ".join(each.cmdline())]


def test_one_model_for_each_side_switches_it_off_and_says_why(db: Database) -> None:
    with db.writing() as tx:
        made = [
            replace(
                pair,
                origin_1="big" if pair.prior_winner is Verdict.ANSWER_1 else "small",
                origin_2="small" if pair.prior_winner is Verdict.ANSWER_1 else "big",
            )
            for pair in written(60, 0)
        ]
        pairs.add(tx, made, NOW)
        tx.execute(
            "INSERT INTO suspicion VALUES ('p', 'text', 0.9, 'before', $now, 'answer_1')", {"now": NOW}
        )
    outcome = detection.detect(db, by="lead", now=NOW)
    assert "Every chosen answer comes from big" in outcome.off
    assert "knows who wrote an answer" in outcome.off
    assert not kept(db)


def test_few_labels_teach_nothing_and_are_counted(db: Database, a_pair: APair) -> None:
    for place in range(3):
        a_pair(prompt=f"Is it {place}?")
    a_pair(prompt="Undecided?", prior=None)
    outcome = detection.detect(db, by="lead", now=NOW)
    assert outcome.off == "Labels that a release could hold: 3. 50 are needed to learn from."


def test_an_empty_workspace_is_looked_at_without_a_word_of_blame(db: Database) -> None:
    assert detection.detect(db, by="lead", now=NOW).pairs == 0


def test_a_label_that_changed_is_no_suspect_any_more(db: Database, a_pair: APair) -> None:
    pair = a_pair()
    with db.writing() as tx:
        for detector in ("text", "length"):
            tx.execute(
                "INSERT INTO suspicion VALUES ($id, $detector, 0.9, 'm', $now, $winner)",
                {"id": pair.id, "detector": detector, "now": NOW, "winner": pair.prior_winner},
            )
        assert pair.prior_winner is not None
    assert [each.pair_id for each in records.suspects(db, 5)] == [pair.id]
    with db.writing() as tx:
        tx.execute("UPDATE suspicion SET winner = $other", {"other": pair.prior_winner.swapped})
    assert records.suspects(db, 5) == ()
