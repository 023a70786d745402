"""Gold from a file: what is looked at is what is taken, and a line that cannot be gold says why."""

import json
from datetime import datetime
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import InvalidInput, UnreadableSource
from curation.intake import gold_files, locations, sources
from curation.intake.gold_files import GoldFile
from curation.labelling import golds
from curation.model import Verdict
from curation.workspace import Workspace

NOW = datetime(2026, 11, 22, 9, 0)


def read(folder: Path, *lines: object) -> GoldFile:
    path = folder / "gold.jsonl"
    told = [each if isinstance(each, str) else json.dumps(each) for each in lines]
    path.write_text("\n".join(told), encoding="utf-8")
    return gold_files.read(locations.locate(str(path), Workspace(home=folder)))


def line(verdict: str, *, one: str = "Paris", other: str = "Lyon", prompt: str = "Capital?") -> object:
    return {"prompt": prompt, "answer_1": one, "answer_2": other, "verdict": verdict}


def test_the_known_winner_is_the_answer_that_the_file_names(db: Database, tmp_path: Path) -> None:
    one_way = read(tmp_path, line("answer_1"))
    other_way = read(tmp_path, line("answer_2", one="Lyon", other="Paris"))
    (pair,) = one_way.pairs
    won = pair.answer_1 if one_way.known[pair.id] is Verdict.ANSWER_1 else pair.answer_2
    assert won == "Paris"
    assert one_way.known == other_way.known


def test_looking_writes_nothing_and_taking_marks_every_pair(db: Database, tmp_path: Path) -> None:
    found = read(tmp_path, line("answer_1"), line("tie", prompt="Biggest city?"))
    assert golds.count(db) == 0
    done = gold_files.take(db, found, by="lead", now=NOW)
    assert (done.gold, done.new, done.refused) == (2, 2, 0)
    assert {pair.id: golds.of(db, pair.id) for pair in found.pairs} == dict(found.known)


def test_a_pair_that_is_here_already_becomes_gold_without_a_second_copy(db: Database, tmp_path: Path) -> None:
    gold_files.take(db, read(tmp_path, line("answer_1")), by="lead", now=NOW)
    again = gold_files.take(db, read(tmp_path, line("tie"), ""), by="lead", now=NOW)
    assert (again.gold, again.new) == (1, 0)
    assert golds.count(db) == 1


def test_lines_that_cannot_be_gold_are_refused_with_their_number_and_reason(
    db: Database, tmp_path: Path
) -> None:
    found = read(
        tmp_path, line("answer_1"), line("skip", prompt="b"), "{not json", line("better", prompt="c"),
        line("answer_2"), {"prompt": "d", "answer_1": "x", "verdict": "tie"},
    )  # fmt: skip
    done = gold_files.take(db, found, by="lead", now=NOW)
    told = {each.line: each.reason for each in sources.refusals(db, done.source_id)}
    assert sorted(told) == [2, 3, 4, 5, 6]
    assert "names no winner" in told[2]
    assert told[5] == "Line 1 has the same pair with another winner. Keep one of them."
    assert done.gold == 1


def test_a_file_without_a_gold_pair_is_not_taken(db: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="No line of the file makes a gold pair"):
        gold_files.take(db, read(tmp_path, line("skip")), by="lead", now=NOW)
    assert golds.count(db) == 0


def test_a_file_of_more_pairs_than_anybody_can_meet_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gold_files, "MOST", 2)
    with pytest.raises(UnreadableSource, match="more than 2 pairs"):
        read(tmp_path, *(line("tie", prompt=str(number)) for number in range(3)))
