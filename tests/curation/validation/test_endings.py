"""What a source says of how its answers ended (rule V28)."""

import json
from pathlib import Path

import pytest

from curation.database import Database
from curation.intake import containers, formats, ingest, locations
from curation.intake.fields import Rule
from curation.validation import runner
from curation.validation.finding import Severity
from curation.validation.policy import Policy
from curation.workspace import Workspace
from tests.curation.conftest import NOW

FENCE = "```python\nx = 1"
PLAIN = {"prompt": "Name a town.", "chosen": "It is the town of", "rejected": "Lyon."}


def _found(db: Database, tmp_path: Path, *rows: dict[str, object]) -> list[tuple[Severity, str]]:
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    located = locations.locate(str(path), Workspace(home=tmp_path / "home"))
    mapping = formats.recognise(containers.recognise(path).columns())
    assert mapping is not None
    ingest.ingest(
        db, located, imported_by="lead", now=NOW, mapping=formats.with_rule(mapping, Rule.BEST_WORST)
    )
    return [(each.severity, each.message) for each in runner.validate(db, Policy()).of_rule("V28")]


@pytest.mark.parametrize(
    "row",
    [
        {**PLAIN, "chosen_finish_reason": "length", "rejected_finish_reason": "stop"},
        {**PLAIN, "chosen_finish_reason": "MAX_TOKENS"},
        {
            "prompt": [{"role": "user", "content": "Name a town."}],
            "chosen": [{"role": "assistant", "content": "It is the town of", "finish_reason": "length"}],
            "rejected": [{"role": "assistant", "content": "Lyon.", "finish_reason": "stop"}],
        },
        {
            "prompt": "Name a town.", "answer_1": "Lyon.", "answer_2": "It is the town of",
            "winner": "answer_2", "finish_reason_1": "stop", "finish_reason_2": "length",
        },
    ],
    ids=["a column", "another generator's word", "beside the message", "a winner apart"],
)  # fmt: skip
def test_a_winner_that_ended_at_a_limit_is_a_warning(
    db: Database, tmp_path: Path, row: dict[str, object]
) -> None:
    ((severity, message),) = _found(db, tmp_path, row)
    assert severity is Severity.WARNING
    assert message.startswith("In 1 of 1 rows the source says that the chosen answer ended at a limit")


@pytest.mark.parametrize(
    "row",
    [
        {**PLAIN, "chosen_finish_reason": "stop", "rejected_finish_reason": "length"},
        {**PLAIN, "chosen": FENCE, "chosen_finish_reason": "stop"},
        PLAIN,
    ],
    ids=["the loser ended at it", "an open fence that ended by itself", "nobody says"],
)
def test_a_winner_that_ended_by_itself_is_none(db: Database, tmp_path: Path, row: dict[str, object]) -> None:
    assert _found(db, tmp_path, row) == []


def test_an_open_fence_is_a_hint_where_nobody_says_how_it_ended(db: Database, tmp_path: Path) -> None:
    ((severity, _),) = _found(db, tmp_path, {**PLAIN, "chosen": FENCE})
    assert severity is Severity.NOTE


CUT, WHOLE = {"finish_reason": "length"}, {"finish_reason": "stop"}


@pytest.mark.parametrize(
    "rows",
    [
        [{"instruction": "q", "completions": [
            {"response": "Lyon.", "fine-grained_score": 1.0, **WHOLE},
            {"response": "It is the", "fine-grained_score": 5.0, **CUT},
        ]}],
        [{"prompt": "q", "answers": [
            {"answer": "It is the", "rank": 1, "stop_reason": "max_tokens"}, {"answer": "Lyon.", "rank": 2},
        ]}],
        [{"prompt": "q", "scores": [5, 1], "responses": [
            {"role": "assistant", "content": "It is the", **CUT}, {"role": "assistant", "content": "Lyon."},
        ]}],
        [{"prompt": "q", "completion": "It is the", "label": True, **CUT},
         {"prompt": "q", "completion": "Lyon.", "label": False, **WHOLE}],
        [{"prompt": "q", "completion": [{"role": "assistant", "content": said, **end}], "label": good}
         for said, good, end in (("Lyon.", False, WHOLE), ("It is the", True, CUT))],
    ],
    ids=["scored entries", "ranked entries", "messages with scores", "a row alone", "messages alone"],
)  # fmt: skip
def test_endings_beside_lists_and_single_answers_are_read(
    db: Database, tmp_path: Path, rows: list[dict[str, object]]
) -> None:
    ((severity, message),) = _found(db, tmp_path, *rows)
    assert severity is Severity.WARNING
    assert message.startswith("In 1 of 1 rows the source says that the chosen answer ended at a limit")


def test_an_ending_of_the_worse_answer_of_a_list_is_no_finding(db: Database, tmp_path: Path) -> None:
    answers = [{"answer": "Lyon.", "rank": 1, **WHOLE}, {"answer": "It is the", "rank": 2, **CUT}]
    assert not _found(db, tmp_path, {"prompt": "q", "answers": answers})
