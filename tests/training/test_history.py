"""What the held-out evaluations of a run say, read from a trainer's log history."""

import pytest

from training import history
from training.history import Look


def rows(*told: tuple[int, float, float]) -> list[dict[str, float]]:
    """(step, held-out accuracy, margin of the training step before it)."""
    found: list[dict[str, float]] = [{"step": 0, "eval_rewards/accuracies": 0.0}]
    for step, accuracy, margin in told:
        found += [
            {"step": step, "loss": 0.6, "rewards/margins": margin},
            {"step": step, "eval_rewards/accuracies": accuracy},
        ]
    return found


def test_the_best_step_is_the_first_with_the_highest_accuracy() -> None:
    looks = history.looks(rows((10, 0.6, 0.1), (20, 0.8, 0.2), (30, 0.8, 0.3)))
    assert history.best(looks) == Look(step=20, value=0.8, train_margin=0.2)


def test_step_0_is_never_the_best_because_nothing_was_saved_there() -> None:
    assert history.best(history.looks(rows())) is None


@pytest.mark.parametrize(
    ("told", "by_heart"),
    [
        (((10, 0.7, 0.1), (20, 0.7, 0.4), (30, 0.7, 0.9)), True),
        (((10, 0.7, 0.1), (20, 0.6, 0.4), (30, 0.65, 0.9)), True),
        (((10, 0.7, 0.1), (20, 0.7, 0.4), (30, 0.75, 0.9)), False),
        (((10, 0.7, 0.4), (20, 0.7, 0.4), (30, 0.7, 0.4)), False),
        (((10, 1.0, 0.1), (20, 1.0, 0.4), (30, 1.0, 0.9)), False),
        (((10, 0.7, 0.1), (20, 0.7, 0.4)), False),
    ],
    ids=["flat", "falling", "gains again", "margin stands still", "all right already", "too early"],
)
def test_learning_by_heart_is_no_gain_twice_while_the_training_margin_grows(
    told: tuple[tuple[int, float, float], ...], by_heart: bool
) -> None:
    assert history.learns_by_heart(history.looks(rows(*told))) is by_heart


@pytest.mark.parametrize(
    ("accuracies", "without"),
    [([], 0), ([0.0], 0), ([0.0, 0.6, 0.7], 0), ([0.0, 0.7, 0.7, 0.6], 2), ([0.5, 0.4, 0.3], 2)],
    ids=["none", "start", "rising", "equal is no gain", "falling"],
)
def test_evaluations_without_gain_are_counted_from_the_first_best(
    accuracies: list[float], without: int
) -> None:
    assert history.without_gain(accuracies) == without
