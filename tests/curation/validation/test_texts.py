"""Facts of texts, without a database."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation import text
from curation.validation import clusters, texts

WEIRD = st.text(alphabet=st.sampled_from(" \t\n\u3000\ufeff\u200b\u2060aAßﬁé你.0"), max_size=12)


@given(st.one_of(st.text(max_size=40), WEIRD))
def test_trimming_removes_what_it_says_and_nothing_within(answer: str) -> None:
    trimmed = texts.trimmed(answer)
    assert trimmed in answer
    assert not set(texts.edges(trimmed)) & set(texts.REMOVED_BY_TRIMMING)
    assert texts.trimmed(trimmed) == trimmed


@given(st.one_of(st.text(max_size=40), WEIRD))
def test_what_survives_trimming_is_measured_on_what_is_released(answer: str) -> None:
    surviving = [each for each in texts.edges(answer) if each not in texts.REMOVED_BY_TRIMMING]
    assert surviving == texts.edges(texts.trimmed(answer))


@given(WEIRD, WEIRD)
def test_the_short_cut_for_identical_answers_agrees_with_the_definition(one: str, other: str) -> None:
    facts = texts.facts("p", "[]", "Why?", one, other)
    assert facts.same == (text.folded(one) == text.folded(other))
    assert facts.empty_1 == (text.visible(one) == "")


@given(st.lists(st.sampled_from("aB \n."), min_size=90, max_size=110), st.sampled_from("aB \n."))
def test_the_short_cut_also_agrees_around_the_length_it_looks_at(letters: list[str], last: str) -> None:
    one, other = "".join(letters), "".join(letters[:-1]) + last
    assert texts.facts("p", "[]", "Why?", one, other).same == (text.folded(one) == text.folded(other))


@pytest.mark.parametrize(
    ("content", "expected"),
    [("", 0), ("four", 1), ("five5", 2), ("да", 1), ("你好吗", 3), ("ab cd 你", 3), ("😀😀", 1)],
    ids=["empty", "one", "rounded up", "Cyrillic", "Chinese", "mixed", "emoji"],
)
def test_estimated_tokens(content: str, expected: int) -> None:
    assert texts.tokens(content) == expected


@pytest.mark.parametrize(
    ("answer", "feature"),
    [
        ("Sure, here", "the first word “Sure”"),
        ("你好", "the first word “你”"),
        ("- item", "the first word “-”"),
        ("done.", "the end of a sentence at the end"),
        ("完了。", "the end of a sentence at the end"),
        ("```x```", "a back-tick at the end"),
        ("(x)", "a closing bracket or quote at the end"),
        ("42", "a digit at the end"),
        ("a 😀", "a symbol at the end"),
        ("<s>x", "a beginning-of-text token at the start"),
        ("x<|im_end|>\n", "an end-of-text token at the end"),
    ],
)
def test_edge_features(answer: str, feature: str) -> None:
    assert feature in texts.edges(answer)


def test_a_key_is_the_same_for_prompts_that_read_the_same() -> None:
    assert texts.text_key("What  is\nit?") == texts.text_key("WHAT IS IT?")
    assert texts.text_key("What is it?") != texts.text_key("What is that?")


@pytest.mark.parametrize(
    "context", ["{}", "[1]", '[{"role": "user"}]', '[{"role": "user", "content": 3}]', "["]
)
def test_a_context_that_is_no_list_of_messages_is_a_fault(context: str) -> None:
    assert texts.facts("p", context, "Why?", "a", "b").fault is not None


KEYS = st.sampled_from("abcdefgh")


@given(st.lists(st.tuples(KEYS, KEYS), max_size=12))
def test_clusters_join_exactly_what_links_connect(links: list[tuple[str, str]]) -> None:
    roots = clusters.joined(links)
    for one, other in links:
        assert roots[one] == roots[other]
    # Each cluster can be walked from its root along the links, so nothing was joined without one.
    for key, root in roots.items():
        reached, grew = {root}, True
        while grew:
            more = {end for link in links for end in link if set(link) & reached}
            grew = not more <= reached
            reached |= more
        assert key in reached


@given(st.permutations([("a", "b"), ("c", "d"), ("b", "c"), ("x", "y")]))
def test_clusters_do_not_depend_on_the_order_of_links(links: list[tuple[str, str]]) -> None:
    assert clusters.joined(links) == {"a": "a", "b": "a", "c": "a", "d": "a", "x": "x", "y": "x"}


@given(st.one_of(st.text(max_size=40), WEIRD))
def test_folding_is_nfkc_casefold_and_single_blanks(content: str) -> None:
    plain = unicodedata.normalize("NFKC", content)
    seen = re.sub("[\u200b-\u200d\u2060\ufeff\u00ad\u180e]", "", plain).strip()
    assert text.visible(content) == seen
    assert text.folded(content) == re.sub(r"\s+", " ", seen.casefold()).strip()
