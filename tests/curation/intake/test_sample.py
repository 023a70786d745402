"""The bundled sample keeps its promises."""

import json
import re
from collections.abc import Callable
from pathlib import Path

from curation import text
from curation.database import Database
from curation.intake import locations, sources
from curation.intake.ingest import Outcome

Import = Callable[..., Outcome]

FOLDER = Path(locations.__file__).parent


def sample() -> list[dict[str, str]]:
    lines = (FOLDER / "sample.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def rows_noted_under(title: str) -> dict[int, str]:
    """Row number to question, from the notes."""
    notes = (FOLDER / "sample_notes.md").read_text(encoding="utf-8")
    section = notes.partition(f"## {title}\n")[2].partition("\n## ")[0]
    return {
        int(number): question
        for number, question in re.findall(r"^\| (\d+) \| (.*?) \| .* \|$", section, re.M)
    }


def test_the_sample_imports_whole(import_file: Import, database: Database) -> None:
    outcome = import_file("sample")
    assert (outcome.counts.accepted, outcome.counts.refused, outcome.counts.duplicate) == (
        len(sample()),
        0,
        0,
    )
    source = sources.get(database, outcome.source_id)
    assert (source.kind, source.location, source.layout, source.licence) == (
        "sample",
        "sample.jsonl",
        "orca",
        "Apache-2.0",
    )


def test_the_sample_holds_what_an_annotator_should_meet_first() -> None:
    rows = sample()
    everything = [row["question"] + row["chosen"] for row in rows]
    assert len(rows) >= 64
    assert sum("```" in words for words in everything) >= 8
    assert sum("$" in words for words in everything) >= 8
    assert sum("|---|" in words for words in everything) >= 3
    assert (
        sum(bool(re.search(r"\b(der|die|und|ist)\b", row["question"] + row["chosen"])) for row in rows) >= 6
    )
    assert (
        sum("¿" in row["question"] or "«" in row["question"] or " sobre " in row["question"] for row in rows)
        >= 5
    )
    assert 4 <= sum(bool(row["system"]) for row in rows) <= len(rows) / 4


def test_the_notes_name_the_rows_they_speak_of() -> None:
    rows = sample()
    wrong = rows_noted_under("The imported winner is wrong")
    ties = rows_noted_under("Both answers are equally good")
    assert len(wrong) == 6
    assert len(ties) >= 5
    for number, question in {**wrong, **ties}.items():
        assert rows[number - 1]["question"].split("\n")[0] == question


def test_no_answer_of_the_sample_leaks_its_side_at_the_edges() -> None:
    rows = sample()
    assert all(value == value.strip() for row in rows for value in row.values())
    for side in ("chosen", "rejected"):
        openers = [row[side].split()[0] for row in rows]
        assert max(openers.count(word) for word in openers) / len(rows) < 0.15


def test_length_alone_does_not_tell_the_winner() -> None:
    rows = sample()
    longer = sum(len(row["chosen"]) > len(row["rejected"]) for row in rows) / len(rows)
    assert 0.35 <= longer <= 0.65


def test_no_two_prompts_of_the_sample_resemble_each_other() -> None:
    words = [set(text.folded(row["question"]).split()) for row in sample()]
    alike = [
        (one, other)
        for one in range(len(words))
        for other in range(one)
        if len(words[one] & words[other]) / len(words[one] | words[other]) > 0.5
    ]
    assert alike == []
