"""What a preflight finds in a release: changed files, too few pairs, pairs that cannot teach anything."""

from collections.abc import Iterator
from pathlib import Path

from training import errors, pair_rows, release_folder
from training.findings import Finding, Severity
from training.release_folder import Release

_SMALL_TEST = 50  # held-out pairs: below, one pair moves the accuracy by more than 2 points (rules.md §6)


def opened(path: Path, found: list[Finding]) -> Release | None:
    """Open a release and look into it.

    Args:
        found: findings are added to it.

    Returns:
        None where it does not open or is not what was released; a finding of severity E says so.
    """
    try:
        release = release_folder.load(path)
        changed = release_folder.differences(release)
        faults = {} if changed else pair_rows.count_faults(release)
    except errors.UnusableRelease as error:
        found.append(Finding(id="release-unreadable", severity=Severity.ERROR, message=str(error)))
        return None
    if changed:
        message = f"The release is not what was released: {changed[0]}. Release the data again or restore it."
        found.append(_error("release-changed", len(changed), 0, message))
        return None
    found += [_fingerprint(release), *_split_findings(release), *_row_findings(faults)]
    return release


def _fingerprint(release: Release) -> Finding:
    return Finding(
        id="release",
        severity=Severity.INFORMATION,
        value=len(release.files),
        message=f"{release.name} is as it was released, {len(release.files)} files, fingerprint "
        f"{release.fingerprint[:12]}: {release.train} pairs to train on, {release.test} held out.",
    )


def _split_findings(release: Release) -> Iterator[Finding]:
    if release.train == 0:
        message = "The release has no training pairs. Decide more pairs and release again."
        yield _error("train-empty", 0, 1, message)
    small = release.test < _SMALL_TEST
    what = f"only {release.test} held-out pairs" if release.test else "no held-out pairs"
    yield Finding(
        id="test-small",
        severity=Severity.WARNING if small else Severity.INFORMATION,
        value=release.test,
        threshold=_SMALL_TEST,
        message=f"There are {what}, so the held-out accuracy says little; below {_SMALL_TEST} "
        "one pair moves it by more than 2 points."
        if small
        else f"{release.test} held-out pairs: one moves the accuracy by {100 / release.test:.1f} points.",
    )


_KINDS = {
    "roles-wrong": "Pairs whose messages do not go user, assistant, user, with one answer on each side",
    "side-empty": "Pairs with an empty answer",
    "sides-identical": "Pairs with two equal answers",
    "prompt-repeated": "Pairs with an answer that begins with the prompt, which would be trained too",
}


def _row_findings(faults: dict[str, pair_rows.Fault]) -> Iterator[Finding]:
    for name, kind in _KINDS.items():
        fault = faults.get(name)
        severity = Severity.INFORMATION
        message = f"{kind}: none."
        if fault:
            severity = Severity.WARNING if name == "prompt-repeated" else Severity.ERROR
            message = f"{kind}: {fault.count}. The first is {fault.first}. Release again without them."
        yield Finding(
            id=name, severity=severity, value=fault.count if fault else 0, threshold=0, message=message,
            pairs=fault.pairs if fault else (),
        )  # fmt: skip


def _error(name: str, value: float, threshold: float, message: str) -> Finding:
    return Finding(id=name, severity=Severity.ERROR, value=value, threshold=threshold, message=message)
