"""Exports of labelling tools: what each person decided stays a vote of that person."""

from collections.abc import Callable
from pathlib import Path

import pytest

from curation.database import Database
from curation.intake import formats, refusing, unfold
from curation.intake.fields import ColumnMapping
from curation.intake.ingest import Outcome
from curation.model import Verdict

Import = Callable[..., Outcome]
Write = Callable[..., Path]
Values = dict[str, object]

TEXTS: Values = {"prompt": "q", "answer1": "a", "answer2": "b"}


def pairwise(selected: str, person: object, to_name: str = "answer1,answer2", **more: object) -> Values:
    result = {"from_name": "cmp", "to_name": to_name, "type": "pairwise", "value": {"selected": selected}}
    return {"id": 7, "completed_by": person, "was_cancelled": False, "result": [result], **more}


def said(selected: str, person: object) -> Values:
    return {"user_id": person, "value": selected, "status": "submitted"}


ROWS: dict[str, tuple[str, Values]] = {
    "Label Studio": ("label-studio", {"id": 1, "data": TEXTS, "annotations": [pairwise("right", 3)]}),
    "Label Studio, names of the tags elsewhere": (
        "label-studio",
        {"data": TEXTS, "annotations": [pairwise("right", {"id": 3, "email": "3"}, "txt-1,txt-2")]},
    ),
    "Label Studio, choices": (
        "label-studio",
        {
            "data": TEXTS,
            "annotations": [
                {
                    "completed_by": 3,
                    "result": [{"type": "choices", "from_name": "c", "value": {"choices": ["answer2"]}}],
                }
            ],
        },
    ),
    "JSON-MIN": (
        "label-studio-flat",
        {**TEXTS, "annotator": 3, "annotation_id": 9, "lead_time": 2.5, "cmp": [{"selected": "right"}]},
    ),
    "Label Studio as CSV": (
        "label-studio-flat",
        {**TEXTS, "id": "1", "annotator": "3", "annotation_id": "9", "lead_time": "2.5",
         "cmp": '[{"selected": "right"}]'},
    ),
    "Argilla 2": (
        "argilla",
        {
            "id": "x", "status": "completed", "prompt": "q", "response-1": "a", "response-2": "b",
            "better.responses": ["response-2"], "better.responses.users": ["3"],
            "better.responses.status": ["submitted"],
        },
    ),
    "Argilla 1": (
        "argilla",
        {"prompt": "q", "response-1": "a", "response-2": "b", "better": [said("response-2", "3")]},
    ),
    "Argilla 1, columns": (
        "argilla",
        {
            "prompt": "q", "response-1": "a", "response-2": "b",
            "rank": {"user_id": ["3"], "status": ["submitted"],
                     "value": [[{"rank": 1, "value": "response-2"}, {"rank": 2, "value": "response-1"}]]},
        },
    ),
    "Potato": (
        "potato",
        {"instance_id": "i", "user_id": "3", "prompt": "q", "responses": ["a", "b"],
         "better": {"selection": "B"}},
    ),
    "Potato, a scale": (
        "potato",
        {"instance_id": "i", "user_id": "3", "prompt": "q", "left": "a", "right": "b",
         "better.scale_value": "2"},
    ),
    "Potato, as saved": (
        "potato",
        {"instance_id": "i", "user_id": "3", "prompt": "q", "left": "a", "right": "b",
         "label_annotations": {"better": {"selection": "B"}}},
    ),
}  # fmt: skip


def mapping_of(row: Values) -> ColumnMapping:
    mapping = formats.recognise(list(row), [row])
    assert mapping is not None
    return mapping


@pytest.mark.parametrize(("layout", "row"), ROWS.values(), ids=ROWS.keys())
def test_every_tool_says_who_preferred_what(layout: str, row: Values) -> None:
    mapping = mapping_of(row)
    assert mapping.layout == layout
    (line,) = unfold.vote_lines(row, mapping)
    assert (line["prompt"], line["answer_1"], line["answer_2"]) == ("q", "a", "b")
    assert (str(line["annotator"]), line["verdict"]) == ("3", Verdict.ANSWER_2)


REFUSED: dict[str, tuple[Values, str]] = {
    "a number": (
        {"prompt": "q", "response-1": "a", "response-2": "b", "better": [said("response-2", "3")],
         "second": [said("response-1", "3")]},
        "2 of the questions better, second say",
    ),
    "no texts": (
        {"instance_id": "i", "user_id": "3", "better": {"selection": "A"}},
        "holds an id and no texts",
    ),
    "nothing said": ({"data": TEXTS, "annotations": [{"completed_by": 1, "result": []}]}, "holds 0 results"),
    "other texts": (
        {"data": {"prompt": "q", "one": "a", "two": "b"}, "annotations": [pairwise("left", 1)]},
        "which of prompt, one, two are the two answers",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("row", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_an_export_does_not_say_is_asked_for(row: Values, sentence: str) -> None:
    with pytest.raises(refusing.Refused, match=sentence):
        list(unfold.vote_lines(row, mapping_of(row)))


def test_a_person_can_name_the_texts_that_an_export_compares() -> None:
    row: Values = {"data": {"prompt": "q", "one": "a", "two": "b"}, "annotations": [pairwise("left", 1)]}
    mapping = formats.with_columns(mapping_of(row), {"answer_1": "one", "answer_2": "two"})
    (line,) = unfold.vote_lines(row, mapping)
    assert (line["answer_1"], line["verdict"]) == ("a", Verdict.ANSWER_1)


def test_an_export_brings_votes_and_no_prior(import_file: Import, write: Write, database: Database) -> None:
    skipped = {**pairwise("left", "cy"), "was_cancelled": True}
    voted = [pairwise("left", "ada"), pairwise("left", "bob"), pairwise("right", "cy"), skipped]
    path = write({"data": TEXTS, "annotations": voted}, {"data": TEXTS, "annotations": []})
    outcome = import_file(path)
    assert (outcome.counts.accepted, outcome.counts.votes, outcome.counts.aside) == (1, 3, 1)
    with database.reading() as cursor:
        found = cursor.execute("SELECT tier, votes FROM standing").fetchall()
        assert cursor.execute("SELECT prior_winner FROM pair").fetchall() == [(None,)]
        names = cursor.execute("SELECT name FROM annotator ORDER BY name").fetchall()
    assert found == [("majority", 3)]
    assert names == [("ada",), ("bob",), ("cy",)]
    again = import_file(path)
    assert (again.repeated, again.counts.accepted, again.counts.votes) == (True, 0, 3)
