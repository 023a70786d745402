"""The best checkpoint of a run, written and read."""

import pytest

from training import best
from training.best import Best
from training.history import Figure


@pytest.mark.parametrize("figure", Figure)
def test_what_is_written_is_read(figure: Figure) -> None:
    kept = Best(step=16, figure=figure, value=0.5, checkpoint="r1/checkpoint-16")
    assert best.from_dict(kept.to_dict()) == kept


@pytest.mark.parametrize("nothing", [None, {}])
def test_a_run_that_kept_none_has_none(nothing: dict[str, object] | None) -> None:
    assert best.from_dict(nothing) is None


def test_a_last_step_that_is_the_best_is_said_so() -> None:
    kept = Best(step=40, figure=Figure.MARGIN, value=0.6558, checkpoint="r1/checkpoint-40")
    assert kept.sentence(last_step=40) == "No step before the last had a higher held-out margin, 0.656."
