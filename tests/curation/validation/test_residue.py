"""What pipelines leave in texts."""

import pytest

from curation.validation import residue


@pytest.mark.parametrize(
    "answer",
    [
        "Fine.<|im_end|>",
        "<|im_start|>assistant\nFine.",
        "<s>[INST] Why? [/INST] So.",
        "So.</s>",
        "So.\n\nHuman: And now?",
        "Assistant: So.",
        "### Response:\nSo.",
        "So.\n### Instruction:\nMore.",
        "A <|endoftext|> in the middle",
        "<start_of_turn>model\nSo.<end_of_turn>",
        "<|begin▁of▁sentence|>So.",
        "<｜User｜>Why?",
        "<|start_header_id|>assistant<|end_header_id|>\n\nSo.",
        "So.<eos>",
        "[CLS] So.",
        "So.\nUser:",
        "<<SYS>> Be brief. <</SYS>>",
    ],
)
def test_a_template_token_or_role_marker_is_found(answer: str) -> None:
    assert residue.template_token(answer) is not None


@pytest.mark.parametrize(
    "answer",
    [
        "Use <s>old</s> to strike through, as in HTML.",
        "BERT puts [CLS] first and [SEP] last in its input.",
        "The user: a person. The assistant: a program.",
        "## Response times\nThey fell.",
        "a <b> and |x| < 3 <|",
        "if (a < |b|) { c |> d }",
        "Human beings: a history",
        "[INSTALL] the package",
        "A system of equations:\n\nx = 1",
        "Humans and assistants work together.",
    ],
)
def test_mark_up_and_prose_about_tokens_are_not(answer: str) -> None:
    assert residue.template_token(answer) is None


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Caf\ufffd", "U+FFFD"),
        ("CafÃ© au lait, schÃ¶n", "wrong encoding"),
        ("donâ€™t", "wrong encoding"),
        ("a\x00b", "U+0000"),
        ("a\x1b[31mred", "U+001B"),
        ("tab\tand\r\nline", None),
        ("Café, naïve, schön, “so”", None),
        ("“Sul” 是 “etelä”，意为“南”。He said “voilà”", None),
        ("“cafÃ©”", "wrong encoding"),
        ("Ð“Ð¾Ð²Ð¾Ñ€Ð¸Ñ‚ “etelä”", "wrong encoding"),
        ("他说：你好。", None),
        ("```\ncode \x07\n```", None),
        ("```\nmojibake Ã© in code\n```", "wrong encoding"),
        ("Ünïcödé 😀", None),
    ],
    ids=[
        "replacement",
        "latin 1",
        "windows",
        "NUL",
        "escape",
        "white space",
        "accents",
        "an accent before a closing quote",
        "quoted and read wrongly",
        "read wrongly beside a quoted word",
        "Chinese",
        "code",
        "read wrongly in code",
        "emoji",
    ],
)
def test_damage_is_told_from_other_alphabets(content: str, found: str | None) -> None:
    said = residue.garbled(content)
    assert (said is None) if found is None else found in (said or "")


@pytest.mark.parametrize(
    ("prompt", "answer", "echoed"),
    [
        ("What is the capital of France?", "What is the capital of France? Paris.", True),
        ("What is the capital of France?", "  What is  the capital of France?\nParis.", True),
        ("What is the capital of France?", "WHAT IS THE CAPITAL OF FRANCE?\nParis.", False),
        ("What is the capital of France?", '"What is the capital of France?" Paris.', True),
        ("What is the capital of France?", "What is the capital of Spain? Madrid.", False),
        ("Why?", "Why? Because.", False),
        ("x" * 19, "x" * 19 + " y", False),
        ("x" * 20, "x" * 20 + " y", True),
        ("long " * 100, "long " * 41 + "not", True),
    ],
    ids=["exact", "folded", "a heading", "quoted", "other", "short", "19", "20", "its first 200 characters"],
)
def test_an_echo_is_the_prompt_at_the_start(prompt: str, answer: str, echoed: bool) -> None:
    assert residue.echoes(prompt, answer) is echoed
