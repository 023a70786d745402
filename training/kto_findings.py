"""What a preflight finds in a release for KTO: how many answers are wanted, how many are not."""

from collections.abc import Iterator

from training import release_pairs
from training.choices import Method
from training.findings import Finding, Severity
from training.recipe import DpoRecipe
from training.release_folder import Release

_LOW, _HIGH = 1.0, 4 / 3  # Ethayarajh et al. 2024, eq. 8


def of(settings: DpoRecipe, release: Release) -> Iterator[Finding]:
    """Nothing for another method.

    Raises:
        UnusableRelease: ties.parquet cannot be read.
    """
    if settings.method is not Method.KTO:
        return
    both_bad = len(release_pairs.read_unwanted(release.path))
    wanted, unwanted = release.train, release.train + 2 * both_bad
    yield Finding(
        id="kto-answers",
        severity=Severity.INFORMATION,
        value=wanted + unwanted,
        message=f"KTO learns from {wanted} wanted and {unwanted} unwanted answers; {2 * both_bad} of these "
        f"are of {both_bad} pairs that were judged both bad.",
    )
    if unwanted:
        yield _balance(settings, wanted, unwanted)


def _balance(settings: DpoRecipe, wanted: int, unwanted: int) -> Finding:
    ratio = wanted * settings.desirable_weight / (unwanted * settings.undesirable_weight)
    fits = _LOW - 0.005 <= ratio <= _HIGH + 0.005
    advice = (
        ""
        if fits
        else " It should be 1 to 1.33: set desirable_weight to "
        f"{unwanted * settings.undesirable_weight / wanted:.2f}, or undesirable_weight to "
        f"{wanted * settings.desirable_weight / unwanted:.2f}."
        if wanted
        else ""
    )
    return Finding(
        id="kto-balance",
        severity=Severity.INFORMATION if fits else Severity.WARNING,
        value=round(ratio, 2),
        threshold=_LOW if ratio < _LOW else _HIGH,
        message=f"Wanted answers times their weight are {ratio:.2f} of unwanted ones times theirs.{advice}",
    )
