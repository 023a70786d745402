"""The best checkpoint of a run by its held-out pairs, as result, held-out figures, card and pages name it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from training.history import Figure


@dataclass(frozen=True, slots=True, kw_only=True)
class Best:
    """The evaluation with the highest value, whose checkpoint is kept (docs/decisions/0066).

    Attributes:
        figure: what was compared: accuracy, in [0, 1], or with KTO the margin, in nats times beta.
        checkpoint: run/checkpoint-STEP; of a resumed run it may lie in an earlier attempt.
    """

    step: int
    figure: Figure
    value: float
    checkpoint: str

    @property
    def worded(self) -> str:
        """The value as a person reads it."""
        return f"{100 * self.value:.0f} %" if self.figure is Figure.ACCURACY else f"{self.value:.3f}"

    def sentence(self, *, last_step: int) -> str:
        """Which step is best, and where it lies, beside the delivered one."""
        if self.step == last_step:
            return f"No step before the last had a higher held-out {self.figure.word}, {self.worded}."
        return (
            f"Best held-out {self.figure.word} on the way: {self.worded} at step {self.step}. Its "
            f"checkpoint is kept as {self.checkpoint}; what is delivered is the last step, {last_step:,}."
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON holds it; the value stands under the figure's own name."""
        return {"step": self.step, self.figure.word: self.value, "checkpoint": self.checkpoint}


def from_dict(content: Mapping[str, Any] | None) -> Best | None:
    """What `to_dict` wrote; None where the run has kept none."""
    if not content:
        return None
    figure = next(each for each in Figure if each.word in content)
    return Best(
        step=content["step"], figure=figure, value=content[figure.word], checkpoint=content["checkpoint"]
    )
