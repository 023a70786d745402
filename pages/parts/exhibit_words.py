"""What the list behind a figure shows: a sentence a kind, with who, what and how much in its gaps."""

from collections.abc import Mapping

from curation.quality.exhibits import Exhibit, Kind
from pages.parts.plain import plain
from pages.parts.quality_words import VERDICT_WORDS

_SENTENCES: Mapping[Kind, str] = {
    Kind.JUDGED: "judged by {who}",
    Kind.COMPANY: "judged by {who}, with everybody's votes",
    Kind.SHARED: "judged by {who} and somebody else",
    Kind.PREFERRED: "two or more people prefer an answer",
    Kind.STRENGTH: "two or more people said how much better",
    Kind.SPLIT: "people do not all say the same",
    Kind.MAJORITY: "more than half say {said}",
    Kind.CELL: "{who} says {said}, {other} says {others}",
    Kind.AGAINST: "{who} says otherwise than most others",
    Kind.MISSED: "{who} missed the known winner or said otherwise than most others",
    Kind.HELD: "{who} voted where a known winner or others can be compared",
    Kind.DECISIVE: "{who} prefers an answer",
    Kind.SIDED: "{who} prefers an answer, and the sides are known",
    Kind.LEFT: "{who} took the answer on the left",
    Kind.UNEVEN: "{who} prefers one of two answers of unequal length",
    Kind.LONGER: "{who} took the longer answer",
    Kind.BAND: "one answer is {band} times as long",
    Kind.BAND_WON: "the longer answer won, {band} times as long",
    Kind.FORMAT: "preferred by {who} and searched for formats",
    Kind.SIGN: "preferred by {who}, only the winner has: {sign}",
    Kind.SIGN_WON: "preferred by {who}, the winner has: {sign}",
    Kind.SIGN_LOST: "preferred by {who}, the loser has: {sign}",
    Kind.SIGN_ONE: "preferred by {who}, exactly one answer has: {sign}",
    Kind.TIMED: "{who} took {seconds}",
    Kind.WITHIN: "{who} took at most {high:.1f} seconds",
    Kind.FAST: "{who} was faster than reading allows",
    Kind.GOLD: "{who} met a pair whose winner is known",
    Kind.GOLD_MISSED: "{who} missed the known winner",
    Kind.CHANGED: "{who} said otherwise when the pair came again",
    Kind.REPEATED: "{who} met the pair again",
    Kind.SIDED_TWICE: "{who} preferred an answer both times, on known sides",
    Kind.SAME_SIDE: "{who} took the same side when the pair came again",
    Kind.VERIFIED: "imported labels that people judged, served as {arm}",
    Kind.OVERTURNED: "imported labels that people found wrong, served as {arm}",
    Kind.SCORED: "imported labels that people judged in random order",
    Kind.SCORED_WRONG: "imported labels that people found wrong in random order",
    Kind.FIRST: "the most suspected {share:.0%} of labels judged in random order",
    Kind.FIRST_WRONG: "labels found wrong in the most suspected {share:.0%}",
    Kind.LOOKED: "labels that the look for wrong ones has scored",
    Kind.GROUPED: "pairs whose prompts were grouped",
    Kind.CROWDED: "pairs in the largest tenth of the groups of prompts",
    Kind.PAIR: "the pair {pair}",
}


def of(exhibit: Exhibit, names: Mapping[str, str]) -> str:
    """What the list shows, as Markdown in which no name can draw.

    Args:
        names: of annotators, by id.
    """
    told = _sentence(exhibit).format(
        who=plain(names.get(exhibit.who, exhibit.who)) if exhibit.who else "somebody",
        other=plain(names.get(exhibit.other, exhibit.other)) if exhibit.other else "another",
        said=VERDICT_WORDS[exhibit.verdict],
        others=VERDICT_WORDS[exhibit.other_verdict],
        sign=plain(exhibit.sign or ""),
        arm=plain(exhibit.arm or "any"),
        pair=plain(exhibit.pair or ""),
        band=_band(exhibit),
        seconds=_seconds(exhibit),
        high=exhibit.high or 0,
        share=exhibit.high or 1,
    )
    part = [
        "" if exhibit.source is None else f"source {plain(exhibit.source or 'unknown')}",
        f"week of {plain(exhibit.week)}" if exhibit.week else "",
        "" if exhibit.guidelines is None else f"guidelines v{plain(exhibit.guidelines or ' unknown')}",
    ]
    return ", ".join([told, *filter(None, part)])


def _sentence(exhibit: Exhibit) -> str:
    """That of its kind, unless what would stand in a gap was not asked for."""
    if exhibit.kind is Kind.SHARED and not exhibit.who:
        return "judged by two or more"
    if exhibit.kind is Kind.MAJORITY and not exhibit.verdict:
        return "no verdict has a majority"
    if exhibit.kind is Kind.CELL and not exhibit.verdict:
        return "judged by {who} and {other}"
    return _SENTENCES[exhibit.kind]


def _band(exhibit: Exhibit) -> str:
    low = f"{exhibit.low or 1:g}"
    return f"{low} or more" if exhibit.high is None else f"{low} to {exhibit.high:g}"


def _seconds(exhibit: Exhibit) -> str:
    if exhibit.high is None:
        return "any time that was measured" if exhibit.low is None else f"{exhibit.low:g} seconds or more"
    return f"{exhibit.low or 0:g} to {exhibit.high:g} seconds"
