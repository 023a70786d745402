"""How far people agree on the contents of a release, on the same snapshot as its rows."""

from dataclasses import dataclass

import numpy as np

from curation.quality import coefficients, tallies
from curation.quality.coefficients import Patterns
from curation.validation.exclusion import Cursor

_DIGITS = 6  # of every share: the last digits of a float depend on the processor, and a release must not


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """What the votes say about each other; copies of a content are pooled. None: undefined.

    Attributes:
        contents: contents that two or more people judged.
        raw, raw_decisive: chance that two people agree, in [0, 1]; decisive counts preferences only.
        alpha, alpha_interval: Krippendorff's, nominal, in canonical order, with its 95 % interval.
        implied_error: chance that one label is wrong, from raw_decisive; in [0, 0.5].
    """

    contents: int
    raw: float | None
    raw_decisive: float | None
    alpha: float | None
    alpha_interval: tuple[float, float] | None
    implied_error: float | None

    @property
    def sentence(self) -> str:
        """For the card."""
        if self.raw is None:
            return "Agreement: not measurable, no pair has been judged by two people."
        alpha = "undefined (one verdict throughout)" if self.alpha is None else f"{self.alpha:.3f}"
        between = self.alpha_interval
        interval = f", 95 % interval {between[0]:.3f} to {between[1]:.3f}" if between else ""
        return (
            f"{self.contents:,} pairs were judged by two people or more. Raw agreement {self.raw:.3f}, "
            f"Krippendorff's alpha {alpha}{interval}. {coefficients.error_in_words(self.raw_decisive)}"
        )


def measured(cursor: Cursor) -> Agreement:
    """Measure it on the table `candidate`."""
    rows = tallies.summed(
        cursor,
        """
        SELECT votes_1, votes_2, votes_tie, votes_both_bad, count(*) AS pairs
        FROM candidate WHERE votes > 0
        GROUP BY votes_1, votes_2, votes_tie, votes_both_bad
        """,
        keys=4,
    )
    table = np.array(rows, dtype=np.int64).reshape(-1, 5)
    patterns = Patterns(counts=table[:, :4], pairs=table[:, 4])
    decisive = _rounded(coefficients.raw_agreement(patterns.only(0, 1)))
    between = coefficients.alpha_interval(patterns)
    return Agreement(
        contents=int(patterns.shared.pairs.sum()),
        raw=_rounded(coefficients.raw_agreement(patterns)),
        raw_decisive=decisive,
        alpha=_rounded(coefficients.krippendorff_alpha(patterns)),
        alpha_interval=None if between is None else (round(between[0], _DIGITS), round(between[1], _DIGITS)),
        implied_error=_rounded(coefficients.implied_error(decisive)),
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, _DIGITS)
