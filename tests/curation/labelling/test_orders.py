"""Whatever is labelled first is a fair sample of every source and of every cluster of prompts."""

import numpy as np
import pytest
from numpy.typing import NDArray

from curation import text
from curation.database import Database
from curation.labelling import decisions, orders, pairs, queue
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision, a_pair

SIZES = (60, 25, 10, 2)  # of clusters, in either source, beside as many prompts that are alone


def strata(seed: int) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Two sources, one three times the other, with clusters of SIZES and as many alone; shape (776,)."""
    sizes = [(0, size) for size in SIZES] + [(1, 3 * size) for size in SIZES]
    cluster = [np.full(size, number) for number, (_, size) in enumerate(sizes)]
    alone = [np.full(size, orders.ALONE) for _, size in sizes]
    source = [np.full(size, number) for number, size in sizes]
    shuffle = np.random.default_rng(seed).integers(0, 2**63, size=2 * sum(size for _, size in sizes))
    return np.concatenate(source * 2).astype(np.int32), np.concatenate(cluster + alone), shuffle


@pytest.mark.parametrize("share", [0.1, 0.25, 0.5, 0.9])
def test_any_beginning_holds_every_source_exactly_and_every_cluster_closely_in_its_share(
    share: float,
) -> None:
    for seed in range(20):
        source, cluster, shuffle = strata(seed)
        first = orders.proportional(source, cluster, shuffle)[: int(share * len(source))]
        for number in (0, 1):
            of_source = np.count_nonzero(source[first] == number)
            assert abs(of_source - share * np.count_nonzero(source == number)) <= 1
        for number in range(len(SIZES) * 2):
            size = np.count_nonzero(cluster == number)
            # In a merely random order, 3 standard deviations are 17 pairs of 180.
            assert abs(np.count_nonzero(cluster[first] == number) - share * size) <= 2 + 0.01 * size


def test_a_pair_that_is_alone_comes_as_early_as_one_of_a_large_cluster() -> None:
    times = 400
    first = np.zeros(len(strata(0)[0]))
    for seed in range(times):
        source, cluster, shuffle = strata(seed)
        first[orders.proportional(source, cluster, shuffle)[: len(source) // 10]] += 1
    alone = first[cluster == orders.ALONE].mean() / times
    large = first[cluster == 0].mean() / times
    assert abs(alone - 0.1) < 0.01
    assert abs(large - 0.1) < 0.01
    assert abs(first / times - 0.1).max() < 0.075  # five standard deviations


def test_where_nothing_is_known_of_prompts_the_order_is_random_within_each_source() -> None:
    source, cluster, shuffle = strata(0)
    order = orders.proportional(source, np.full_like(cluster, orders.ALONE), shuffle)
    assert sorted(order) == list(range(len(source)))
    assert abs(np.corrcoef(np.argsort(order), np.arange(len(source)))[0, 1]) < 0.2


def test_no_pairs_have_an_empty_order() -> None:
    nothing = np.zeros(0, dtype=np.int64)
    assert len(orders.proportional(nothing.astype(np.int32), nothing, nothing)) == 0


def group(db: Database, clusters: dict[str, str]) -> None:
    """As a look for wrong labels leaves it."""
    with db.writing() as tx:
        tx.execute("DELETE FROM prompt_group")
        for pair_id, cluster in clusters.items():
            tx.execute(
                "INSERT INTO prompt_group (pair_id, cluster, language, measured)"
                " VALUES ($pair, $cluster, 'en', $now)",
                {"pair": pair_id, "cluster": cluster, "now": NOW},
            )


def served(db: Database, name: str, count: int) -> list[str]:
    return [task.pair_id for task in queue.next_for(db, name, limit=count, now=NOW)]


def test_the_queue_follows_the_clusters_of_a_look_as_soon_as_it_is_over() -> None:
    db, ids = a_database(60)
    (first,) = served(db, "ann-1", 1)
    decisions.record(db, a_decision(first))
    group(db, {pair_id: f"cluster {number % 6}" for number, pair_id in enumerate(ids)})
    given = served(db, "ann-2", 12)
    counts = [sum(ids.index(pair_id) % 6 == number for pair_id in given) for number in range(6)]
    assert max(counts) - min(counts) <= 2
    assert first not in given


def test_pairs_that_came_after_the_look_are_served_as_well() -> None:
    db, ids = a_database(4)
    group(db, dict.fromkeys([*ids, text.digest(["a pair of another time"])], "cluster"))
    assert len(served(db, "ann-1", 4)) == 4
    with db.writing() as tx:
        pairs.add(tx, [a_pair(number) for number in range(4, 8)], NOW)
    assert len(served(db, "ann-2", 9)) == 4
