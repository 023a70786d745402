"""The difference view marks what one answer has alone, and never lets an answer write HTML."""

import html
import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.parts import word_difference
from pages.parts.pair_view import markup


def marked(page: str) -> list[str]:
    return [html.unescape(part).strip() for part in re.findall("<mark>(.*?)</mark>", page, re.DOTALL)]


@pytest.mark.parametrize(
    ("one", "other", "left", "right"),
    [
        ("The sky is blue.", "The sky is red.", ["blue"], ["red"]),
        ("a b c", "a c", ["b"], []),
        ("same words", "same words", [], []),
        ("", "all new", [], ["all new"]),
        ("我喜欢茶", "我喜欢咖啡", ["茶"], ["咖啡"]),
    ],
    ids=["one word", "a word less", "equal", "empty", "without blanks"],
)
def test_only_words_of_one_side_are_marked(one: str, other: str, left: list[str], right: list[str]) -> None:
    found = word_difference.html(one, other)
    assert (marked(found[0]), marked(found[1])) == (left, right)


@given(st.text(), st.text())
def test_nothing_of_a_text_is_lost_and_no_tag_of_it_survives(one: str, other: str) -> None:
    for text, page in zip((one, other), word_difference.html(one, other), strict=True):
        bare = re.sub(r'^<div class="plain">|</div>$|</?mark>', "", page)
        shown = re.sub(r'<span class="sign">U\+([0-9A-F]{4,5})</span>', lambda m: chr(int(m[1], 16)), bare)
        assert "<" not in shown
        assert html.unescape(shown) == html.unescape(html.escape(text))


def test_two_long_answers_are_compared_while_a_person_waits() -> None:
    one = " ".join(f"word{number % 700} and the" for number in range(2300))
    other = " ".join(f"word{number % 650} and a" for number in range(2300))
    started = time.perf_counter()
    assert marked(word_difference.html(one, other)[0])
    assert time.perf_counter() - started < 10


def test_texts_too_long_to_compare_are_shown_unmarked() -> None:
    one, other = word_difference.html("x " * word_difference.MAX_CHARACTERS, "y")
    assert "<mark>" not in one + other


def test_two_versions_of_a_text_become_one_that_says_both() -> None:
    page = word_difference.merged("Read <both> answers.", "Read both of the answers.")
    assert page.startswith('<div class="plain">Read ')
    assert re.findall("<ins>(.*?)</ins>", page)[-1].strip() == "of the"
    assert "<both>" not in page


@given(st.text(max_size=60), st.text(max_size=60))
def test_without_what_came_it_is_the_old_text_and_without_what_went_the_new(before: str, after: str) -> None:
    page = word_difference.merged(before, after)
    for tag, text in (("ins", before), ("del", after)):
        rest = re.sub(rf"<{tag}>.*?</{tag}>", "", page, flags=re.DOTALL)
        assert re.sub(r"</?(ins|del|div)[^>]*>", "", rest) == markup.escaped(text)
