"""How each person decides. Always by name and never by rank: a flag is a reason for a conversation."""

from collections.abc import Mapping, Sequence

import streamlit as st

from curation.quality import pace
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
# Column → what stands behind its numbers.
_COLUMNS = {
    "votes": Kind.JUDGED,
    "against the others": Kind.AGAINST,
    "known winners found": Kind.GOLD_MISSED,
    "same the second time": Kind.CHANGED,
    "took the left": Kind.LEFT,
    "took the longer": Kind.LONGER,
    "too fast": Kind.FAST,
}


def show(people: Sequence[Checked], names: Mapping[str, str]) -> None:
    """Everybody in pictures and one table."""
    named = by_name(people, names)
    flagged = [name for name, each in named if each.flags]
    st.markdown(flag_words(named))
    _picture("Agrees with what most others said", {name: each.consensus for name, each in named},
             "Not yet: nobody has judged a pair that others agree about.")  # fmt: skip
    left, right = st.columns(2)
    with left:
        _picture("Finds the known winner", {name: each.gold for name, each in named},
                 "Not yet: nobody has met a pair whose winner is known.", reference=0.85)  # fmt: skip
    with right:
        _picture("Says the same the second time", {name: each.consistency.same for name, each in named},
                 "Not yet: nobody has met a pair a second time.", reference=0.75)  # fmt: skip
    with st.expander("As a table", key="quality-people", expanded=bool(flagged)):
        st.dataframe(
            [_row(name, each) for name, each in named], hide_index=True,
            column_config=dict.fromkeys(_COLUMNS, exhibit_links.column()),
        )  # fmt: skip
        st.caption(
            "Shares say of how many votes they are; “known winners found” and “same the second time” lead to "
            "the misses. Nothing is removed or weighted because of a flag. Votes from other tools do not say "
            "which answer stood left."
        )


def speed(paces: Mapping[str, Pace], team: Sequence[int], names: Mapping[str, str]) -> None:
    """How long votes take, by name."""
    st.subheader("Time a vote takes", anchor=False)
    if not paces:
        st.caption("Not yet: no vote was timed. Votes given here are; those from other tools may not be.")
        return
    bars = dict(zip(_stretches(), team, strict=True))
    st.altair_chart(quality_people_charts.histogram(bars, "seconds, everybody together"))
    named = dict(sorted((names.get(who, who), each) for who, each in paces.items()))
    st.altair_chart(quality_people_charts.quartiles(named))
    with st.expander("As a table", key="quality-pace"):
        rows = [_pace_row(names.get(who, who), who, each) for who, each in paces.items()]
        st.dataframe(rows, hide_index=True, column_config={"timed votes": exhibit_links.column()})


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


def _picture(
    title: str, shares: Mapping[str, Tendency], otherwise: str, *, reference: float | None = None
) -> None:
    st.markdown(f"**{title}**")
    drawn = {name: spanned for name, each in shares.items() if (spanned := span(each)) is not None}
    if not drawn:
        st.caption(otherwise)
        return
    references = () if reference is None else (reference,)
    st.altair_chart(
        quality_people_charts.spans(drawn, "share, with its 95 % interval", references=references)
    )


def _row(name: str, person: Checked) -> dict[str, object]:
    against = Tendency(chosen=person.consensus.n - person.consensus.chosen, n=person.consensus.n)
    said = {
        "votes": f"{person.votes:,}",
        "against the others": tendency_words(against),
        "known winners found": tendency_words(person.gold),
        "same the second time": tendency_words(person.consistency.same),
        "took the left": tendency_words(person.left),
        "took the longer": tendency_words(person.longer),
        "too fast": tendency_words(person.fast),
    }
    who = person.annotator_id
    return {
        "person": name,
        "worth talking about": ", ".join(FLAG_WORDS[flag] for flag in person.flags),
        **{
            column: exhibit_links.linked(words, Exhibit(kind=_COLUMNS[column], who=who))
            for column, words in said.items()
        },
        "same side the second time": tendency_words(person.consistency.same_side),
        "median seconds": number(person.median_seconds, 1),
    }


def _pace_row(name: str, who: str, each: Pace) -> dict[str, object]:
    return {
        "person": name,
        "timed votes": exhibit_links.linked(f"{each.timed:,}", Exhibit(kind=Kind.JUDGED, who=who)),
        "a quarter under": f"{each.quarter:.1f} s",
        "half under": f"{each.median:.1f} s",
        "three quarters under": f"{each.three_quarters:.1f} s",
    }


def _stretches() -> list[str]:
    ends = [f"{low:g} to {high:g}" for low, high in zip(pace.EDGES, pace.EDGES[1:], strict=False)]
    return [*ends, f"over {pace.EDGES[-1]:g}"]
