"""Prompts of benchmarks among ours."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.intake import prompts
from curation.labelling import mends, undoing
from curation.labelling.actions import Action
from curation.labelling.mends import Mend
from curation.model import Message, Pair, Speaker
from curation.validation import protected, runner
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy
from curation.validation.protected import Index, Item
from tests.curation.conftest import NOW, APair

ITEM = Item(name="set", number=1)
TWENTY = " ".join(f"word{number}" for number in range(20))


def found(db: Database, policy: Policy | None = None) -> tuple[Finding, ...]:
    return runner.validate(db, policy or Policy()).of_rule("V22")


@pytest.mark.parametrize(
    ("words", "held"),
    [(20, True), (11, True), (10, False), (7, False)],
    ids=["all", "more than half", "half", "no 8-gram"],
)
def test_more_than_half_of_a_protected_prompt_must_be_held(words: int, held: bool) -> None:
    content = "Answer this. " + " ".join(TWENTY.split()[:words]) + " And so on."
    assert (Index([(ITEM, TWENTY)]).found_in(content) == ITEM) is held


@pytest.mark.parametrize(
    ("content", "held"),
    [
        ("Name three primary colours!", True),
        ("NAME  three primary colours", True),
        ("Please name three primary colours.", False),
    ],
    ids=["signs", "case", "more words"],
)
def test_a_short_protected_prompt_must_be_the_whole_text(content: str, held: bool) -> None:
    assert (Index([(ITEM, "Name three primary colours.")]).found_in(content) == ITEM) is held


def test_signs_and_case_do_not_hide_a_protected_prompt() -> None:
    content = TWENTY.upper().replace(" ", ",\n")
    assert Index([(ITEM, TWENTY)]).found_in(content) == ITEM


def test_the_prompt_held_most_of_is_named() -> None:
    other = Item(name="set", number=2)
    index = Index([(ITEM, TWENTY + " " + TWENTY[::-1]), (other, TWENTY)])
    assert index.found_in(TWENTY) == other


def test_a_row_with_a_protected_prompt_stays_out(
    db: Database, a_pair: APair, reasons: Callable[[Pair], str]
) -> None:
    pair = a_pair(prompt=f"Question: {TWENTY}?")
    a_pair()
    protected.protect(db, "bench.jsonl", ["Something else entirely.", TWENTY], NOW)
    error, warning = found(db)
    assert (error.severity, error.scope, error.examples) == (Severity.ERROR, Scope.ROW, (pair.id,))
    assert "number 2 of bench.jsonl" in reasons(pair)
    assert warning.severity is Severity.WARNING
    assert "1 of 2 prompts of bench.jsonl" in warning.message


def test_earlier_turns_are_compared_too(db: Database, a_pair: APair) -> None:
    context = [
        Message(speaker=Speaker.USER, content=f"{TWENTY}?"),
        Message(speaker=Speaker.ASSISTANT, content="Yes."),
    ]
    pair = a_pair(context=context)
    protected.protect(db, "bench", [TWENTY], NOW)
    assert found(db)[0].examples == (pair.id,)


@pytest.mark.parametrize(
    ("imported", "fixed", "held"),
    [("caf\u00c3\u00a9", TWENTY, True), (TWENTY, "Something else.", False)],
    ids=["by the fix", "no longer"],
)
def test_what_a_fix_has_made_of_a_prompt_is_compared(
    db: Database, a_pair: APair, imported: str, fixed: str, *, held: bool
) -> None:
    pair = a_pair(prompt=imported)
    protected.protect(db, "bench", [TWENTY], NOW)
    assert bool(found(db)) is not held
    mended = Mend(pair_id=pair.id, context="[]", prompt=fixed, answer_1=pair.answer_1, answer_2=pair.answer_2)
    mends.mend(db, [mended], "V10", Action(id="fix", reason="why", by="lead", now=NOW))
    assert [each.examples for each in found(db)[:1]] == ([(pair.id,)] if held else [])
    assert protected.behind(db, pair.id) == ((Item(name="bench", number=1), TWENTY) if held else None)
    undoing.undo(db, "fix", by="lead", now=NOW)
    assert bool(found(db)) is not held


def test_a_set_of_which_little_is_hit_is_no_warning(db: Database, a_pair: APair) -> None:
    a_pair(prompt=TWENTY)
    protected.protect(db, "bench", [TWENTY, *(f"Prompt number {number}?" for number in range(49))], NOW)
    assert [each.severity for each in found(db)] == [Severity.ERROR]  # 1 of 50 is 2 %, not more


def test_prompts_handed_in_later_are_compared_with_old_pairs(db: Database, a_pair: APair) -> None:
    a_pair(prompt=TWENTY)
    protected.protect(db, "first", ["Something else entirely."], NOW)
    assert found(db) == ()
    assert protected.protect(db, "second", [TWENTY], NOW) == 1
    assert found(db) != ()


def test_the_same_prompts_are_kept_once(db: Database) -> None:
    assert protected.protect(db, "set", [TWENTY, TWENTY, "Why?"], NOW) == 2
    assert protected.protect(db, "set", ["Why?", "How?"], NOW) == 1
    with db.reading() as cursor:
        assert protected.supplied(cursor) == {"set": 3}


def test_a_file_without_prompts_is_refused_with_its_columns(tmp_path: Path) -> None:
    path = tmp_path / "other.jsonl"
    path.write_text('{"answer": "42"}\n', encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"other.jsonl has no column of prompts. It has answer"):
        prompts.read(path)


def test_every_benchmark_file_gives_its_prompts(shared_data: Path) -> None:
    counts = {
        name: len(prompts.read(shared_data / name))
        for name in (
            "gsm8k/train.jsonl",
            "gsm8k/test.jsonl",
            "benchmark_prompts/ifeval_input_data.jsonl",
            "benchmark_prompts/mt_bench_question.jsonl",
        )
    }
    assert list(counts.values()) == [7473, 1319, 541, 160]


def test_reworded_benchmark_questions_are_found_and_nothing_else(shared_data: Path) -> None:
    questions = prompts.read(shared_data / "gsm8k" / "train.jsonl") + prompts.read(
        shared_data / "gsm8k" / "test.jsonl"
    )
    index = Index((Item(name="gsm8k", number=place), prompt) for place, prompt in enumerate(questions, 1))
    reworded = prompts.read(shared_data / "gsm8k_reworded" / "chat_validation.jsonl")
    assert len(reworded) == 50
    assert not set(reworded) & set(questions)
    assert all(index.found_in(each) for each in reworded)
    lines = (shared_data / "orca_first100" / "orca_rlhf_first100.current_names.jsonl").read_text(
        encoding="utf-8"
    )
    orca = [json.loads(line)["question"] for line in lines.splitlines()]
    assert [place for place, question in enumerate(orca) if index.found_in(question)] == [4, 97]
