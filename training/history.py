"""What the held-out evaluations of a run say so far: the best step, gain or none, learning by heart."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import fmean
from typing import Any

from training.choices import Method

_MARGIN = "rewards/margins"


class Figure(StrEnum):
    """What tells the best evaluation; the value is the name in a trainer's log."""

    ACCURACY = "eval_rewards/accuracies"
    MARGIN = "eval_rewards/margins"  # KTO has no pairs to be right about

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def plural(self) -> str:
        return self.value.rpartition("/")[2]


def figure(method: Method) -> Figure:
    """The figure that a method is judged by."""
    return Figure.MARGIN if method is Method.KTO else Figure.ACCURACY


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """One evaluation on the held-out pairs.

    Attributes:
        value: of the figure that was asked for.
        train_margin: mean margin of the training steps since the look before; None where none was logged.
    """

    step: int
    value: float
    train_margin: float | None = None


def looks(rows: Sequence[Mapping[str, Any]], by: Figure = Figure.ACCURACY) -> list[Look]:
    """The evaluations in a trainer's log history, oldest first."""
    found: list[Look] = []
    margins: list[float] = []
    for row in rows:
        if by in row:
            mean = fmean(margins) if margins else None
            found.append(Look(step=int(row["step"]), value=float(row[by]), train_margin=mean))
            margins = []
        elif _MARGIN in row:
            margins.append(float(row[_MARGIN]))
    return found


def best(seen: Sequence[Look]) -> Look | None:
    """The first look with the highest value: of equal ones it is the least far from the reference.

    None before a step was taken: at step 0 every reward is 0 and there is nothing to keep.
    """
    return max((look for look in seen if look.step), key=lambda look: (look.value, -look.step), default=None)


def without_gain(accuracies: Sequence[float]) -> int:
    """Evaluations since the first of the best ones; 0 where the last is the best so far.

    Args:
        accuracies: shares in [0, 1], oldest first; the first one is of step 0, before anything is learned.
    """
    return len(accuracies) - 1 - list(accuracies).index(max(accuracies)) if accuracies else 0


def learns_by_heart(seen: Sequence[Look]) -> bool:
    """Two evaluations in a row without gain, while the margin on training pairs grew both times.

    Where every held-out pair is right already, no gain says nothing.

    Source: rules.md §7.
    """
    last = seen[-3:]
    margins = [look.train_margin for look in last if look.train_margin is not None]
    if len(margins) < 3 or last[0].value >= 1:  # at step 0 no margin is known yet
        return False
    flat = all(look.value <= last[0].value for look in last[1:])
    return flat and margins[0] < margins[1] < margins[2]
