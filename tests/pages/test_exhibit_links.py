"""What stands in an address comes back as the same list; whatever else stands there asks for none."""

from urllib.parse import parse_qsl, unquote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.model import Verdict
from curation.quality.exhibits import Exhibit, Kind
from pages.parts import exhibit_links, exhibit_words

NAMES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=9)
VERDICTS = st.sampled_from([verdict for verdict in Verdict if verdict.is_vote])


@given(
    st.builds(
        Exhibit, kind=st.sampled_from(Kind), who=st.none() | NAMES, other=st.none() | NAMES,
        verdict=st.none() | VERDICTS, other_verdict=st.none() | VERDICTS, source=st.none() | NAMES,
        low=st.none() | st.floats(1, 9),
    )
)  # fmt: skip
def test_an_address_is_read_as_the_list_it_was_made_of(exhibit: Exhibit) -> None:
    address = urlsplit(str(exhibit_links.linked("9 % of 12", exhibit)))
    assert exhibit_links.read(dict(parse_qsl(address.query, keep_blank_values=True))) == exhibit
    assert (address.path, unquote(address.fragment)) == ("browse", "9 % of 12")


@pytest.mark.parametrize(
    "given_there",
    [
        {},
        {"behind": "nothing"},
        {"behind": "cell", "verdict": "maybe"},
        {"behind": "cell", "verdict": "skip"},
        {"behind": "band", "low": "wide"},
    ],
    ids=["nothing", "unknown kind", "unknown verdict", "no vote", "no number"],
)
def test_an_address_that_makes_no_sense_asks_for_no_list(given_there: dict[str, str]) -> None:
    assert exhibit_links.read(given_there) is None


@pytest.mark.parametrize("kind", Kind)
def test_every_list_says_in_words_what_it_holds_and_no_name_draws(kind: Kind) -> None:
    exhibit = Exhibit(kind=kind, who="![x](http://e.org)", other="b", verdict=Verdict.TIE, sign="list")
    words = exhibit_words.of(exhibit, {"b": "Bob"})
    assert words
    assert "![x](" not in words


@pytest.mark.parametrize(
    ("exhibit", "words"),
    [
        (Exhibit(kind=Kind.SHARED), "judged by two or more"),
        (Exhibit(kind=Kind.CELL, who="b", other="c"), "judged by Bob and c"),
        (Exhibit(kind=Kind.TIMED, who="b", low=2, high=5.5), "Bob took 2 to 5.5 seconds"),
    ],
    ids=["nobody in particular", "no verdict", "a span"],
)
def test_a_gap_that_was_not_asked_for_has_a_sentence_of_its_own(exhibit: Exhibit, words: str) -> None:
    assert exhibit_words.of(exhibit, {"b": "Bob"}) == words
