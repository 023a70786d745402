"""How many workers a cluster has room for, and with how many a run can go on. Arithmetic only."""

from collections.abc import Iterable, Mapping


def room(offers: Iterable[Mapping[str, float]], *, gpu: bool) -> int:
    """Workers that fit on the machines: each takes one processor, and one GPU where there are any.

    Args:
        offers: of each machine, what it has of "CPU" and "GPU".
    """
    found = 0
    for offer in offers:
        processors = int(offer.get("CPU", 0))
        found += min(processors, int(offer.get("GPU", 0))) if gpu else processors
    return found


def workers(wanted: int, there: int, pairs: int, *, fewer: bool) -> int:
    """With how many workers to train.

    A step takes the recipe's pairs whatever their number (training.division), so it divides the pairs.

    Args:
        pairs: of one optimiser step.
        there: room for so many.
        fewer: less than wanted will do.

    Returns:
        0 where the cluster has no room yet.
    """
    if there >= wanted:
        return wanted
    fitting = [number for number in range(1, there + 1) if pairs % number == 0]
    return max(fitting) if fewer and fitting else 0
