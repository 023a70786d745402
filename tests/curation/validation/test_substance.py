"""Answers that refuse, change the language, or run in circles."""

import pytest

from curation.validation import substance


@pytest.mark.parametrize(
    ("answer", "refused"),
    [
        ("I'm sorry, but I can't help with that.", True),
        ("Sorry, I am unable to assist.", True),
        ("I cannot provide that information.", True),
        ("As an AI language model, I don't have access to that.", True),
        ("Unfortunately, I do not have enough information.", True),
        ("I must decline.", True),
        ("I’m not able to do that.", True),
        ("对不起，我无法回答。", True),
        ("Lo siento, no puedo ayudarte.", True),
        ("I'm sorry for your loss. Take your time.", False),
        ("I can help with that.", False),
        ("You cannot divide by zero.", False),
        ("Paris. I cannot say more.", False),
        ("As an AI researcher you should read widely.", False),
    ],
)
def test_a_refusal_opens_the_answer(answer: str, refused: bool) -> None:
    assert substance.refuses(answer) is refused


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("The quick brown fox jumps over the lazy dog near the river bank.", "en"),
        ("Der schnelle braune Fuchs springt über den faulen Hund am Ufer.", "de"),
        ("今天天气很好，我们一起去公园散步吧，你觉得怎么样？", "zh"),
        ("```python\nfor zeile in datei: print(zeile)\n```\nThis prints every line of the file.", "en"),
    ],
    ids=["English", "German", "Chinese", "code is left out"],
)
def test_languages_are_told_apart(content: str, expected: str) -> None:
    found, sure = substance.language(content)
    assert (found, sure > 0.6) == (expected, True)


@pytest.mark.parametrize("content", ["", "Short text.", "`only code that is long enough to tell`", "1 2 3"])
def test_too_little_prose_has_no_language(content: str) -> None:
    assert substance.language(content) == ("", 0.0)


@pytest.mark.parametrize(
    ("prompt", "asked"),
    [
        ("Translate this: good day", True),
        ("Say it in French, please.", True),
        ("What is the weather like in Frankfurt?", False),
    ],
)
def test_a_prompt_may_ask_for_a_language(prompt: str, asked: bool) -> None:
    assert substance.asks_for_language(prompt) is asked


@pytest.mark.parametrize(
    ("lines", "share"),
    [
        (["same line"] * 5 + ["other one", "third one"], round(5 / 7, 4)),
        (["same line"] * 4, 0.0),
        (["}"] * 20 + ["code here"], 0.0),
        ([f"line {number}" for number in range(20)], 0.0),
        ([f"{number}. Adaptability" for number in range(1, 9)], 1.0),
        ([f"{number}) Step {number}" for number in range(1, 9)], 0.0),
    ],
    ids=["five of seven", "four", "brackets", "all different", "numbers of a list", "numbers that are said"],
)
def test_a_line_loops_from_five_times_on(lines: list[str], share: float) -> None:
    assert substance.line_share("\n".join(lines)) == share


def test_repeated_phrases_are_counted_by_six_words() -> None:
    # 60 words are 55 6-grams; a phrase of 6 words has 6 different ones.
    assert substance.gram_share("one two three four five six " * 10) == round(1 - 6 / 55, 4)
    assert substance.gram_share(" ".join(str(number) for number in range(60))) == 0
    assert substance.gram_share("too short to loop") == 0


def test_the_numbers_of_a_list_hide_no_repetition_and_make_none() -> None:
    # 30 words without the numbers are 25 6-grams, 3 of them different.
    looping = " ".join(f"{number}. Be kind today" for number in range(1, 11))
    assert substance.gram_share(looping) == round(1 - 3 / 25, 4)
    assert substance.gram_share(" ".join(f"{number}." for number in range(1, 60))) == 0
    assert (
        substance.gram_share(" ".join(f"{number}. day {number}, week {number}" for number in range(30))) == 0
    )


def test_a_script_without_blanks_loops_too() -> None:
    assert substance.gram_share("我不知道我在说什么" * 30) > 0.9


@pytest.mark.parametrize(
    ("answer", "is_open"),
    [("```py\nx = 1\n```", False), ("See:\n```py\nx = 1", True), ("Use ``` to open a fence.", False)],
)
def test_an_open_fence_is_seen(answer: str, is_open: bool) -> None:
    assert substance.has_open_fence(answer) is is_open
