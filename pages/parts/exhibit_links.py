"""The list behind a figure as an address: the filter stands in it, so it survives a reload."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any
from urllib.parse import quote, urlencode

import streamlit as st

from curation.database import Database
from curation.model import Verdict
from curation.quality import annotators, exhibits
from curation.quality.exhibits import Exhibit, Kind
from pages.parts.plain import plain
from pages.parts.quality_words import NOT_YET, VERDICT_WORDS

# What a table shows of an address is what stands behind the last sign.
SHOWN = r"#(.*)$"
_VERDICTS = ("verdict", "other_verdict")
_NUMBERS = ("low", "high")


def linked(words: str, exhibit: Exhibit) -> str | None:
    """For a column of `table`: these words, which lead to the list; None for what is undefined."""
    if words == NOT_YET:
        return None
    # Quoted: the table shows it decoded, and a bare per cent sign would stop it from doing so.
    return f"{address(exhibit)}#{quote(words)}"


def table(rows: Sequence[Mapping[str, object]], *columns: str, **options: Any) -> None:
    """A table whose `columns` hold what `linked` gave; what is undefined says so."""
    config = dict.fromkeys(columns, st.column_config.LinkColumn(display_text=SHOWN))
    st.dataframe(rows, hide_index=True, column_config=config, placeholder=NOT_YET, **options)


def inline(words: str, exhibit: Exhibit) -> str:
    """Markdown of words that lead to the list; the words alone where they say that a figure is undefined."""
    return words if words == NOT_YET else f"[{words}]({address(exhibit)})"


def within(kind: Kind, field: str, name: str) -> Exhibit:
    """The list of this kind within one part: field is "who", "source", "week" or "guidelines"."""
    return replace(Exhibit(kind=kind), **{field: name})  # type: ignore[arg-type]


def address(exhibit: Exhibit) -> str:
    """Where Browse shows the list, relative to any page."""
    asked = {
        field.name: value
        for field in fields(exhibit)
        if field.name != "kind" and (value := getattr(exhibit, field.name)) is not None
    }
    return "browse?" + urlencode({"behind": exhibit.kind.value, **asked})


def shown(db: Database) -> Exhibit | None:
    """The list that the page's address asks for, said in words with a way out; None where there is none."""
    exhibit = read(st.query_params)
    if exhibit is None:
        return None
    told, out = st.columns([6, 1], vertical_alignment="center")
    said = words(exhibit, annotators.names(db))
    told.info(f"Pairs behind a figure: **{said}**.", icon=":material/filter_alt:")
    out.button("Show all", key="browse-all", width="stretch", on_click=st.query_params.clear)
    return exhibit


def read(parameters: Mapping[str, str]) -> Exhibit | None:
    """The list that an address asks for; None where it asks for none, or for one that cannot be."""
    try:
        given = {name: _value(name, parameters[name]) for name in _NAMES if name in parameters}
        return Exhibit(kind=Kind(parameters["behind"]), **given)  # type: ignore[arg-type]
    except (KeyError, ValueError):
        return None


def words(exhibit: Exhibit, names: Mapping[str, str]) -> str:
    """What the list shows, as Markdown in which no name can draw."""
    who = plain(names.get(exhibit.who, exhibit.who)) if exhibit.who else "somebody"
    other = plain(names.get(exhibit.other, exhibit.other)) if exhibit.other else "another"
    said, others = VERDICT_WORDS[exhibit.verdict], VERDICT_WORDS[exhibit.other_verdict]
    sign = plain(exhibit.sign or "")
    told = {
        Kind.JUDGED: f"judged by {who}",
        Kind.COMPANY: f"judged by {who}, with everybody's votes",
        Kind.SHARED: f"judged by {who} and somebody else" if exhibit.who else "judged by two or more",
        Kind.PREFERRED: "two or more people prefer an answer",
        Kind.STRENGTH: "two or more people said how much better",
        Kind.SPLIT: "people do not all say the same",
        Kind.MAJORITY: f"more than half say {said}" if exhibit.verdict else "no verdict has a majority",
        Kind.CELL: f"{who} says {said}, {other} says {others}" if exhibit.verdict else _both(who, other),
        Kind.AGAINST: f"{who} says otherwise than most others",
        Kind.MISSED: f"{who} missed the known winner or said otherwise than most others",
        Kind.HELD: f"{who} voted where a known winner or others can be compared",
        Kind.DECISIVE: f"{who} prefers an answer",
        Kind.SIDED: f"{who} prefers an answer, and the sides are known",
        Kind.LEFT: f"{who} took the answer on the left",
        Kind.UNEVEN: f"{who} prefers one of two answers of unequal length",
        Kind.LONGER: f"{who} took the longer answer",
        Kind.BAND: f"one answer is {_band(exhibit)} times as long",
        Kind.BAND_WON: f"the longer answer won, {_band(exhibit)} times as long",
        Kind.FORMAT: f"preferred by {who} and searched for formats",
        Kind.SIGN: f"preferred by {who}, only the winner has: {sign}",
        Kind.SIGN_WON: f"preferred by {who}, the winner has: {sign}",
        Kind.SIGN_LOST: f"preferred by {who}, the loser has: {sign}",
        Kind.SIGN_ONE: f"preferred by {who}, exactly one answer has: {sign}",
        Kind.TIMED: f"{who} took {_seconds(exhibit)}",
        Kind.WITHIN: f"{who} took at most {exhibit.high or 0:.1f} seconds",
        Kind.FAST: f"{who} was faster than reading allows",
        Kind.GOLD: f"{who} met a pair whose winner is known",
        Kind.GOLD_MISSED: f"{who} missed the known winner",
        Kind.CHANGED: f"{who} said otherwise when the pair came again",
        Kind.REPEATED: f"{who} met the pair again",
        Kind.SIDED_TWICE: f"{who} preferred an answer both times, on known sides",
        Kind.SAME_SIDE: f"{who} took the same side when the pair came again",
        Kind.VERIFIED: f"imported labels that people judged, served as {plain(exhibit.arm or 'any')}",
        Kind.OVERTURNED: f"imported labels that people found wrong, served as {plain(exhibit.arm or 'any')}",
        Kind.SCORED: "imported labels that people judged in random order",
        Kind.SCORED_WRONG: "imported labels that people found wrong in random order",
        Kind.FIRST: f"the most suspected {exhibit.high or 1:.0%} of labels judged in random order",
        Kind.FIRST_WRONG: f"labels found wrong in the most suspected {exhibit.high or 1:.0%}",
        Kind.LOOKED: "labels that the look for wrong ones has scored",
        Kind.GROUPED: "pairs whose prompts were grouped",
        Kind.CROWDED: "pairs in the largest tenth of the groups of prompts",
        Kind.PAIR: f"the pair {plain(exhibit.pair or '')}",
    }[exhibit.kind]
    part = [
        "" if exhibit.source is None else f"source {plain(exhibit.source or 'unknown')}",
        f"week of {plain(exhibit.week)}" if exhibit.week else "",
        "" if exhibit.guidelines is None else f"guidelines v{plain(exhibit.guidelines or ' unknown')}",
    ]
    return ", ".join([told, *filter(None, part)])


def _both(who: str, other: str) -> str:
    return f"judged by {who} and {other}"


def _band(exhibit: Exhibit) -> str:
    low = f"{exhibit.low or 1:g}"
    return f"{low} or more" if exhibit.high is None else f"{low} to {exhibit.high:g}"


def _seconds(exhibit: Exhibit) -> str:
    if exhibit.high is None:
        return "any time that was measured" if exhibit.low is None else f"{exhibit.low:g} seconds or more"
    return f"{exhibit.low or 0:g} to {exhibit.high:g} seconds"


_NAMES = tuple(field.name for field in fields(exhibits.Exhibit) if field.name != "kind")


def _value(name: str, given: str) -> str | float | Verdict:
    if name in _VERDICTS and not Verdict(given).is_vote:
        raise ValueError("nothing is known of what was skipped")
    if name in _VERDICTS:
        return Verdict(given)
    return float(given) if name in _NUMBERS else given
