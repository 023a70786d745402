"""The order in which pairs without a vote are offered: random, and fair to sources and prompt clusters."""

import numpy as np
from numpy.typing import NDArray

ALONE = -1
_LOW = 0xFFFFFFFF


def proportional(
    source: NDArray[np.int32], cluster: NDArray[np.int64], shuffle: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Random, with every source and every prompt cluster in its share all along (stratified, rules.md §5).

    Systematic sampling with a random start in each cluster, and in all prompts of a source that are alone: of
    n pairs about t·n are among the first share t of their source, and every pair is among them with chance t.
    Sources then take turns by their sizes, to within one pair. Without the random start small clusters would
    come in the middle, and pairs of large ones first.

    Args:
        source: number of the source of each pair, from 0; shape (pairs,).
        cluster: which pairs have nearly the same prompt, ALONE where that is not known; shape (pairs,).
        shuffle: the random place of each, 63 bits; shape (pairs,).

    Returns:
        Which pair comes first, second and so on; shape (pairs,).

    Source: Madow and Madow (1944), systematic sampling with a random start.
    """
    if len(source) == 0:
        return np.zeros(0, dtype=np.int64)
    _, number, sizes = np.unique(cluster, return_inverse=True, return_counts=True)
    cluster = np.where(sizes[number] == 1, ALONE, cluster)
    grouped = np.lexsort((shuffle, cluster, source))
    same = (source[grouped][1:] == source[grouped][:-1]) & (cluster[grouped][1:] == cluster[grouped][:-1])
    stratum = np.cumsum(np.concatenate(([True], ~same))) - 1
    place = np.empty(len(source))
    place[grouped] = _place_in(stratum, _starts(grouped, stratum, shuffle))
    by_source = np.lexsort((shuffle, place, source))
    share = _place_in(source[by_source].astype(np.int64), np.full(int(source.max()) + 1, 0.5))
    order: NDArray[np.int64] = by_source[np.lexsort((shuffle[by_source], share))]
    return order


def _starts(
    grouped: NDArray[np.int64], stratum: NDArray[np.int64], shuffle: NDArray[np.int64]
) -> NDArray[np.float64]:
    """A random number in [0, 1) for each stratum: the low bits of the pair in it that arrived first.

    High bits order the pairs of a stratum, so that its start must not depend on them.
    """
    first = np.full(int(stratum[-1]) + 1, len(grouped))
    np.minimum.at(first, stratum, grouped)
    starts: NDArray[np.float64] = (shuffle[first] & _LOW) / (_LOW + 1)
    return starts


def _place_in(stratum: NDArray[np.int64], starts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where each of the pairs, sorted by stratum, stands in its own, in [0, 1)."""
    sizes = np.bincount(stratum, minlength=len(starts))
    begins = np.concatenate(([0], np.cumsum(sizes)))[stratum]
    place: NDArray[np.float64] = (np.arange(len(stratum)) - begins + starts[stratum]) / sizes[stratum]
    return place
