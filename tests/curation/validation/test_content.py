"""Rules about what the texts hold, on pairs that sit on both sides of their limits."""

import sys
from collections.abc import Callable

import pytest

from curation.database import Database
from curation.errors import InvalidInput, PairloomError
from curation.model import Pair
from curation.validation import measuring, runner, snapshot
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy
from tests.curation.conftest import ADecision, APair

LONG = "The river is long and slow, and many people live on its banks in small towns."
GERMAN = "Der Fluss ist lang und langsam, und viele Menschen leben an seinen Ufern in kleinen Orten."


def found(db: Database, rule: str, policy: Policy | None = None) -> tuple[Finding, ...]:
    return runner.validate(db, policy or Policy()).of_rule(rule)


@pytest.mark.parametrize(
    ("rule", "chosen", "rejected", "prompt"),
    [
        ("V05", LONG, LONG + "!", "Which river?"),
        ("V09", LONG, "Short.", "[INST] Which river? [/INST]"),
        ("V10", "CafÃ© au lait, schÃ¶n", "Coffee.", "What is it?"),
        ("V11", "What is the capital of France? Paris.", "Paris.", "What is the capital of France?"),
        ("V25", "I'm sorry, but I can't help with that.", "It is Paris.", "Which capital?"),
        ("V26", GERMAN, LONG, "Please describe the river to me in your own words, will you?"),
        ("V27", "Write to anna.schmidt@gmx.de soon.", "No idea.", "Whom do I ask?"),
        ("V28", "I do not know.\n" * 8, "No idea.", "Who does?"),
    ],
    ids=["nearly identical", "token asked", "mojibake", "echo", "refusal", "language", "personal", "loop"],
)
def test_a_doubtful_row_is_a_warning_and_may_be_released(
    db: Database, a_pair: APair, rule: str, chosen: str, rejected: str, prompt: str
) -> None:
    pair = a_pair(chosen, rejected, prompt=prompt)
    a_pair()
    (finding,) = found(db, rule)
    assert (finding.severity, finding.scope, finding.count, finding.share) == (
        Severity.WARNING,
        Scope.ROW,
        1,
        0.5,
    )
    assert finding.examples == (pair.id,)


@pytest.mark.parametrize(
    ("rule", "chosen", "rejected", "prompt"),
    [
        ("V05", LONG, LONG[:-20], "Which river?"),
        ("V11", "Which river is longest? A.", "Which river is longest? B.", "Which river is longest?"),
        ("V25", "It is Paris.", "I'm sorry, but I can't help with that.", "Which capital?"),
        ("V25", "I can't help with that.", "I'm unable to answer.", "Which capital?"),
        ("V25", "I can't help with that." + "x" * 300, "It is Paris.", "Which capital?"),
        ("V26", LONG, GERMAN, "Please describe the river to me in your own words, will you?"),
        ("V26", GERMAN, LONG, "Please describe the river to me in German, will you?"),
        ("V28", "No idea.", "I do not know.\n" * 8, "Who does?"),
    ],
    ids=["different", "both echo", "loser refuses", "both refuse", "long", "loser", "asked", "loops"],
)  # fmt: skip
def test_what_is_on_the_other_side_of_the_limit_is_not(
    db: Database, a_pair: APair, rule: str, chosen: str, rejected: str, prompt: str
) -> None:
    a_pair(chosen, rejected, prompt=prompt)
    assert found(db, rule) == ()


@pytest.mark.parametrize(
    ("rule", "answer", "reason"),
    [
        ("V09", "Fine.<|im_end|>", "template token “<|im_end|>”"),
        ("V27", "Use ghp_" + "R4tY7uI0pA3sD6fG9hJ2kL5zX8cV1bN4mQ7w", "a GitHub token"),
    ],
)
def test_template_tokens_and_secrets_keep_a_row_out(
    db: Database, a_pair: APair, reasons: Callable[[Pair], str], rule: str, answer: str, reason: str
) -> None:
    pair = a_pair(rejected=answer)
    assert [each.severity for each in found(db, rule)] == [Severity.ERROR]
    assert reason in reasons(pair)


def test_a_tokenizers_own_tokens_can_be_handed_in(db: Database, a_pair: APair) -> None:
    a_pair("Paris.<own_token>")
    assert found(db, "V09") == ()
    (finding,) = found(db, "V09", Policy(template_tokens=("<own_token>",)))
    assert finding.severity is Severity.ERROR


def test_an_empty_template_token_is_refused() -> None:
    with pytest.raises(InvalidInput, match="cannot be empty"):
        Policy(template_tokens=("",))


def test_the_winner_that_people_choose_decides_what_is_doubted(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    pair = a_pair("It is Paris.", "I'm sorry, but I can't help with that.")
    a_decision(pair, "rejected")
    (finding,) = found(db, "V25")
    assert finding.examples == (pair.id,)


def test_an_open_code_fence_is_a_note(db: Database, a_pair: APair) -> None:
    a_pair("See:\n```py\nx = 1")
    (finding,) = found(db, "V28")
    assert finding.severity is Severity.NOTE


def test_a_second_validation_measures_only_what_is_new(db: Database, a_pair: APair) -> None:
    told: list[tuple[int, int]] = []
    a_pair()
    runner.validate(db, Policy())
    a_pair(prompt="Another?")
    assert measuring.fill(db, lambda done, total: told.append((done, total))) == 1
    assert told == [(1, 1)]
    assert measuring.fill(db, lambda _done, _total: None) == 0


def test_pairs_that_arrive_after_the_measuring_are_measured_too(db: Database, a_pair: APair) -> None:
    with snapshot.opened(db) as cursor:
        cursor.rollback()
        pair = a_pair("Fine.<|im_end|>")
        cursor.begin()
        runner.run(cursor, Policy())
        rows = cursor.execute("SELECT pair_id FROM exclusion WHERE rule = 'V09'").fetchall()
    assert rows == [(pair.id,)]


def test_facts_of_an_older_measure_are_measured_again(db: Database, a_pair: APair) -> None:
    pair = a_pair("Fine.<|im_end|>")
    runner.validate(db, Policy())
    with db.writing() as tx:
        tx.execute("UPDATE text_fact SET measure = 0, token_1 = NULL, token_2 = NULL")
    assert found(db, "V09")[0].examples == (pair.id,)


def test_workers_measure_what_this_process_would(
    db: Database, a_pair: APair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        a_pair(
            f"Yes {number} {LONG}\ud83d".encode("utf-16", "ignore").decode("utf-16"),
            prompt=f"Is it {number}?",
        )
    with db.reading() as cursor:
        (rows,) = measuring.missing(cursor)
    monkeypatch.setattr(measuring, "HERE_AND_NOW", 0)
    measuring.fill(db, lambda _done, _total: None)
    with db.reading() as cursor:
        kept = cursor.execute("SELECT * EXCLUDE (measure) FROM text_fact ORDER BY pair_id").fetchall()
    here = measuring.measured(sorted(rows)).to_pylist()
    assert kept == [tuple(row.values()) for row in here]


def test_a_worker_that_is_killed_is_said(
    db: Database, a_pair: APair, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_pair()
    monkeypatch.setattr(measuring, "HERE_AND_NOW", 0)
    monkeypatch.setattr(sys, "executable", "/bin/true")  # a worker that ends at once
    with pytest.raises(PairloomError, match="A process that reads texts has ended"):
        measuring.fill(db, lambda _done, _total: None)


def test_cancelling_keeps_what_was_measured(
    db: Database, a_pair: APair, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        a_pair(prompt=f"Is it {number}?")
    monkeypatch.setattr(measuring, "_BATCH", 1)

    def stop_at_two(done: int, _total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        measuring.fill(db, stop_at_two)
    assert measuring.fill(db, lambda _done, _total: None) == 2


@pytest.mark.parametrize(
    ("count", "ending", "named"),
    [(4, " and then", 4), (3, " and then", 0), (4, " and now.", 0)],
    ids=["a pile", "too few", "whole sentences"],
)
def test_many_winners_cut_at_one_length_are_named(
    db: Database, a_pair: APair, count: int, ending: str, named: int
) -> None:
    for number in range(count):
        a_pair(f"{number} {LONG} {LONG}"[:150] + ending, "No idea.", prompt=f"What is number {number}?")
    a_pair(f"{LONG} {LONG}", "No idea.", prompt="What else?")
    piles = [each for each in found(db, "V28", Policy(pile_pairs=4)) if "exactly as long" in each.message]
    assert sum(each.count for each in piles) == named
