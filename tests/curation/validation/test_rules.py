"""Each rule on pairs that sit on both sides of its limit."""

from collections.abc import Callable, Sequence

import pytest

from curation.database import Database
from curation.model import Message, Pair, Speaker, Tier, Verdict
from curation.validation import runner
from curation.validation.budget import TokenCount
from curation.validation.finding import Finding, Scope, Severity
from curation.validation.policy import Policy
from tests.curation.conftest import ADecision, APair, settle


def found(db: Database, rule: str, policy: Policy | None = None) -> dict[Severity, Finding]:
    return {each.severity: each for each in runner.validate(db, policy or Policy()).of_rule(rule)}


def turn(speaker: Speaker, content: str) -> Message:
    return Message(speaker=speaker, content=content)


SYSTEM, USER, ASSISTANT = Speaker.SYSTEM, Speaker.USER, Speaker.ASSISTANT


@pytest.mark.parametrize(
    "context",
    [
        [],
        [turn(SYSTEM, "Be brief.")],
        [turn(SYSTEM, "")],
        [turn(USER, "Hi"), turn(ASSISTANT, "Hello")],
        [turn(SYSTEM, "Be brief."), turn(USER, "Hi"), turn(ASSISTANT, "Hello")],
    ],
    ids=["none", "system", "empty system", "earlier turns", "system and turns"],
)
def test_a_conversation_that_alternates_is_valid(
    db: Database, a_pair: APair, context: Sequence[Message]
) -> None:
    a_pair(context=context)
    assert found(db, "V01") == {}


@pytest.mark.parametrize(
    ("context", "reason"),
    [
        ([turn(USER, "Hi")], "an answer is missing"),
        ([turn(ASSISTANT, "Hello")], "turn 1 is the assistant's"),
        ([turn(USER, "Hi"), turn(USER, "there")], "turn 2 is the user's"),
        ([turn(USER, "Hi"), turn(ASSISTANT, "Hello"), turn(SYSTEM, "Late")], "turn 3 is the system's"),
        ([turn(USER, "\u200b"), turn(ASSISTANT, "Hello")], "turn 1 is empty"),
    ],
    ids=["open question", "answer first", "user twice", "system late", "invisible turn"],
)
def test_a_conversation_that_does_not_alternate_stays_out(
    db: Database, a_pair: APair, reasons: Callable[[Pair], str], context: Sequence[Message], reason: str
) -> None:
    pair = a_pair(context=context)
    assert found(db, "V01")[Severity.ERROR].examples == (pair.id,)
    assert reason in reasons(pair)


@pytest.mark.parametrize(
    ("prompt", "rejected", "empty"),
    [
        ("Why?", "x", False),
        ("Why?", "", True),
        ("Why?", " \n\t", True),
        ("Why?", "\u200b\ufeff\u00ad", True),
        ("\u2060", "x", True),
        ("Why?", ".", False),
        ("Why?", "\x00", False),
    ],
    ids=["words", "empty", "blank", "invisible", "invisible prompt", "full stop", "NUL"],
)
def test_a_side_in_which_a_reader_sees_nothing_is_empty(
    db: Database, a_pair: APair, prompt: str, rejected: str, empty: bool
) -> None:
    a_pair(prompt=prompt, rejected=rejected)
    assert bool(found(db, "V02")) is empty


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Paris.", "paris.", True),
        ("Paris  is\nit", "Paris is it", True),
        ("ﬁne", "fine", True),
        ("Straße", "STRASSE", True),
        ("zero\u200bwidth", "zerowidth", True),
        ("Paris.", "Paris", False),
        ("a" * 500 + "b", "a" * 500 + "c", False),
        ("a" * 500 + " B", "a" * 500 + "\tb", True),
        ("１２３", "123", True),
    ],
    ids=[
        "case",
        "spaces",
        "ligature",
        "sharp s",
        "zero width",
        "full stop",
        "late",
        "late case",
        "wide digits",
    ],
)
def test_answers_are_identical_when_a_reader_would_say_so(
    db: Database, a_pair: APair, one: str, other: str, same: bool
) -> None:
    a_pair(one, other)
    assert bool(found(db, "V04")) is same


def test_a_content_imported_twice_is_one_surplus_row(db: Database, a_pair: APair) -> None:
    pair = a_pair()
    a_pair(source="source-2")
    a_pair("Other.", prompt="Another?")
    finding = found(db, "V06")[Severity.WARNING]
    assert (finding.count, finding.examples) == (1, (pair.id,))
    assert finding.share == pytest.approx(1 / 3)


def test_copies_that_agree_are_no_contradiction(db: Database, a_pair: APair) -> None:
    a_pair()
    a_pair("Lyon.", "Paris.", prior=Verdict.ANSWER_2, source="source-2")
    a_pair(item="kept apart", source="source-3")
    assert found(db, "V07") == {}
    assert found(db, "V06")[Severity.WARNING].count == 2


def test_imports_with_opposite_winners_contradict_each_other(db: Database, a_pair: APair) -> None:
    a_pair()
    a_pair("Lyon.", "Paris.", source="source-2")
    assert found(db, "V07")[Severity.ERROR].count == 1


def test_a_person_who_decides_ends_a_contradiction_of_imports(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    pair = a_pair()
    a_pair("Lyon.", "Paris.", source="source-2")
    a_decision(pair)
    assert found(db, "V07") == {}


def test_votes_against_each_other_under_two_items_contradict(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_decision(a_pair(), "chosen", by="ann-1")
    a_decision(a_pair(item="again"), "rejected", by="ann-2")
    assert found(db, "V07")[Severity.ERROR].count == 1


def test_a_majority_of_the_pooled_votes_ends_a_contradiction(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_decision(a_pair(), "chosen", by="ann-1")
    again = a_pair(item="again")
    a_decision(again, "rejected", by="ann-2")
    a_decision(again, "rejected", by="ann-3")
    assert found(db, "V07") == {}


def test_settlements_against_each_other_contradict_even_a_majority(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    pair, again = a_pair(), a_pair(item="again")
    a_decision(pair, by="ann-1")
    settle(db, pair, "chosen")
    settle(db, again, "rejected")
    assert found(db, "V07")[Severity.ERROR].count == 1


@pytest.mark.parametrize("verdict", ["tie", "both_bad"])
def test_a_verdict_without_winner_is_moved(
    db: Database, a_pair: APair, a_decision: ADecision, verdict: str
) -> None:
    a_decision(a_pair(), verdict)
    a_pair(prompt="Another?")
    assert found(db, "V17")[Severity.ERROR].share == 0.5


def test_a_conflict_and_a_pair_that_nobody_judged_stay_out(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    torn = a_pair()
    a_decision(torn, "chosen", by="ann-1")
    a_decision(torn, "rejected", by="ann-2")
    unseen = a_pair(prompt="Another?", prior=None)
    assert set(found(db, "V18")[Severity.ERROR].examples) == {torn.id, unseen.id}


def test_rows_below_the_minimum_stay_out(db: Database, a_pair: APair, a_decision: ADecision) -> None:
    a_decision(a_pair())
    below = a_pair(prompt="Another?")
    findings = found(db, "V18", Policy(minimum_tier=Tier.SINGLE))
    assert findings[Severity.ERROR].examples == (below.id,)


@pytest.mark.parametrize(
    ("minimum", "voters", "needed"),
    [(Tier.PRIOR, 0, True), (Tier.SINGLE, 1, True), (Tier.AGREE2, 2, False)],
)
def test_single_votes_and_priors_need_an_acknowledgement(
    db: Database, a_pair: APair, a_decision: ADecision, minimum: Tier, voters: int, needed: bool
) -> None:
    pair = a_pair()
    for voter in range(voters):
        a_decision(pair, by=f"ann-{voter}")
    assert (Severity.WARNING in found(db, "V18", Policy(minimum_tier=minimum))) is needed


def leaking(a_pair: APair, pairs: int, chosen: str, rejected: str, leaks: int) -> None:
    """`leaks` of `pairs` have the given texts around different words; the others are plain."""
    for number in range(pairs):
        yes, no = (chosen, rejected) if number < leaks else ("{}", "{}")
        a_pair(yes.format(f"good{number}"), no.format(f"bad{number}"), prompt=f"Question {number}?")


@pytest.mark.parametrize(
    ("chosen", "rejected", "words"),
    [
        ("{}", " {}", "Leading white space"),
        ("{}\n", "{}", "Trailing white space"),
        ("\ufeff{}", "{}", "A byte order mark"),
    ],
)
def test_a_leak_that_trimming_removes_needs_an_acknowledgement_whatever_its_rate(
    db: Database, a_pair: APair, chosen: str, rejected: str, words: str
) -> None:
    leaking(a_pair, 50, chosen, rejected, leaks=50)
    findings = found(db, "V12")
    assert set(findings) == {Severity.WARNING}
    assert findings[Severity.WARNING].message.startswith(words)
    assert findings[Severity.WARNING].value == 1.0


@pytest.mark.parametrize(
    ("chosen", "rejected", "words"),
    [
        ("{}.", "{}", "The end of a sentence"),
        ("{}", "Sure {}", "The first word “Sure”"),
        ("你 {}", "{}", "The first word “你”"),
    ],
)
def test_a_leak_that_survives_trimming_blocks(
    db: Database, a_pair: APair, chosen: str, rejected: str, words: str
) -> None:
    leaking(a_pair, 50, chosen, rejected, leaks=45)
    finding = found(db, "V12")[Severity.ERROR]
    assert words in finding.message
    assert finding.blocks


@pytest.mark.parametrize(
    ("pairs", "leaks", "severity"),
    [
        (50, 14, None),
        (50, 15, Severity.WARNING),
        (50, 44, Severity.WARNING),
        (50, 45, Severity.ERROR),
        (49, 49, None),
    ],
    ids=["0.28", "0.30", "0.88", "0.90", "too few pairs"],
)
def test_the_rate_difference_decides_how_much_a_leak_weighs(
    db: Database, a_pair: APair, pairs: int, leaks: int, severity: Severity | None
) -> None:
    leaking(a_pair, pairs, "{}", "Sure {}", leaks)
    assert set(found(db, "V12")) == ({severity} if severity else set())


def test_template_tokens_at_an_edge_leave_before_they_can_leak(db: Database, a_pair: APair) -> None:
    leaking(a_pair, 50, "{}</s>", "<s>{}", leaks=45)
    assert found(db, "V09")[Severity.ERROR].count == 45
    assert found(db, "V12") == {}


def test_an_edge_that_both_sides_have_alike_is_no_leak(db: Database, a_pair: APair) -> None:
    leaking(a_pair, 60, " {}", " {}", leaks=60)
    assert found(db, "V12") == {}


def test_a_leak_is_measured_towards_what_people_chose(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    # Half the imported winners are wrong: the blank now stands on both sides alike.
    for number in range(60):
        pair = a_pair("good", " bad", prompt=f"Question {number}?")
        a_decision(pair, "chosen" if number % 2 else "rejected")
    assert found(db, "V12") == {}


def test_a_prompt_that_fills_the_length_for_certain_stays_out(db: Database, a_pair: APair) -> None:
    # 12,400 ASCII characters are about 3,100 tokens; half of that is still more than 1,536.
    pair = a_pair(prompt="word " * 2480)
    assert found(db, "V24")[Severity.ERROR].examples == (pair.id,)


def test_an_estimate_that_may_be_wrong_excludes_nothing(db: Database, a_pair: APair) -> None:
    a_pair(prompt="word " * 1600)  # about 2,000 tokens
    assert set(found(db, "V24")) == {Severity.WARNING}


def test_exact_counts_exclude_what_an_estimate_would_not(db: Database, a_pair: APair) -> None:
    pair = a_pair()
    count = TokenCount(pair_id=pair.id, prompt=1536, answer_1=3, answer_2=3, shared=0)
    findings = runner.validate(db, Policy(), counts=[count]).of_rule("V24")
    assert [(each.severity, each.examples) for each in findings] == [(Severity.ERROR, (pair.id,))]


def test_answers_that_differ_only_beyond_the_length_stay_out(db: Database, a_pair: APair) -> None:
    same = "word " * 2600
    pair = a_pair(same + "yes", same + "no")
    assert found(db, "V24")[Severity.ERROR].examples == (pair.id,)


def test_a_long_answer_is_said_and_a_fitting_length_proposed(db: Database, a_pair: APair) -> None:
    a_pair("word " * 1600)
    finding = found(db, "V24")[Severity.WARNING]
    assert finding.count == 1
    assert "max_length of 2048" in finding.fix


def test_every_finding_says_what_where_and_how_much(
    db: Database, a_pair: APair, a_decision: ADecision
) -> None:
    a_pair("", prompt="1")
    a_pair("x", "X", prompt="2")
    a_decision(a_pair(prompt="3"), "tie")
    a_pair(prompt="4")
    a_pair(prompt="4", source="source-2")
    for finding in runner.validate(db, Policy()).findings:
        assert finding.count >= 1, finding.rule
        assert 0 < finding.share <= 1, finding.rule
        assert 1 <= len(finding.examples) <= 20, finding.rule
        assert finding.message.endswith("."), finding.rule
        assert finding.blocks is False or finding.scope is Scope.SET


def test_an_empty_workspace_has_no_findings(db: Database) -> None:
    validation = runner.validate(db, Policy())
    assert (validation.pairs, validation.findings) == (0, ())


def test_orca_reports_the_leading_blank(db: Database, orca: list[Pair]) -> None:
    finding = found(db, "V12")[Severity.WARNING]
    assert (finding.count, finding.share, finding.value) == (100, 1.0, 1.0)
    assert "Leading white space: 0 of 100 chosen, 100 of 100 rejected answers." in finding.message
