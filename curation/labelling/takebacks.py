"""What undo and redo mean, read from the log: pure functions over a person's decisions in order.

Undo is a further row. It has no verdict where the decision replaced nothing, and says again what the earlier
one said where it did; so a log tells which rows are undos, and a reload loses nothing.
"""

from collections.abc import Sequence
from dataclasses import replace

from curation.model import Decision


def states(log: Sequence[Decision]) -> list[Decision]:
    """What undo walks back through on one pair: each decision in the place of the one before it.

    Args:
        log: one person's rows on one pair, oldest first.

    Returns:
        Oldest first; the last is in effect. Empty where all is taken back.
    """
    found: list[Decision] = []
    for row in log:
        if not found or row.supersedes != found[-1].id or not _restores(row, found):
            found = [*found, row] if row.verdict is not None else []
            continue
        found = [*found[:-2], row] if len(found) > 1 else []
    return found


def undone(log: Sequence[Decision]) -> tuple[Decision, ...]:
    """What redo brings back, the next one last. A new decision leaves nothing to redo.

    A redo is one more row, equal to the one taken back.

    Args:
        log: the last rows of one person on all pairs, oldest first.
    """
    by_id: dict[str, Decision] = {}
    waiting: list[Decision] = []
    for row in log:
        target = by_id.get(row.supersedes or "")
        if waiting and _copies(row, waiting[-1]):
            waiting.pop()
        elif target is not None and _takes_back(row, target, by_id):
            waiting.append(target)
        else:
            waiting.clear()
        by_id[row.id] = row
    return tuple(waiting)


def _takes_back(row: Decision, target: Decision, by_id: dict[str, Decision]) -> bool:
    if row.verdict is None:
        return True
    earlier = by_id.get(target.supersedes or "")
    return earlier is not None and _copies(row, earlier)


def _restores(row: Decision, found: Sequence[Decision]) -> bool:
    return row.verdict is None or (len(found) > 1 and _copies(row, found[-2]))


def _copies(row: Decision, earlier: Decision) -> bool:
    """Undo and redo say again what an earlier row said, the milliseconds it took included; none else."""
    same = replace(
        row,
        id=earlier.id,
        arm=earlier.arm,
        guideline_version=earlier.guideline_version,
        supersedes=earlier.supersedes,
        client_time=earlier.client_time,
        server_time=earlier.server_time,
    )
    return same == earlier
