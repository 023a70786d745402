"""Words that several parts of the quality page share."""

from curation.model import Verdict
from curation.quality.agreement import Slice
from curation.quality.tendencies import Tendency

NOT_YET = "not yet"
VERDICT_WORDS = {
    Verdict.ANSWER_1: "Answer 1",
    Verdict.ANSWER_2: "Answer 2",
    Verdict.TIE: "Tie",
    Verdict.BOTH_BAD: "Both bad",
    None: "no majority",
}
SLICE_WORDS = {
    Slice.SOURCE: "Source",
    Slice.WEEK: "Week",
    Slice.GUIDELINES: "Guidelines",
    Slice.PERSON: "Person",
}


def percent(share: float | None) -> str:
    """A share in words; undefined is said."""
    return NOT_YET if share is None else f"{share:.1%}"


def tendency_words(found: Tendency) -> str:
    """A share with what it is a share of; undefined is said."""
    return NOT_YET if found.share is None else f"{found.share:.0%} of {found.n:,}"


def number(value: float | None, places: int = 3) -> str:
    """A figure; undefined is said."""
    return NOT_YET if value is None else f"{value:.{places}f}"


def spanned(value: float | None, span: tuple[float, float] | None, places: int = 3) -> str:
    """A figure with its 95 % interval where there is one; undefined is said."""
    if value is None:
        return NOT_YET
    return number(value, places) + ("" if span is None else " ({:.3f} to {:.3f})".format(*span))
