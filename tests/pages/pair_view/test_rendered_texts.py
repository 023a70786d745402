"""A rendered text is rendered once while it is remembered, and memory stays bounded."""

from pages.parts.pair_view.rendered_texts import RenderedTexts


def test_a_text_is_rendered_once_and_the_one_not_asked_for_longest_makes_room() -> None:
    rendered: list[str] = []

    def render(text: str) -> str:
        rendered.append(text)
        return text * 100

    texts = RenderedTexts(700)  # each entry takes 300: two fit
    for text in ("a", "b", "a", "c", "a", "b"):
        assert texts.of(text, render) == text * 100
    assert rendered == ["a", "b", "c", "b"]
