"""What the curves of this run say right now, where they are often misread; a sentence or nothing."""

from collections.abc import Callable, Sequence
from statistics import fmean
from typing import Any

Row = dict[str, Any]

_LAST = 20
_STUCK = 0.003  # nats: less than the noise of one batch
_EARLY_SHARE = 0.95  # rules.md §7


def remark(title: str, rows: Sequence[Row], first_loss: float | None) -> str | None:
    """What to make of one curve of this run; None where nothing is easily misread.

    Args:
        title: of the curve.
        rows: of metrics.jsonl.
        first_loss: where the loss starts, in nats; None where that depends on the model.
    """
    found = _REMARKS.get(title)
    trained = [row for row in rows if row.get("kind") == "train"]
    return found(trained, first_loss) if found and trained else None


def _loss(rows: Sequence[Row], first_loss: float | None) -> str | None:
    last = _values(rows[-_LAST:], "loss")
    if first_loss is None or len(last) < _LAST or abs(fmean(last) - first_loss) > _STUCK:
        return None
    return (
        f"after {rows[-1]['step']} steps the loss is still {first_loss:.3f}, where it began. "
        "Try a learning rate ten times as high."
    )


def _accuracy(rows: Sequence[Row], _: float | None) -> str | None:
    early = _values(rows[1 : _LAST // 2], "rewards/accuracies")
    if len(early) < 3 or min(early[-3:]) <= _EARLY_SHARE:
        return None
    return "nearly every pair was right within the first steps. Look for a leak before believing it."


def _rewards(rows: Sequence[Row], _: float | None) -> str | None:
    chosen, margin = (_values(rows[-_LAST:], name) for name in ("rewards/chosen", "rewards/margins"))
    if not chosen or not margin or fmean(chosen) >= 0 or fmean(margin) <= 0:
        return None
    return (
        "the chosen reward is below 0 while the margin is above 0. Both answers have become less likely, the "
        "rejected one more so: common, and no fault by itself."
    )


def _values(rows: Sequence[Row], name: str) -> list[float]:
    return [float(row[name]) for row in rows if isinstance(row.get(name), int | float)]


_REMARKS: dict[str, Callable[[Sequence[Row], float | None], str | None]] = {
    "Loss": _loss,
    "Reward accuracy": _accuracy,
    "Rewards": _rewards,
}
