"""Keeps a worker from writing into its run folder after others took over: a cluster gathers workers anew.

A machine that was cut off may still reach the shared storage. Each gathering is a turn; its number lies in
the run folder, and a worker of an earlier one ends at its next write. Beside a step the look costs nothing.
"""

import os
from pathlib import Path

from training import documents, errors

VARIABLE = "PAIRLOOM_TURN"  # of a worker of a cluster: its turn
FILE = "turn.json"


def begin_turn(run: Path) -> int:
    """Let the next turn begin: workers of earlier ones may not write any more. Returns its number, from 1."""
    turn = _now(run) + 1
    documents.write(run / FILE, {"turn": turn})
    return turn


def check(run: Path) -> None:
    """Raises Superseded where this process belongs to an earlier turn; nothing where it has none."""
    if is_over(run):
        raise errors.Superseded(
            "This worker was cut off and others took over; what it computes counts no longer."
        )


def is_over(run: Path) -> bool:
    """Others have taken over from this process."""
    own = os.environ.get(VARIABLE)
    return own is not None and _now(run) > int(own)


def _now(run: Path) -> int:
    return int((documents.read_or_none(run / FILE) or {}).get("turn", 0))
