"""Identity, canonical order and normalisation."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import text
from curation.model import Answer, Message, Speaker

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(TEXTS, TEXTS, TEXTS)
def test_identity_does_not_depend_on_which_answer_was_given_first(prompt: str, one: str, other: str) -> None:
    assert text.canonical((), prompt, one, other)[0] == text.canonical((), prompt, other, one)[0]


@given(TEXTS, TEXTS, TEXTS)
def test_an_answer_keeps_its_place_whichever_was_given_first(prompt: str, one: str, other: str) -> None:
    place, swapped = text.canonical((), prompt, one, other)[1], text.canonical((), prompt, other, one)[1]
    assert one == other or place is swapped.other


def test_canonical_order_is_random_over_pairs() -> None:
    places = [text.canonical((), f"prompt {n}", "chosen", "rejected")[1] for n in range(1000)]
    assert 430 < places.count(Answer.ONE) < 570  # 4.4 standard deviations


@given(st.lists(st.text("0123456789abcdef", min_size=32, max_size=32), max_size=20))
def test_many_pairs_are_flipped_as_each_alone(pair_ids: list[str]) -> None:
    assert text.are_flipped(pair_ids) == [text.is_flipped(pair_id) for pair_id in pair_ids]


def test_moving_a_letter_between_fields_makes_another_pair() -> None:
    assert text.canonical((), "ab", "c", "d")[0] != text.canonical((), "a", "bc", "d")[0]


def test_an_item_keeps_apart_pairs_whose_texts_are_equal() -> None:
    assert text.canonical((), "p", "a", "b", "1")[0] != text.canonical((), "p", "a", "b", "2")[0]
    assert text.content_hash((), "p", "a", "b") == text.content_hash((), "p", "b", "a")


@pytest.mark.parametrize("seen", ["", "   ", "\u200b\u2060", "\ufeff", "\u00ad\n"])
def test_what_a_reader_cannot_see_counts_as_empty(seen: str) -> None:
    assert text.visible(seen) == ""


@pytest.mark.parametrize(
    ("left", "right"), [("Yes.", " yes. "), ("ＡＢＣ", "abc"), ("a\n\n b", "a b"), ("STRASSE", "straße")]
)
def test_texts_a_reader_would_call_the_same_fold_to_one(left: str, right: str) -> None:
    assert text.folded(left) == text.folded(right)


@given(st.lists(st.tuples(st.sampled_from(Speaker), TEXTS), max_size=4))
def test_context_survives_the_store(turns: list[tuple[Speaker, str]]) -> None:
    context = tuple(Message(speaker=speaker, content=content) for speaker, content in turns)
    assert text.context_from_json(text.context_json(context)) == context


def test_sides_are_stable_for_a_person_and_random_between_people() -> None:
    sides = [text.left_answer(f"ann-{n}", "p1", 0) for n in range(1000)]
    assert sides == [text.left_answer(f"ann-{n}", "p1", 0) for n in range(1000)]
    assert 430 < sides.count(Answer.ONE) < 570


def test_a_repeat_round_is_seeded_on_its_own() -> None:
    first = [text.left_answer(f"ann-{n}", "p1", 0) for n in range(200)]
    assert first != [text.left_answer(f"ann-{n}", "p1", 1) for n in range(200)]
