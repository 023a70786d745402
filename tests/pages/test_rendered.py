"""Texts of answers on pages other than the label screen: the same look, and still nothing but text."""

import json
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from pages.parts import rendered
from pages.parts.pair_view import component

PARTS = Path(rendered.__file__).parent


def drawn(text: str) -> str:
    def script(text: str) -> None:
        from pages.parts import rendered

        rendered.show(text)

    page = AppTest.from_function(script, kwargs={"text": text}, default_timeout=30).run()
    assert not page.exception
    return str(json.loads(page.main.children[0].proto.json)["html"])


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("**b**", '<p dir="auto"><strong>b</strong></p>\n'),
        ("<script>alert(1)</script>", '<p dir="auto">&lt;script&gt;alert(1)&lt;/script&gt;</p>\n'),
        ("", '<span class="nothing">empty</span>'),
    ],
    ids=["markdown", "script", "empty"],
)
def test_a_text_is_drawn_as_the_sanitiser_left_it(text: str, html: str) -> None:
    assert drawn(text) == html


def test_blanks_at_the_edges_are_named() -> None:
    html = drawn(" a\n")
    assert html.startswith('<div class="edge">Begins with ␣</div>')
    assert html.endswith('<div class="edge">Ends with ↵</div>')


def test_the_style_of_texts_is_written_once() -> None:
    assert ".text pre.code" in component.TEXT_STYLE
    for style in (PARTS / "rendered.css", PARTS / "pair_view" / "pair_view.css"):
        assert ".text pre" not in style.read_text(encoding="utf-8")
    for style_text in (component.TEXT_STYLE, *(path.read_text() for path in PARTS.glob("rendered.*s"))):
        assert "http" not in style_text
        assert "@import" not in style_text
