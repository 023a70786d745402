"""What a fitted model says of itself: what it learned, and what it finds of labels flipped on purpose.

Nobody knows which stored labels are wrong, so the detectors rehearse: a fifth of the labels that were learned
from are flipped, the models fitted anew, and what they find of the flips is counted. Labels that were wrong
before count as right, so the figures are, if anything, too low.
"""

import json
import random
from dataclasses import asdict, dataclass

import numpy as np
import numpy.typing as npt

from curation.suspicion import measures, model
from curation.suspicion.features import Seen
from curation.suspicion.model import Detector

FLIPPED = 0.2
_SEVERAL = 5000  # pairs; below it one rehearsal says too little
_TIMES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """How well one detector finds flipped labels. None means not defined.

    Attributes:
        right: stored labels it tells from pairs it has not learned from, as a share of all.
        auroc: chance that a flipped label is more suspected than another.
        recall_10, recall_20: share of the flips among the 10 and 20 % most suspected.
        precision_10: share of flips among the 10 % most suspected; random order gives FLIPPED.
    """

    right: float
    auroc: float | None
    recall_10: float | None
    recall_20: float | None
    precision_10: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Both detectors, and how many pairs they learned from."""

    fitted: int
    text: Rehearsal
    length: Rehearsal

    def as_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, words: str) -> "Report":
        found = json.loads(words)
        return cls(
            fitted=found["fitted"], text=Rehearsal(**found["text"]), length=Rehearsal(**found["length"])
        )


def rehearsed(
    detector: Detector,
    fitted: model.Fitted,
    seen: Seen,
    folds: npt.NDArray[np.int64],
    first: npt.NDArray[np.bool_],
) -> Rehearsal:
    """Flip a fifth of the labels, fit, and count what is found; the mean of three times on small sets."""
    times = _TIMES if len(first) < _SEVERAL else 1
    rows = [found_of_flips(detector, seen, folds, first, seed=seed) for seed in range(times)]
    auroc, ten, twenty, precise = (_mean(column) for column in zip(*rows, strict=True))
    return Rehearsal(
        right=model.right(fitted.margins(seen, folds), first) / len(first),
        auroc=auroc,
        recall_10=ten,
        recall_20=twenty,
        precision_10=precise,
    )


def found_of_flips(
    detector: Detector,
    seen: Seen,
    folds: npt.NDArray[np.int64],
    first: npt.NDArray[np.bool_],
    *,
    seed: int,
) -> tuple[float | None, float | None, float | None, float | None]:
    """AUROC, recall at 10 and 20 %, precision at 10 % for one random fifth of flipped labels."""
    return found(*suspected_flips(detector, seen, folds, first, seed=seed))


def found(
    suspicion: npt.NDArray[np.float64], flipped: npt.NDArray[np.bool_]
) -> tuple[float | None, float | None, float | None, float | None]:
    """AUROC, recall at 10 and 20 %, precision at 10 % of an order of suspicion."""
    return (
        measures.auroc(suspicion, flipped),
        measures.recall_at(suspicion, flipped, 0.1),
        measures.recall_at(suspicion, flipped, 0.2),
        measures.precision_at(suspicion, flipped, max(1, len(flipped) // 10)),
    )


def suspected_flips(
    detector: Detector,
    seen: Seen,
    folds: npt.NDArray[np.int64],
    first: npt.NDArray[np.bool_],
    *,
    seed: int,
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Suspicions where a random fifth of the labels is flipped, and which are; both of shape (n,)."""
    flipped = np.zeros(len(first), dtype=np.bool_)
    flipped[random.Random(seed).sample(range(len(first)), round(FLIPPED * len(first)))] = True
    stored = first ^ flipped
    return model.fit(detector, seen, folds, stored).suspicions(seen, folds, stored), flipped


def _mean(values: tuple[float | None, ...]) -> float | None:
    known = [value for value in values if value is not None]
    return round(sum(known) / len(known), 4) if known else None
