"""What the curves of a run are said to mean."""

import pytest

from pages.parts import run_reading

LN2 = 0.6931


def rows(count: int, **values: float) -> list[dict[str, object]]:
    named = {name.replace("__", "/"): value for name, value in values.items()}
    return [{"step": step, "kind": "train", **named} for step in range(1, count + 1)]


@pytest.mark.parametrize(
    ("loss", "count", "said"), [(0.6935, 40, True), (0.6935, 10, False), (0.6, 40, False)],
    ids=["stuck", "too early", "falling"],
)  # fmt: skip
def test_a_loss_that_stays_where_it_began_is_said_to_be_stuck(loss: float, count: int, said: bool) -> None:
    remark = run_reading.remark("Loss", rows(count, loss=loss), LN2)
    assert (remark is not None) is said


@pytest.mark.parametrize(
    ("chosen", "margin", "said"), [(-0.2, 0.3, True), (-0.2, -0.1, False), (0.2, 0.3, False)],
    ids=["common", "both fall alike", "above 0"],
)  # fmt: skip
def test_a_negative_chosen_reward_is_called_common_only_while_the_margin_is_positive(
    chosen: float, margin: float, said: bool
) -> None:
    remark = run_reading.remark("Rewards", rows(30, rewards__chosen=chosen, rewards__margins=margin), LN2)
    assert (remark is not None) is said


def test_being_right_at_once_is_doubted() -> None:
    remark = run_reading.remark("Reward accuracy", rows(12, rewards__accuracies=1.0), LN2)
    assert remark is not None
    assert "Look for a leak" in remark
