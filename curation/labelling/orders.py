"""The order in which pairs without a vote are offered."""

import numpy as np
from numpy.typing import NDArray


def proportional(source: NDArray[np.int32], shuffle: NDArray[np.int64]) -> NDArray[np.int64]:
    """Random within each source, and every source in its share all along (stratified, rules.md §5).

    Args:
        source: number of the source of each pair, from 0; shape (pairs,).
        shuffle: the random place of each; shape (pairs,).

    Returns:
        Which pair comes first, second and so on; shape (pairs,).
    """
    if len(source) == 0:
        return np.zeros(0, dtype=np.int64)
    by_source = np.lexsort((shuffle, source))
    sizes = np.bincount(source)
    starts = np.concatenate(([0], np.cumsum(sizes)))[source[by_source]]
    share = (np.arange(len(source)) - starts + 0.5) / sizes[source[by_source]]
    order: NDArray[np.int64] = by_source[np.lexsort((shuffle[by_source], share))]
    return order
