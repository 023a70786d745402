"""Columns of a release say what its rows would say one by one."""

import duckdb
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curation import text
from curation.model import Message, Speaker, Tier
from curation.release import rows
from curation.validation import texts

EDGES = st.text(st.sampled_from("a \t\n\x1c\x85\xa0\u2003\u3000\ufeff\u200b\u2060\u200c"), max_size=6)
SYSTEM = Message(speaker=Speaker.SYSTEM, content="Be brief.")
UNSEEN = Message(speaker=Speaker.SYSTEM, content="\u200b ")
ASKED = Message(speaker=Speaker.USER, content="Why?")
ANSWERED = Message(speaker=Speaker.ASSISTANT, content="So.")
CONTEXTS = [(), (SYSTEM,), (UNSEEN,), (SYSTEM, ASKED, ANSWERED), (UNSEEN, ASKED, ANSWERED)]


@settings(deadline=None)
@given(st.lists(st.tuples(EDGES, EDGES).map("漢 b".join), min_size=1, max_size=5))
def test_answers_are_trimmed_as_each_alone(answers: list[str]) -> None:
    said = rows._said(pa.array(answers)).to_pylist()
    assert said == [[{"role": "assistant", "content": texts.trimmed(answer)}] for answer in answers]


@settings(deadline=None)
@given(st.lists(st.sampled_from(CONTEXTS), min_size=1, max_size=8))
def test_every_row_has_its_own_turns_and_its_prompt_last(contexts: list[tuple[Message, ...]]) -> None:
    prompts = [f"prompt {number}" for number in range(len(contexts))]
    made = rows._conversations(pa.array(map(text.context_json, contexts)), pa.array(prompts)).to_pylist()
    assert made == [
        [
            *({"role": turn.speaker.value, "content": turn.content} for turn in turns if turn is not UNSEEN),
            {"role": "user", "content": prompt},
        ]
        for turns, prompt in zip(contexts, prompts, strict=True)
    ]


def test_how_likely_the_chosen_answer_is_the_better_one() -> None:
    tiers = [Tier.GOLD, Tier.PRIOR, Tier.SINGLE, Tier.MAJORITY]
    # settled: 1; nobody: null; 1 of 1: (1 + 1) / (1 + 2); 2 of 3 and a tie: (2 + 1/2 + 1) / (3 + 2)
    found = rows.p_chosen(
        pa.array([tier.value for tier in tiers]),
        votes=pa.array([0, 0, 1, 3]),
        for_winner=pa.array([0, 0, 1, 2]),
        undecided=pa.array([0, 0, 0, 1]),
    )
    assert found.to_pylist() == [1.0, None, 2 / 3, 0.7]


@pytest.mark.parametrize("number", [0, 1, 999, 1000, 1001, 4100])
def test_chunks_are_of_one_size_and_hold_every_row_in_its_order(number: int) -> None:
    with duckdb.connect() as connection:
        found = connection.sql(f"SELECT n FROM range({number}) AS numbers(n) ORDER BY n")
        chunks = [read["n"].to_pylist() for read in rows._chunks(found)]
    assert [n for chunk in chunks for n in chunk] == list(range(number))
    assert {len(chunk) for chunk in chunks[:-1]} <= {rows.CHUNK}
    assert all(len(chunk) <= rows.CHUNK for chunk in chunks)
