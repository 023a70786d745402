"""What a reviewer reads about how different the prompts are."""

from dataclasses import replace
from datetime import datetime

import pytest
import streamlit as st

from curation.labelling.matching import Filter
from curation.suspicion.diversity import Diversity
from pages.parts import diversity

FOUND = Diversity(
    pairs=1000, clusters=800, effective=790.0, tenth=0.11, largest=(), sources=(), languages=(),
    measured=datetime(2026, 11, 22),
)  # fmt: skip


def test_equally_asked_prompts_are_said_to_be_and_uneven_ones_to_be_worth_fewer() -> None:
    assert diversity.words(FOUND) == "1,000 pairs ask 800 different prompts, nearly all equally often."
    uneven = replace(FOUND, effective=120.4)
    assert diversity.words(uneven).endswith("as diverse as 120 asked equally often.")


def test_without_a_group_in_the_address_the_filter_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "query_params", {"behind": "ties"})
    assert diversity.narrowed(Filter(text="a")) == Filter(text="a")


def test_a_group_in_the_address_narrows_the_filter(monkeypatch: pytest.MonkeyPatch) -> None:
    class Asked(dict[str, str]):  # Streamlit's own has no address outside a browser
        pass

    monkeypatch.setattr(st, "query_params", Asked(cluster="c", language="not clear"))
    assert diversity.narrowed(Filter(text="a")) == Filter(text="a", cluster="c", language="")
