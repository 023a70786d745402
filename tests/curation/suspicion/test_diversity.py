"""Effective numbers, and the groups of a workspace."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curation.database import Database
from curation.labelling import browse
from curation.labelling.matching import Filter
from curation.quality import exhibits
from curation.quality.exhibits import Exhibit, Kind
from curation.suspicion import detection, diversity
from tests.curation.conftest import NOW, APair

SIZES = st.lists(st.integers(1, 50), min_size=1, max_size=20)


def test_textbook_effective_number() -> None:
    # shares 1/2, 1/4, 1/4: entropy 1.5 ln 2, exp of it 2^1.5
    assert diversity.effective_number([2, 1, 1]) == pytest.approx(2**1.5)
    assert diversity.effective_number([]) is None


@given(SIZES)
def test_it_lies_between_one_and_the_number_of_groups(sizes: list[int]) -> None:
    found = diversity.effective_number(sizes) or 0.0
    assert 1 - 1e-9 <= found <= len(sizes) + 1e-9


@given(st.integers(1, 30), st.integers(1, 50))
def test_equal_groups_count_fully(groups: int, size: int) -> None:
    assert diversity.effective_number([size] * groups) == pytest.approx(groups)


@given(SIZES)
def test_it_is_the_vendi_score_of_the_clusters(sizes: list[int]) -> None:
    # Eigenvalues of K / n, with K all ones within a cluster: the cluster's share, once each.
    shares = [size / sum(sizes) for size in sizes]
    vendi = math.exp(-sum(share * math.log(share) for share in shares))
    assert diversity.effective_number(sizes) == pytest.approx(vendi)


def test_a_look_finds_the_groups_and_browse_opens_their_pairs(db: Database, a_pair: APair) -> None:
    question = "Please write a long and friendly letter to the old man who lives at the end of our street"
    same = {a_pair(f"yes {number}", "no", prompt=question).id for number in range(3)}
    a_pair(prompt="Was ist die Hauptstadt von Frankreich, und wie viele Menschen leben dort?")
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, imported_by, imported, accepted)"
            " VALUES ('source-1', 'file', 'a.jsonl', 'trl', 'lead', $now, 4)",
            {"now": NOW},
        )
    assert diversity.latest(db) is None
    detection.detect(db, by="lead", now=NOW)
    found = diversity.latest(db)
    assert found is not None
    assert (found.pairs, found.clusters, found.largest[0].pairs) == (4, 2, 3)
    assert exhibits.votes(db, Exhibit(kind=Kind.GROUPED)) == 4
    assert exhibits.votes(db, Exhibit(kind=Kind.CROWDED)) == round(4 * found.tenth) == 3
    assert [each.words for each in found.largest] == [question]  # a pair alone is no cluster to look at
    assert [(each.words, each.pairs) for each in found.languages] == [("en", 3), ("de", 1)]
    assert [(each.words, each.pairs) for each in found.sources] == [("a.jsonl", 4)]
    assert set(browse.every_id(db, Filter(cluster=found.largest[0].key))) == same
    assert len(browse.every_id(db, Filter(language="de"))) == 1
