"""A training pair under a tuned model, as a value. Knows no database, so training may make it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Margin:
    """One training pair under a tuned model.

    Attributes:
        chosen: the chosen answer as released, trimmed at both ends.
        margin: implicit reward margin, in nats times beta; below 0 the model disbelieves the label.
        reference: how much likelier a token of the chosen answer is than one of the rejected answer under the
            untuned model, in nats; None where it was not read.
    """

    pair_id: str
    chosen: str
    margin: float
    reference: float | None = None
