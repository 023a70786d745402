"""How every contestant stands on the frozen test split. No tensors."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from training import evaluation
from training.evaluating import calibration
from training.evaluating.asked import BASE
from training.evaluating.groups import Groups
from training.evaluating.rows import ScoreRow
from training.evaluation import Likelihoods, Standing

_GROUPS = 12  # of a kind; the largest


def document(
    scores: Sequence[ScoreRow],
    contestants: Sequence[str],
    *,
    beta: float,
    baselines: Mapping[str, float | None],
    grouped: Groups,
) -> dict[str, Any]:
    """held_out.json: accuracy and interval of the first tuned model, then how each contestant stands.

    Args:
        grouped: of the test split, see groups.of.
    """
    standings = {name: standing(scores, name, beta=beta) for name in contestants}
    tuned = next((standings[name] for name in contestants if name != BASE), None)
    return {
        "n": sum(row.contestant == BASE and row.split == "test" for row in scores),
        "accuracy": tuned.accuracy if tuned else None,
        "interval": tuned.interval if tuned else None,
        "contestants": {name: asdict(one) for name, one in standings.items()},
        "baselines": dict(baselines),
        "groups": {
            kind: [_group(scores, name, members, contestants, beta) for name, members in _largest(named)]
            for kind, named in grouped.items()
        },
        "calibration": {name: _calibration(scores, name, beta) for name in contestants if name != BASE},
    }


def _largest(named: Mapping[str, set[str]]) -> list[tuple[str, set[str]]]:
    return sorted(named.items(), key=lambda one: (-len(one[1]), one[0]))[:_GROUPS]


def _group(
    scores: Sequence[ScoreRow], name: str, members: set[str], contestants: Sequence[str], beta: float
) -> dict[str, Any]:
    """One group of pairs: its size, then accuracy and interval of every tuned contestant."""
    own = [row for row in scores if row.pair_id in members]
    return {
        "name": name,
        "n": sum(row.contestant == BASE and row.split == "test" for row in own),
        "contestants": {one: asdict(standing(own, one, beta=beta)) for one in contestants if one != BASE},
    }


def _calibration(scores: Sequence[ScoreRow], contestant: str, beta: float) -> list[dict[str, Any]]:
    found = margins(scores, contestant, beta=beta, split="test")
    return [asdict(one) for one in calibration.bins(list(found.values()))]


def standing(scores: Sequence[ScoreRow], contestant: str, *, beta: float, split: str = "test") -> Standing:
    """A contestant's reward accuracy, margin and loss, with the base model as reference."""
    if contestant == BASE:
        return evaluation.before(len(of(scores, BASE, split)))
    return evaluation.after(list(margins(scores, contestant, beta=beta, split=split).values()))


def margins(scores: Sequence[ScoreRow], contestant: str, *, beta: float, split: str) -> dict[str, float]:
    """pair id → implicit reward margin, beta · (Δ log π − Δ log π_ref), in nats times beta.

    Above 0, the tuned model agrees with the label more than its base did.
    """
    reference, policy = of(scores, BASE, split), of(scores, contestant, split)
    return {
        pair_id: beta * evaluation.margin(policy[pair_id], then)
        for pair_id, then in reference.items()
        if pair_id in policy
    }


def of(scores: Sequence[ScoreRow], contestant: str, split: str) -> dict[str, Likelihoods]:
    """pair id → likelihoods under one contestant."""
    return {
        row.pair_id: row.likelihoods for row in scores if row.contestant == contestant and row.split == split
    }
