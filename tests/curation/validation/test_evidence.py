"""What a person is shown of a finding: the part of the text, and what the fix would leave."""

import pytest

from curation.validation import evidence, private, residue

PROMPT = "What is the capital of France?"


@pytest.mark.parametrize(
    ("rule", "content", "parts", "fixed"),
    [
        ("V09", "It is Paris.<|im_end|>", ["<|im_end|>"], "It is Paris."),
        ("V09", "[INST] It is Paris.", ["[INST]"], "It is Paris."),
        ("V09", "It <|im_end|> is Paris.", ["<|im_end|>"], None),
        ("V10", "A cafÃ© au lait", ["Ã©"], "A café au lait"),
        ("V11", f"{PROMPT}\nParis.", [PROMPT], "Paris."),
        ("V11", f"“{PROMPT}” Paris.", [f"“{PROMPT}”"], "Paris."),
        ("V11", f"{PROMPT.upper()}\nParis.", [], None),
        ("V11", PROMPT, [PROMPT], None),
        ("V16", "- Paris\nLyon! \u2600", ["- P", "!", "\u2600"], None),
        ("V26", "Der Fluss entspringt in den Bergen und fließt durch viele kleine Städte.",
         ["Der Fluss entspringt in den Bergen und fließt durch viele kleine Städte."], None),
        ("V12", " Paris.\n", [" ", "\n"], "Paris."),
        ("V12", "  \n", ["  \n"], ""),
        ("V25", "I'm sorry, but I can't say.", ["I'm sorry, but I can't"], None),
        ("V27", "Ask anna@gmx.de or +49 30 901820.", ["anna@gmx.de", "+49 30 901820"],
         "Ask [e-mail address] or [telephone number]."),
        ("V28", "Yes.\n" + "No idea.\n" * 6, ["No idea."] * 5, None),
        ("V28", "".join(f"{number}. No idea.\n" for number in range(1, 6)),
         [f"{number}. No idea." for number in range(2, 6)], None),
        ("V28", "Code:\n```python\nx", ["```"], None),
    ],
)  # fmt: skip
def test_the_part_a_rule_found_is_marked_and_the_fix_shown(
    rule: str, content: str, parts: list[str], fixed: str | None
) -> None:
    marked = evidence.marked(rule, content, prompt=PROMPT)
    assert [content[start:end] for start, end in marked.spans] == parts
    assert marked.fixed == fixed


@pytest.mark.parametrize("rule", ["V09", "V10", "V11", "V12", "V25", "V27", "V28", "V20"])
def test_nothing_is_marked_in_a_text_that_is_fine(rule: str) -> None:
    assert evidence.marked(rule, "It is Paris.", prompt=PROMPT).spans == ()


@pytest.mark.parametrize("content", ["Fine.</s>", "A <|eot_id|> b", "Assistant: c", "No token."])
def test_a_token_is_marked_exactly_where_the_rule_names_one(content: str) -> None:
    assert bool(residue.token_spans(content)) == (residue.template_token(content) is not None)


@pytest.mark.parametrize(
    "content", ["219-09-9999", "4539 1488 0343 6467", "a@b.de", "8.8.8.8", "93.184.216.34"]
)
def test_private_data_is_marked_exactly_where_the_rule_names_some(content: str) -> None:
    assert bool(private.found(content)) == (private.personal(content) is not None)


def test_the_part_of_a_protected_prompt_is_marked_whatever_its_numbers() -> None:
    question = "A train leaves the town at 5 and arrives at the sea at 9 in the evening."
    content = f"Solve this. {question.replace('5', '6')} Think."
    ((start, end),) = evidence.marked("V22", content, prompt=question).spans
    assert content[start:end] == question.replace("5", "6").rstrip(".")


def test_repeated_words_are_marked_from_their_second_time_on() -> None:
    content = "one two three four five six. " * 4
    ((start, end),) = evidence.marked("V28", content).spans
    assert content[:start].split() == ["one", "two", "three", "four", "five", "six."]
    assert content[end:].strip() == ""
