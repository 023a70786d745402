"""The preference losses TRL offers, and what each is worth before the first step. Standard library only.

The list is TRL 1.16's (`trl/trainer/dpo_trainer.py`); a test compares the two, because TRL accepts a
misspelt name until the first step.
"""

import math
from collections.abc import Sequence
from enum import StrEnum


class Loss(StrEnum):
    """A term of the training loss."""

    SIGMOID = "sigmoid"
    HINGE = "hinge"
    IPO = "ipo"
    EXO_PAIR = "exo_pair"
    NCA_PAIR = "nca_pair"
    ROBUST = "robust"
    BCO_PAIR = "bco_pair"
    SPPO_HARD = "sppo_hard"
    AOT = "aot"
    AOT_UNPAIRED = "aot_unpaired"
    APO_ZERO = "apo_zero"
    APO_DOWN = "apo_down"
    DISCOPOP = "discopop"
    SFT = "sft"
    SIGMOID_NORM = "sigmoid_norm"

    @property
    def smooths_labels(self) -> bool:
        """`label_smoothing` changes it; every other loss ignores that setting without a word."""
        return self in (Loss.ROBUST, Loss.EXO_PAIR, Loss.AOT, Loss.AOT_UNPAIRED)

    @property
    def is_of_a_batch(self) -> bool:
        """The value of a micro-batch is not the mean over its pairs: they are sorted, or tokens averaged."""
        return self.sorts_the_batch or self is Loss.SFT

    @property
    def sorts_the_batch(self) -> bool:
        """It compares sorted batches, so a micro-batch of one pair leaves nothing to sort."""
        return self in (Loss.AOT, Loss.AOT_UNPAIRED)

    @property
    def is_preference(self) -> bool:
        """It looks at both answers; plain likelihood of the chosen one (sft) does not."""
        return self is not Loss.SFT

    @property
    def explanation(self) -> str:
        return _EXPLANATIONS[self]

    def at_start(self, beta: float, label_smoothing: float) -> float | None:
        """The value while the policy still equals the reference, so that every log-ratio is zero.

        A first loss that differs means that the reference is not the model training started from.

        Returns:
            nats; None for sft, whose start depends on the model.
        """
        match self:
            case Loss.SFT:
                return None
            case Loss.HINGE | Loss.APO_ZERO | Loss.APO_DOWN:
                return 1.0
            case Loss.IPO:
                return (1 / (2 * beta)) ** 2
            case Loss.SPPO_HARD:
                return 2 * (0.5 / beta) ** 2
            case Loss.NCA_PAIR | Loss.BCO_PAIR:
                return 2 * math.log(2)
            case Loss.EXO_PAIR:
                return _exo_at_start(label_smoothing)
            case Loss.DISCOPOP:
                return 0.5 * math.log(2) + 0.5
            case _:
                return math.log(2)


def sum_at_start(
    losses: Sequence[Loss], weights: Sequence[float], beta: float, label_smoothing: float
) -> float | None:
    """The weighted sum before the first step, in nats.

    Returns:
        None where it depends on the model (sft), or where the weights do not match the losses.
    """
    terms = [loss.at_start(beta, label_smoothing) for loss in losses]
    known = [term for term in terms if term is not None]
    if len(known) < len(terms) or len(terms) != len(weights):
        return None
    return sum(weight * term for weight, term in zip(weights, known, strict=True))


def _exo_at_start(label_smoothing: float) -> float | None:
    """Ji et al. 2024, eq. 16, at equal odds."""
    if not 0 < label_smoothing < 1:
        return None
    return -math.log(2) - 0.5 * (math.log1p(-label_smoothing) + math.log(label_smoothing))


_EXPLANATIONS = {
    Loss.SIGMOID: "The DPO loss of Rafailov et al. 2023, eq. 7.",
    Loss.HINGE: "A margin instead of a likelihood (SLiC, Zhao et al. 2023; RSO, Liu et al. 2023).",
    Loss.IPO: "A squared distance to a fixed margin, against over-fitting of sure labels (Azar et al. 2023).",
    Loss.EXO_PAIR: "Reverse KL to a smoothed preference; needs label smoothing (Ji et al. 2024).",
    Loss.NCA_PAIR: "Keeps the chosen answer's likelihood from falling (Chen et al. 2024).",
    Loss.ROBUST: "Corrects for a known share of wrong labels (Chowdhury et al. 2024).",
    Loss.BCO_PAIR: "A classifier of good and bad answers (Jung et al. 2024).",
    Loss.SPPO_HARD: "Self-play with hard wins (Wu et al. 2024).",
    Loss.AOT: "Betters the whole distribution of margins, sorted in a micro-batch (Melnyk et al. 2024).",
    Loss.AOT_UNPAIRED: "The same for unpaired answers (Melnyk et al. 2024).",
    Loss.APO_ZERO: "Pushes chosen up and rejected down separately, for a model worse than its chosen answers "
    "(D'Oosterlinck et al. 2024, eq. 7).",
    Loss.APO_DOWN: "Pushes both down, rejected more, for a model better than its chosen answers "
    "(D'Oosterlinck et al. 2024, eq. 8).",
    Loss.DISCOPOP: "A loss found by search (Lu et al. 2024).",
    Loss.SFT: "Plain likelihood of the chosen answer; add it with a small weight to keep that answer likely "
    "(RPO, Pang et al. 2024).",
    Loss.SIGMOID_NORM: "The DPO loss per token, so that length weighs less (after SimPO, Meng et al. 2024).",
}
