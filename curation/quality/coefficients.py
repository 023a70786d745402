"""Agreement as arithmetic on counts. Knows no database and no people; undefined is None, never 0."""

import math
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

Counts = NDArray[np.int64]
Numbers = NDArray[np.float64]


class Scale(StrEnum):
    """How far apart two different labels are."""

    NOMINAL = "nominal"  # all equally far
    ORDINAL = "ordinal"  # the further apart in rank, the further


@dataclass(frozen=True, slots=True, kw_only=True)
class Patterns:
    """How often each combination of labels occurs: a million pairs are a few dozen patterns.

    Attributes:
        counts: (patterns, labels); how many people gave each label; for ORDINAL in rising order.
        pairs: (patterns,); how many pairs show the pattern, ≥ 1.
    """

    counts: Counts
    pairs: Counts

    @property
    def people(self) -> Counts:
        """(patterns,): labels per pair."""
        people: Counts = self.counts.sum(axis=1)
        return people

    @property
    def shared(self) -> "Patterns":
        """Only pairs that two or more people labelled."""
        kept = self.people >= 2
        return Patterns(counts=self.counts[kept], pairs=self.pairs[kept])

    def only(self, *labels: int) -> "Patterns":
        """Only these labels, as if nobody had given another."""
        return Patterns(counts=self.counts[:, list(labels)], pairs=self.pairs)


def raw_agreement(patterns: Patterns) -> float | None:
    """Chance that two people drawn from those who labelled a pair gave it the same label.

    Returns:
        The mean over the pairs with two or more labels, in [0, 1]; None where there is no such pair.

    Source: Fleiss (1971), Measuring nominal scale agreement among many raters, eq. 2 and 3.
    """
    shared = patterns.shared
    if not shared.pairs.sum():
        return None
    people = shared.people
    agreeing = (shared.counts * (shared.counts - 1)).sum(axis=1) / (people * (people - 1))
    return float(agreeing @ shared.pairs / shared.pairs.sum())


def fleiss_kappa(patterns: Patterns) -> float | None:
    """Agreement of many people, corrected for chance; the number of people may differ between pairs.

    kappa = (p_o - p_e) / (1 - p_e), with p_e = Σ π², π the mean share of each label over all pairs.

    Returns:
        A number in [-1, 1]; None where no pair has two labels, or only one label was ever given (p_e = 1).

    Source: Fleiss (1971), eq. 5 to 7; unequal numbers as in Gwet (2014), Handbook of Inter-Rater
    Reliability, 4th ed., section 2.4.
    """
    shares = _shares(patterns)
    return _beyond_chance(raw_agreement(patterns), float((shares**2).sum()))


def gwet_ac1(patterns: Patterns) -> float | None:
    """Agreement corrected for chance, steady where one label is far more common than the others.

    AC1 = (p_o - p_e) / (1 - p_e), with p_e = Σ π(1 - π) / (q - 1) over the q labels that occur.

    Returns:
        A number in [-1, 1]; None where no pair has two labels, or fewer than two labels occur.

    Source: Gwet (2008), Computing inter-rater reliability and its variance in the presence of high
    agreement, eq. 6 and 7.
    """
    shares = _shares(patterns)
    occurring = int((shares > 0).sum())
    if occurring < 2:
        return None
    chance = float((shares * (1 - shares)).sum()) / (occurring - 1)
    return _beyond_chance(raw_agreement(patterns), chance)


def krippendorff_alpha(patterns: Patterns, scale: Scale = Scale.NOMINAL) -> float | None:
    """One minus observed over expected disagreement; pairs with a single label do not count.

    Returns:
        At most 1 (perfect); 0 is chance, below 0 worse than chance. None where no pair has two labels,
        or all labels of such pairs are the same.

    Source: Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, sections C and E.
    """
    shared = patterns.shared
    (alpha,) = _alphas(shared, shared.pairs[np.newaxis].astype(np.float64), scale)
    return None if math.isnan(alpha) else float(alpha)


def alpha_interval(
    patterns: Patterns, scale: Scale = Scale.NOMINAL, *, seed: int = 0, draws: int = 1000
) -> tuple[float, float] | None:
    """Where alpha would lie in 95 of 100 samples of as many pairs: percentiles of a bootstrap over pairs.

    Drawing N pairs with replacement is one multinomial draw over the patterns, so the cost does not grow
    with the number of pairs.

    Args:
        draws: bootstrap samples, ≥ 100.

    Returns:
        The 2.5 and 97.5 percentiles; None where alpha is undefined in more than 5 % of the samples.

    Source: Efron (1979), Bootstrap methods: another look at the jackknife.
    """
    shared = patterns.shared
    total = int(shared.pairs.sum())
    if not total:
        return None
    drawn = np.random.default_rng(seed).multinomial(total, shared.pairs / total, size=draws)
    alphas = _alphas(shared, drawn.astype(np.float64), scale)
    defined = alphas[~np.isnan(alphas)]
    if defined.size < 0.95 * draws:
        return None
    low, high = np.quantile(defined, [0.025, 0.975])
    return float(low), float(high)


def cohen_kappa(confusion: Counts) -> float | None:
    """Agreement of two annotators on the same pairs, corrected for chance.

    kappa = (p_o - p_e) / (1 - p_e), with p_o the share of equal labels and p_e the share expected if
    each drew from their own label frequencies.

    Args:
        confusion: (labels, labels); pairs by the label of one (rows) and of the other (columns).

    Returns:
        A number in [-1, 1]; None when it is undefined: no shared pairs, or both gave one and the same
        label throughout (p_e = 1).

    Source: Cohen (1960), A Coefficient of Agreement for Nominal Scales, eq. 1.
    """
    total = int(confusion.sum())
    if not total:
        return None
    # Whole numbers first, so that who is row and who is column cannot change the last digit.
    chance = int((confusion.sum(axis=0) * confusion.sum(axis=1)).sum()) / total**2
    return _beyond_chance(int(np.trace(confusion)) / total, chance)


def implied_error(agreement: float | None) -> float | None:
    """How often one person's choice between two answers is wrong, if people err alike and independently.

    Two people agree when both are right or both are wrong: a = (1 - e)² + e², so
    e = (1 - √(2a - 1)) / 2.

    Args:
        agreement: raw agreement on decisive votes, in [0, 1].

    Returns:
        In [0, 0.5]; None where agreement is, or lies below the 0.5 of coin tosses.

    Source: rules.md §3.
    """
    if agreement is None or agreement < 0.5:
        return None
    return (1 - math.sqrt(2 * agreement - 1)) / 2


def error_in_words(agreement: float | None) -> str:
    """The implied error of one label as a sentence."""
    error = implied_error(agreement)
    if agreement is None:
        return "Not yet: no two people have chosen an answer of the same pair."
    if error is None:
        return "People agree less often than coin tosses would: the guidelines do not decide these pairs."
    if error < 0.001:
        return "Fewer than 1 in 1,000 labels is probably wrong."
    return f"About 1 in {round(1 / error):,} labels is probably wrong ({error:.1%})."


def _shares(patterns: Patterns) -> Numbers:
    """(labels,): mean over all labelled pairs of the share of people who gave the label."""
    people = patterns.people
    labelled = people > 0
    total = patterns.pairs[labelled].sum()
    if not total:
        return np.zeros(patterns.counts.shape[1])
    shares = patterns.counts[labelled] / people[labelled, np.newaxis]
    means: Numbers = patterns.pairs[labelled] @ shares / total
    return means


def _beyond_chance(observed: float | None, chance: float) -> float | None:
    # 1e-12: shares that add up to 1 in arithmetic may miss it by a few units in the last place.
    if observed is None or chance > 1 - 1e-12:
        return None
    return (observed - chance) / (1 - chance)


def _alphas(patterns: Patterns, weights: Numbers, scale: Scale) -> Numbers:
    """Alpha for each weighting of the patterns; NaN where undefined.

    Args:
        weights: (samples, patterns); how many pairs of each pattern a sample holds.

    Returns:
        (samples,)
    """
    labels = patterns.counts.shape[1]
    counts = patterns.counts.astype(np.float64)
    ordered = counts[:, :, np.newaxis] * (counts[:, np.newaxis, :] - np.eye(labels))
    ordered /= (patterns.people - 1)[:, np.newaxis, np.newaxis]  # (patterns, labels, labels)
    flat = weights @ ordered.reshape(len(counts), labels * labels)
    coincidences = flat.reshape(len(weights), labels, labels)
    totals = coincidences.sum(axis=2)  # (samples, labels)
    apart = _squared_distances(totals, scale)
    observed = (coincidences * apart).sum(axis=(1, 2))
    expected = (totals[:, :, np.newaxis] * totals[:, np.newaxis, :] * apart).sum(axis=(1, 2))
    with np.errstate(invalid="ignore", divide="ignore"):
        alphas = 1 - (totals.sum(axis=1) - 1) * observed / expected
    return np.where(expected > 0, alphas, np.nan)


def _squared_distances(totals: Numbers, scale: Scale) -> Numbers:
    """(samples, labels, labels) or (labels, labels): the metric difference δ²."""
    labels = totals.shape[1]
    if scale is Scale.NOMINAL:
        return 1 - np.eye(labels)
    # Σ n_g for g from c to k, less half of both ends, is the distance of their middle ranks.
    middles = totals.cumsum(axis=1) - totals / 2
    distances: Numbers = (middles[:, :, np.newaxis] - middles[:, np.newaxis, :]) ** 2
    return distances
