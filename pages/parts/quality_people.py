"""How each person decides. Always by name and never by rank: a flag is a reason for a conversation."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from curation.quality import checks, pace
from curation.quality.annotators import Checked, Flag
from curation.quality.exhibits import Exhibit, Kind
from curation.quality.pace import Pace
from curation.quality.tendencies import Tendency
from pages.parts import exhibit_links, quality_people_charts
from pages.parts.quality_people_charts import Span
from pages.parts.quality_words import number, tendency_words

FLAG_WORDS = {
    Flag.POSITION: "takes one side",
    Flag.LENGTH: "takes the longer",
    Flag.SPEED: "too fast to have read",
    Flag.GOLD: "misses known winners",
    Flag.CONSISTENCY: "says otherwise the second time",
    Flag.DRIFT: "agrees less than before",
}
# Column → what stands behind its numbers, and the number itself.
_COLUMNS: Mapping[str, tuple[Kind, Callable[[Checked], Tendency]]] = {
    "against the others": (Kind.AGAINST, lambda each: each.consensus.turned),
    "known winners missed": (Kind.GOLD_MISSED, lambda each: each.gold.turned),
    "otherwise the second time": (Kind.CHANGED, lambda each: each.consistency.same.turned),
    "same side the second time": (Kind.SAME_SIDE, lambda each: each.consistency.same_side),
    "took the left": (Kind.LEFT, lambda each: each.left),
    "took the longer": (Kind.LONGER, lambda each: each.longer),
    "too fast": (Kind.FAST, lambda each: each.fast),
}


def show(people: Sequence[Checked], names: Mapping[str, str]) -> None:
    """Everybody in pictures and one table."""
    named = by_name(people, names)
    flagged = [name for name, each in named if each.flags]
    st.markdown(flag_words(named))
    _picture("Says otherwise than most others", named, "against the others",
             "Not yet: nobody has judged a pair that others agree about.")  # fmt: skip
    left, right = st.columns(2)
    with left:
        _picture("Misses the known winner", named, "known winners missed",
                 "Not yet: nobody has met a pair whose winner is known.",
                 reference=1 - checks.GOLD_SHARE)  # fmt: skip
    with right:
        _picture("Says otherwise the second time", named, "otherwise the second time",
                 "Not yet: nobody has met a pair a second time.",
                 reference=1 - checks.CONSISTENT_SHARE)  # fmt: skip
    with st.expander("As a table", key="quality-people", expanded=bool(flagged)):
        exhibit_links.table(
            [_row(name, each) for name, each in named], "votes", *_COLUMNS, "median seconds"
        )  # fmt: skip
        st.caption(
            "A share says of how many votes it is, and leads to the pairs that it counts. Nothing is removed "
            "or weighted because of a flag. Votes from other tools do not say which answer stood left."
        )


def speed(paces: Mapping[str, Pace], team: Sequence[int], names: Mapping[str, str]) -> None:
    """How long votes take, by name."""
    st.subheader("Time a vote takes", anchor=False)
    if not paces:
        st.caption("Not yet: no vote was timed. Votes given here are; those from other tools may not be.")
        return
    stretches = _stretches()
    bars = dict(zip(stretches, team, strict=True))
    opened = {words: exhibit_links.address(each) for words, each in stretches.items()}
    st.altair_chart(quality_people_charts.histogram(bars, opened, "seconds, everybody together"))
    named = dict(sorted((names.get(who, who), who) for who in paces))
    st.altair_chart(
        quality_people_charts.quartiles(
            {name: paces[who] for name, who in named.items()},
            {name: exhibit_links.address(_timed(who)) for name, who in named.items()},
        )
    )
    with st.expander("As a table", key="quality-pace"):
        rows = [_pace_row(name, who, paces[who]) for name, who in named.items()]
        exhibit_links.table(rows, "timed votes", *_QUARTERS)
        everybody = [
            {"seconds": words, "votes": exhibit_links.linked(f"{bars[words]:,}", each)}
            for words, each in stretches.items()
        ]
        exhibit_links.table(everybody, "votes")


def by_name(people: Sequence[Checked], names: Mapping[str, str]) -> list[tuple[str, Checked]]:
    """Everybody with what they are called, in the order of the alphabet."""
    named = [(names.get(each.annotator_id, each.annotator_id), each) for each in people]
    return sorted(named, key=lambda row: row[0].casefold())


def flag_words(named: Sequence[tuple[str, Checked]]) -> str:
    """Who is worth a conversation, and about what."""
    flagged = sum(bool(each.flags) for _, each in named)
    if not flagged:
        return "Nothing stands out that would be worth a conversation."
    return f"Worth a conversation: {flagged} of {len(named)}. The table says with whom and about what."


def span(found: Tendency) -> Span | None:
    """A share with its interval; None where undefined."""
    return None if found.share is None or found.interval is None else (found.share, *found.interval)


def drawn(
    named: Sequence[tuple[str, Checked]], kind: Kind, of: Callable[[Checked], Tendency]
) -> tuple[Mapping[str, Span], Mapping[str, str]]:
    """By name: the shares that are defined, with their intervals, and the addresses behind them."""
    spans = {name: found for name, each in named if (found := span(of(each))) is not None}
    behind = {name: exhibit_links.address(Exhibit(kind=kind, who=each.annotator_id)) for name, each in named}
    return spans, behind


def _picture(
    title: str, named: Sequence[tuple[str, Checked]], column: str, otherwise: str,
    *, reference: float | None = None,
) -> None:  # fmt: skip
    st.markdown(f"**{title}**")
    spans, behind = drawn(named, *_COLUMNS[column])
    if not spans:
        st.caption(otherwise)
        return
    references = () if reference is None else (reference,)
    st.altair_chart(
        quality_people_charts.spans(spans, behind, "share, with its 95 % interval", references=references)
    )


def _row(name: str, person: Checked) -> dict[str, object]:
    who = person.annotator_id
    return {
        "person": name,
        "worth talking about": ", ".join(FLAG_WORDS[flag] for flag in person.flags),
        "votes": exhibit_links.linked(f"{person.votes:,}", Exhibit(kind=Kind.JUDGED, who=who)),
        **{
            column: exhibit_links.linked(tendency_words(of(person)), Exhibit(kind=kind, who=who))
            for column, (kind, of) in _COLUMNS.items()
        },
        "median seconds": exhibit_links.linked(number(person.median_seconds, 1), _timed(who)),
    }


_QUARTERS = ("a quarter within", "half within", "three quarters within")


def _pace_row(name: str, who: str, each: Pace) -> dict[str, object]:
    ends = zip(_QUARTERS, (each.quarter, each.median, each.three_quarters), strict=True)
    return {
        "person": name,
        "timed votes": exhibit_links.linked(f"{each.timed:,}", _timed(who)),
        **{
            column: exhibit_links.linked(f"{end:.1f} s", Exhibit(kind=Kind.WITHIN, who=who, high=end))
            for column, end in ends
        },
    }


def _timed(who: str) -> Exhibit:
    return Exhibit(kind=Kind.TIMED, who=who)


def _stretches() -> dict[str, Exhibit]:
    ends = zip(pace.EDGES, pace.EDGES[1:], strict=False)
    found = {f"{low:g} to {high:g}": Exhibit(kind=Kind.TIMED, low=low, high=high) for low, high in ends}
    last = pace.EDGES[-1]
    return found | {f"over {last:g}": Exhibit(kind=Kind.TIMED, low=last)}
