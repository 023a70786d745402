"""Bytes, durations and paces as a person reads them."""

_MIB, _GIB = 2**20, 2**30


def size(count: float) -> str:
    """Bytes, from half a GiB on in GiB."""
    return f"{count / _GIB:.1f} GiB" if count >= _GIB / 2 else f"{count / _MIB:.0f} MiB"


def duration(seconds: float) -> str:
    """In whole seconds, whole minutes, or hours."""
    if seconds < 90:
        return _counted(round(seconds), "second")
    return f"{seconds / 60:.0f} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"


def pace(seconds: float) -> str:
    """Of one step: steps a second where they are quick, else how long one takes."""
    if seconds < 1:
        return f"{1 / seconds:.3g} steps a second"
    return f"{seconds:.2g} s a step" if seconds < 90 else f"{seconds / 60:.1f} minutes a step"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"
