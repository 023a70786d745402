"""What training would cut of a conversation, estimated."""

from hypothesis import given
from hypothesis import strategies as st

from curation.validation import cuts, texts

EIGHTY = "word " * 64  # 320 characters, 80 tokens


def test_answers_lose_their_ends_and_prompts_their_beginnings() -> None:
    # The prompt has 80 tokens and 5 of its turn, 35 beyond 50: 140 characters. Of 100 tokens 50 are left
    # for an answer, 5 of them its turn's: 180 characters.
    cut = cuts.marked((), EIGHTY, [EIGHTY, "Short."], max_length=100, max_prompt_length=50)
    assert cut.prompt_tokens == 85
    assert cut.prompt.spans == ((0, 140),)
    assert [each.spans for each in cut.answers] == [((180, 320),), ()]


def test_the_oldest_turns_go_first() -> None:
    cut = cuts.marked((EIGHTY, "Short."), "Why?", ["Yes."], max_length=100, max_prompt_length=50)
    assert [bool(turn.spans) for turn in cut.earlier] == [True, False]
    assert cut.prompt.spans == ()


@given(st.text(), st.lists(st.text(), max_size=3), st.integers(16, 200))
def test_nothing_is_marked_of_what_fits_and_something_of_what_does_not(
    prompt: str, earlier: list[str], limit: int
) -> None:
    cut = cuts.marked(earlier, prompt, ["a"], max_length=limit + 6, max_prompt_length=limit)
    marks = [*cut.earlier, cut.prompt]
    asked = [*earlier, prompt]
    assert cut.prompt_tokens == sum(texts.tokens(each) + texts.TURN_OVERHEAD for each in asked)
    if cut.prompt_tokens <= limit:
        assert not any(each.spans for each in marks)
    elif all(asked):
        assert any(each.spans for each in marks)
