"""How other tools write pairs: each row becomes the pairs its tool meant, or is refused."""

import json
from collections.abc import Mapping

import pytest

from curation.intake import formats, refusing, rows
from curation.intake.fields import ColumnMapping, Rule
from curation.model import Message, Pair, Speaker, Verdict

USER, ASSISTANT = Speaker.USER, Speaker.ASSISTANT
Values = Mapping[str, object]


def pairs_of(row: Values, rule: Rule | None = None) -> list[Pair]:
    mapping = formats.recognise(list(row), [row])
    assert mapping is not None
    return rows.pairs_from(row, formats.with_rule(mapping, rule), source_id="s", line=1)


def layout_of(row: Values) -> str:
    mapping = formats.recognise(list(row), [row])
    return mapping.layout if mapping else ""


def told(pair: Pair) -> tuple[str, str, str]:
    """(prompt, winner, loser), or (prompt, one, other) in the order of the alphabet where nobody won."""
    if pair.prior_winner is Verdict.ANSWER_1:
        return pair.prompt, pair.answer_1, pair.answer_2
    if pair.prior_winner is Verdict.ANSWER_2:
        return pair.prompt, pair.answer_2, pair.answer_1
    one, other = sorted([pair.answer_1, pair.answer_2])
    return pair.prompt, one, other


def said(role: str, content: object) -> dict[str, object]:
    return {"role": role, "content": content}


def part(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


ONE_PAIR: dict[str, tuple[str, Values]] = {
    "Anthropic HH": (
        "hh",
        {"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "\n\nHuman: q\n\nAssistant: b"},
    ),
    "Anthropic HH, prompt apart": (
        "hh-prompt",
        {"prompt": "\n\nHuman: q\n\nAssistant:", "chosen": "a", "rejected": "b"},
    ),
    "Alpaca": ("alpaca", {"instruction": "q", "input": "", "chosen": "a", "rejected": "b"}),
    "LLaMA-Factory v1": (
        "llamafactory-v1",
        {
            "chosen_messages": [said("user", [part("q")]), said("assistant", [part("a")])],
            "rejected_messages": [
                said("user", [part("q")]),
                said("assistant", [{"type": "text", "value": "b"}]),
            ],
        },
    ),
    "OpenAI": (
        "openai",
        {
            "input": {"messages": [said("user", "q")], "tools": [], "parallel_tool_calls": True},
            "preferred_output": [said("assistant", "a")],
            "non_preferred_output": [said("assistant", "b")],
        },
    ),
    "OpenAI, content parts": (
        "openai",
        {
            "input": {"messages": [said("user", [part("q")])]},
            "preferred_output": [said("assistant", [part("a")])],
            "non_preferred_output": [said("assistant", [part("b")])],
        },
    ),
    "StackExchange": ("stack", {"qid": 7, "question": "q", "response_j": "a", "response_k": "b"}),
    "Arena": (
        "arena",
        {
            "conversation_a": [said("user", "q"), said("assistant", "b")],
            "conversation_b": [said("user", "q"), said("assistant", "a")],
            "winner": "model_b",
            "model_a": "m",
            "model_b": "n",
        },
    ),
    "Arena in a table": (
        "arena",
        {
            "conversation_a": json.dumps([said("user", "q"), said("assistant", "a")]),
            "conversation_b": json.dumps([said("user", "q"), said("assistant", "b")]),
            "winner": "model_a",
        },
    ),
    "one column an outcome": (
        "arena-one-hot",
        {
            "prompt": '["q"]',
            "response_a": '["b"]',
            "response_b": '["a"]',
            "winner_model_a": "0",
            "winner_model_b": "1",
            "winner_tie": "0",
        },
    ),
    "a winner in a column": (
        "answers",
        {"prompt": "q", "answer_1": "b", "answer_2": "a", "winner": "answer_2"},
    ),
    "Argilla, status": (
        "argilla-rated",
        {"system": "", "input": "q", "chosen": "a", "rejected": "b", "status": "swapped", "rating": [9, 3]},
    ),
    "Argilla, ratings": (
        "ultrafeedback-binarized",
        {"prompt": "q", "chosen": "a", "rejected": "b", "chosen-rating": 4.5, "rejected-rating": "3"},
    ),
}


@pytest.mark.parametrize(("layout", "row"), ONE_PAIR.values(), ids=ONE_PAIR.keys())
def test_one_pair_in_every_tools_words(layout: str, row: Values) -> None:
    assert layout_of(row) == layout
    (pair,) = pairs_of(row)
    assert told(pair) == ("q", "a", "b")
    assert pair.prior_winner is not None
    assert pair.context == ()


TIES: dict[str, tuple[Values, Verdict]] = {
    "Arena": (
        {
            "conversation_a": [said("user", "q"), said("assistant", "a")],
            "conversation_b": [said("user", "q"), said("assistant", "b")],
            "winner": "tie (bothbad)",
        },
        Verdict.BOTH_BAD,
    ),
    "one-hot": (
        {
            "prompt": "q",
            "response_a": "a",
            "response_b": "b",
            "winner_model_a": 0,
            "winner_model_b": 0,
            "winner_tie": 1,
        },
        Verdict.TIE,
    ),
    "status": (
        {"input": "q", "chosen": "a", "rejected": "b", "status": "tie", "rating": [9, 9]},
        Verdict.TIE,
    ),
    "level ratings": (
        {"prompt": "q", "chosen": "a", "rejected": "b", "chosen-rating": 4, "rejected-rating": 4.0},
        Verdict.TIE,
    ),
}


@pytest.mark.parametrize(("row", "verdict"), TIES.values(), ids=TIES.keys())
def test_a_tie_stays_a_tie(row: Values, verdict: Verdict) -> None:
    (pair,) = pairs_of(row)
    assert pair.prior_winner is verdict
    assert told(pair) == ("q", "a", "b")


def test_the_turns_before_the_last_are_the_context() -> None:
    before = "\n\nHuman: Hi\n\nAssistant: Hello\n\nHuman: q\n\nAssistant:"
    (pair,) = pairs_of({"chosen": before + " a\n\nb", "rejected": before + "c "})
    assert pair.context == (Message(speaker=USER, content="Hi"), Message(speaker=ASSISTANT, content="Hello"))
    assert told(pair) == ("q", "a\n\nb", "c ")
    alpaca = {"instruction": "q", "input": "", "history": [["Hi", "Hello"]], "chosen": "a", "rejected": "b"}
    assert pairs_of(alpaca)[0].context == pair.context


def test_instruction_and_input_are_joined_as_llama_factory_joins_them() -> None:
    (pair,) = pairs_of({"instruction": "Add.", "input": "2 + 2", "chosen": "4", "rejected": "5"})
    assert pair.prompt == "Add.\n2 + 2"


SCORED = {"prompt": "q", "responses": ["a", "b", "c", "d"], "scores": [5, 2, 5, 3]}
RULES = {
    Rule.BEST_WORST: [("a", "b")],
    Rule.BEST_REST: [("a", "d"), ("a", "b")],
    Rule.NEIGHBOURS: [("a", "d"), ("c", "d"), ("d", "b")],
    Rule.ALL: [("a", "d"), ("a", "b"), ("c", "d"), ("c", "b"), ("d", "b")],
}


@pytest.mark.parametrize(("rule", "expected"), RULES.items(), ids=RULES.keys())
def test_a_rule_says_which_pairs_a_list_makes_and_level_answers_make_none(
    rule: Rule, expected: list[tuple[str, str]]
) -> None:
    assert [told(pair)[1:] for pair in pairs_of(SCORED, rule)] == expected


def test_a_list_is_not_paired_before_a_person_has_said_how() -> None:
    mapping = formats.recognise(list(SCORED), [SCORED])
    assert mapping is not None
    assert mapping.needs_rule
    assert not formats.with_rule(mapping, Rule.ALL).needs_rule


def completion(text: str, mean: object, overall: float, model: str) -> dict[str, object]:
    return {"response": text, "fine-grained_score": mean, "overall_score": overall, "model": model}


LISTS: dict[str, tuple[str, Values]] = {
    "UltraFeedback": (
        "ultrafeedback",
        {
            "instruction": "q",
            "completions": [
                completion("b", 2.0, 10, "m"),
                completion("a", 4.5, 8, "n"),
                completion("c", None, 1, "o"),
            ],
        },
    ),
    "distilabel": (
        "distilabel",
        {"instruction": "q", "generations": ["b", "a"], "ratings": [1, 5], "generation_models": ["m", "n"]},
    ),
    "Nectar": (
        "nectar",
        {
            "prompt": "\n\nHuman: q\n\nAssistant: ",
            "answers": [
                {"answer": "a", "rank": 1.0, "model": "n"},
                {"answer": "b", "rank": 2.0, "model": "m"},
            ],
        },
    ),
    "ranks": ("ranked", {"prompt": "q", "responses": ["b", "a"], "ranks": [2, 1], "models": ["m", "n"]}),
}


@pytest.mark.parametrize(("layout", "row"), LISTS.values(), ids=LISTS.keys())
def test_lists_of_every_tool_name_the_better_answer_and_its_model(layout: str, row: Values) -> None:
    assert layout_of(row) == layout
    (pair,) = pairs_of(row, Rule.BEST_WORST)
    assert told(pair) == ("q", "a", "b")
    assert (pair.origin_1 if pair.prior_winner is Verdict.ANSWER_1 else pair.origin_2) == "n"


REFUSED: dict[str, tuple[Values, str]] = {
    "a number for a winner": (
        {"prompt": "q", "answer_1": "a", "answer_2": "b", "winner": 1},
        "does not say for certain who won",
    ),
    "two winners": (
        {
            "prompt": "q",
            "response_a": "a",
            "response_b": "b",
            "winner_model_a": 1,
            "winner_model_b": 0,
            "winner_tie": 1,
        },
        "2 of winner_model_a, winner_model_b, winner_tie are 1",
    ),
    "conversations that part early": (
        {
            "conversation_a": [
                said("user", "q"),
                said("assistant", "x"),
                said("user", "r"),
                said("assistant", "a"),
            ],
            "conversation_b": [
                said("user", "q"),
                said("assistant", "y"),
                said("user", "r"),
                said("assistant", "b"),
            ],
            "winner": "model_a",
        },
        "differ before their last message",
    ),
    "a rating that contradicts": (
        {"prompt": "q", "chosen": "a", "rejected": "b", "chosen-rating": 1, "rejected-rating": 5},
        "the row says two things",
    ),
    "tools": (
        {
            "input": {"messages": [said("user", "q")], "tools": [{"type": "function"}]},
            "preferred_output": [said("assistant", "a")],
            "non_preferred_output": [said("assistant", "b")],
        },
        "offers tools",
    ),
    "an HH row of another kind": (
        {"chosen": "\n\nHuman: q\n\nAssistant: a", "rejected": "b"},
        "“rejected” does not begin with a blank line",
    ),
    "a score in words": ({**SCORED, "scores": [1, 2, 3, "good"]}, "holds 'good', which is no number"),
    "scores of other answers": ({**SCORED, "scores": [1, 2]}, "4 answers and 2 values"),
}


@pytest.mark.parametrize(("row", "sentence"), REFUSED.values(), ids=REFUSED.keys())
def test_what_does_not_say_who_won_is_refused(row: Values, sentence: str) -> None:
    with pytest.raises(refusing.Refused, match=sentence):
        pairs_of(row, Rule.ALL)


@pytest.mark.parametrize("scores", [[3, 3, 3, 3], [3, None, "N/A", float("nan")]], ids=["level", "one score"])
def test_a_list_without_a_better_answer_is_kept_aside(scores: list[object]) -> None:
    with pytest.raises(refusing.Aside):
        pairs_of({**SCORED, "scores": scores}, Rule.ALL)


UNPAIRED: dict[str, Values] = {
    "kto": {"prompt": "q", "completion": "a", "label": True},
    "kto messages": {"messages": [said("user", "q"), said("assistant", "a")], "label": "true"},
    "kto-sharegpt": {
        "conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}],
        "kto_tag": 1,
    },
    "kto-alpaca": {"instruction": "q", "input": "", "output": "a", "kto_tag": True},
    "kto, sides as messages": {
        "prompt": [said("user", "q")],
        "completion": [said("assistant", "a")],
        "label": True,
    },
}


@pytest.mark.parametrize("row", UNPAIRED.values(), ids=UNPAIRED.keys())
def test_an_answer_alone_is_half_a_pair(row: Values) -> None:
    mapping: ColumnMapping | None = formats.recognise(list(row), [row])
    assert mapping is not None
    half = rows.half_from(row, mapping, line=1)
    assert (half.context, half.prompt, half.answer, half.good) == ((), "q", "a", True)
