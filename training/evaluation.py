"""Arithmetic on held-out pairs: accuracy with its interval, and the baselines it must beat. No tensors."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from curation.comparison import winning


@dataclass(frozen=True, slots=True, kw_only=True)
class Likelihoods:
    """Log-probabilities of one held-out pair's answers, in nats, summed over the answer's tokens."""

    chosen: float
    rejected: float
    chosen_tokens: int
    rejected_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a model stands on the held-out pairs.

    Attributes:
        accuracy: share of pairs whose chosen answer has the higher reward, in [0, 1]; None where it is not
            defined: without pairs, and before training, when every reward is 0.
        interval: Wilson's 95 % interval of the accuracy.
        margin: mean of reward(chosen) − reward(rejected), in nats times beta.
        loss: mean DPO loss −log σ(margin), in nats.
    """

    accuracy: float | None
    interval: tuple[float, float] | None
    margin: float | None
    loss: float | None


def before(n: int) -> Standing:
    """Policy and reference are the same model: no accuracy yet, margin 0, loss ln 2."""
    return Standing(accuracy=None, interval=None, margin=0.0 if n else None, loss=math.log(2) if n else None)


def margins(policy: Sequence[Likelihoods], reference: Sequence[Likelihoods], beta: float) -> list[float]:
    """reward(chosen) − reward(rejected) of each pair, in nats times beta.

    Rewards are beta · (log π − log π_ref), summed over an answer (Rafailov et al. 2023, sec. 4).
    """
    return [beta * margin(now, then) for now, then in zip(policy, reference, strict=True)]


def after(margins: Sequence[float]) -> Standing:
    """How a model with these margins stands, see margins."""
    if not margins:
        return Standing(accuracy=None, interval=None, margin=None, loss=None)
    right = sum(value > 0 for value in margins)
    return Standing(
        accuracy=right / len(margins),
        interval=winning.wilson(right, len(margins)),
        margin=math.fsum(margins) / len(margins),
        loss=math.fsum(_softplus(-value) for value in margins) / len(margins),
    )


def margin(policy: Likelihoods, reference: Likelihoods) -> float:
    """(log π(y_w) − log π_ref(y_w)) − (log π(y_l) − log π_ref(y_l)), in nats."""
    return (policy.chosen - reference.chosen) - (policy.rejected - reference.rejected)


def per_token(one: Likelihoods) -> float:
    """How much likelier a token of the chosen answer is than one of the rejected answer, in nats."""
    return one.chosen / one.chosen_tokens - one.rejected / one.rejected_tokens


def length_baseline(train: Sequence[tuple[int, int]], test: Sequence[tuple[int, int]]) -> float | None:
    """Accuracy of "the longer answer wins", or the shorter one, whichever held more often in training.

    Args:
        train, test: (tokens of chosen, tokens of rejected) of each pair. Equal lengths count as half right.

    Returns:
        In [0, 1]; None without test pairs.
    """
    if not test:
        return None
    longer_wins = sum(_sign(chosen - rejected) for chosen, rejected in train) >= 0
    right = [(1 + _sign(chosen - rejected) * (1 if longer_wins else -1)) / 2 for chosen, rejected in test]
    return sum(right) / len(right)


def likelihood_baseline(reference: Sequence[Likelihoods]) -> float | None:
    """Accuracy of "the answer the untuned model finds likelier per token wins"; None without pairs."""
    if not reference:
        return None
    right = [per_token(one) > 0 for one in reference]
    return sum(right) / len(right)


def growth(before: Sequence[str], after: Sequence[str]) -> float | None:
    """Mean length of sampled answers after training over that before, in words; None without words before."""
    words = sum(len(answer.split()) for answer in before)
    return sum(len(answer.split()) for answer in after) / words if words else None


def document(margins: Sequence[float], baselines: dict[str, float | None]) -> dict[str, Any]:
    """evaluation/held_out.json.

    Args:
        margins: after training, in the order of the test split, so that two runs can be held side by side.
    """
    then, now = before(len(margins)), after(margins)
    n = len(margins)
    return {
        "before": asdict(then), "after": asdict(now), "baselines": baselines, "n": n, "margins": list(margins)
    }  # fmt: skip


def sentence(now: Standing, n: int) -> str:
    """The held-out result as a person reads it, with what so few pairs can say."""
    if now.accuracy is None or now.interval is None:
        return "There are no held-out pairs, so nothing is known about pairs it has not seen."
    low, high = now.interval
    return (
        f"Held-out reward accuracy {now.accuracy:.2f} on {n} pairs "
        f"(95 % interval {low:.2f} to {high:.2f}), margin {now.margin:.3f}."
    )


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def _softplus(value: float) -> float:
    """log(1 + e^value) without overflow."""
    return max(value, 0.0) + math.log1p(math.exp(-abs(value)))
