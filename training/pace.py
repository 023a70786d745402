"""How fast a run goes, from the times in its rows: seconds a step, time left, tokens a second.

Medians over the last steps, so that a clock that is set, a checkpoint or an evaluation moves nothing.
"""

import itertools
from collections.abc import Sequence
from datetime import datetime
from statistics import median

from training.metrics import Row

_LAST = 20
_COUNTED = ("train", "answers")


def step_seconds(rows: Sequence[Row]) -> float | None:
    """Median seconds of a step among the last 20 logged ones; None before there are two."""
    paces = [seconds / steps for seconds, steps, _ in _gaps(rows) if steps > 0 and seconds > 0]
    return median(paces) if paces else None


def seconds_left(rows: Sequence[Row], max_steps: int) -> float | None:
    """Until the last step at the present pace; None where the pace is not known yet."""
    pace = step_seconds(rows)
    done = next((int(row["step"]) for row in reversed(rows) if row.get("kind") in _COUNTED), 0)
    return None if pace is None else pace * max(0, max_steps - done)


def tokens_per_second(rows: Sequence[Row]) -> float | None:
    """Tokens of both answers and their prompts that were learned from; None where the rows do not say."""
    paces = [tokens / seconds for seconds, _, tokens in _gaps(rows) if seconds > 0 and tokens > 0]
    return median(paces) if paces else None


def _gaps(rows: Sequence[Row]) -> list[tuple[float, int, float]]:
    """(seconds, steps, tokens) from row to row; seconds below 0 where a clock was set back."""
    timed = [row for row in rows[-4 * _LAST :] if row.get("kind") in _COUNTED and row.get("time")][-_LAST:]
    return [
        (
            (_moment(later) - _moment(row)).total_seconds(),
            int(later["step"]) - int(row["step"]),
            float(later.get("num_tokens") or 0) - float(row.get("num_tokens") or 0),
        )
        for row, later in itertools.pairwise(timed)
    ]


def _moment(row: Row) -> datetime:
    return datetime.fromisoformat(str(row["time"]))
