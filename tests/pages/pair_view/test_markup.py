"""Texts become HTML that reads well, hides nothing and is done in time."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pages.parts.pair_view import markup


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("**bold** and `code`", "<strong>bold</strong> and <code>code</code>"),
        ("one\ntwo", "one<br>\ntwo"),
        ("3. three\n4. four", '<ol start="3" dir="auto">'),
        ("99. a\n100. b", '<ol start="99" dir="auto" class="digits-3">'),
        ("1001. one", '<ol start="1001" dir="auto" class="digits-4">'),
        ("1. a\n   * b\n   * c", '<ol dir="auto">'),
        ("| a |\n|--:|\n| 1 |", '<td style="text-align:right" dir="auto">1</td>'),
        ("```python\nreturn 1\n```", '<span class="c-k">return</span>'),
        ("```klingon\nbatlh\n```", '<span class="language">klingon</span><code>batlh\n</code>'),
        ("$x^2$", "<msup><mi>x</mi><mn>2</mn></msup>"),
        (r"\(x_1\)", "<msub><mi>x</mi><mn>1</mn></msub>"),
        ("$$\\frac{1}{2}$$", '<math display="block"><mrow><mfrac>'),
        ("\\[\na\n- b\n\\]", "<mi>a</mi><mo>−</mo><mi>b</mi>"),
        (r"\begin{align}a&=b\end{align}", '<mtd columnalign="right"><mi>a</mi></mtd>'),
    ],
)
def test_markdown_code_and_mathematics_are_formatted(source: str, html: str) -> None:
    assert html in markup.render(source)


def test_money_is_not_mathematics() -> None:
    assert markup.render("It costs $5 and $10 more.") == '<p dir="auto">It costs $5 and $10 more.</p>\n'


@pytest.mark.parametrize("source", [r"$\frac{1}{$", r"$\left($", "$" + "{" * 60 + "}" * 60 + "$"])
def test_mathematics_that_cannot_be_set_is_shown_as_written(source: str) -> None:
    assert source.strip("$") in markup.render(source)
    assert "<math" not in markup.render(source)


def test_the_address_of_a_link_is_shown_and_cannot_be_followed() -> None:
    html = markup.render("[a bank](https://evil.example)")
    assert "(https://evil.example)" in html
    assert "<a" not in html
    assert "href" not in html


@pytest.mark.parametrize(
    "hidden",
    [
        pytest.param("[1]: https://a.b 'secret'", id="reference"),
        pytest.param("<!-- secret -->", id="comment"),
        pytest.param('[x](https://a.b "secret")', id="title"),
        pytest.param("```js secret\n```", id="fence"),
        pytest.param("> " * 25 + "secret", id="deep quote"),
        pytest.param("&#115;ecret", id="entity"),
    ],
)
def test_nothing_that_an_answer_says_is_swallowed(hidden: str) -> None:
    assert "secret" in markup.render(hidden)


def test_signs_that_turn_the_reading_direction_are_named_not_obeyed() -> None:
    assert markup.render("a\u202eb") == '<p dir="auto">a<span class="sign">U+202E</span>b</p>\n'


def test_blanks_around_a_text_are_told_apart() -> None:
    assert markup.edges(" a\n\n") == ("␣", "↵↵")
    assert markup.edges("a b") == ("", "")
    assert markup.edges(" " * 40 + "x") == ("␣" * 12 + "… (40)", "")


HOSTILE = {
    **{
        sign: sign * (30_000 // len(sign))
        for sign in ("[", "![", "*a_ ", "a**b", "$a", "\\[\n", "> - ", "`", "&#x")
    },
    "wide table": "|" + "a|" * 10_000 + "\n|" + "-|" * 10_000 + "\n" + "|x\n" * 500,
    "html": "```html\n" + "<a " * 6_000,
    "python": "```python\n" + "'" * 19_000,
    "brackets": "$" + r"\left(" * 330 + "$",
}


@pytest.mark.parametrize("source", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_text_is_rendered_within_seconds(source: str) -> None:
    began = time.thread_time()
    html = markup.render(source)
    assert time.thread_time() - began < 5
    assert len(html) < 5_000_000


def test_what_takes_too_long_is_shown_as_plain_text() -> None:
    long = "a < b\n" * 20_000
    assert markup.render(long).startswith('<div class="plain">a &lt; b\n')


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>&\"'/=! -[]()*_`$\\{}|:#\n\tabjs"), max_size=60))
def test_no_text_makes_an_element_that_acts(source: str) -> None:
    html = markup.render(source).lower()
    assert not [
        word
        for word in ("<script", "<img", "<a ", "<iframe", "<svg", "<style", "href=", "src=")
        if word in html
    ]
