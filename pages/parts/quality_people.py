"""How each person decides, and what two people make of the same pairs."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from curation.model import Verdict
from curation.quality.agreement import LABELS, Agreement, Couple
from curation.quality.annotators import Checked, Flag
from curation.quality.tendencies import Tendency
from pages.parts import quality_charts
from pages.parts.plain import plain
from pages.parts.quality_agreement import NOT_YET, VERDICT_WORDS

FLAG_WORDS = {
    Flag.POSITION: "takes one side",
    Flag.LENGTH: "takes the longer",
    Flag.SPEED: "too fast to have read",
}


def show(people: Sequence[Checked], names: Mapping[str, str]) -> None:
    """Everybody in one picture and one table."""
    called = _called(names)
    named = sorted(((called(each.annotator_id), each) for each in people), key=lambda row: row[0].casefold())
    agreeing = {name: each.consensus.share for name, each in named if each.consensus.share is not None}
    if agreeing:
        st.altair_chart(quality_charts.shares(agreeing, "agrees with what most others said"))
    else:
        st.caption("Not yet: nobody has judged a pair that others agree about.")
    st.dataframe([_row(name, each) for name, each in named], hide_index=True)
    st.caption(
        "Shares say of how many votes they are. What is worth talking about is a reason for a conversation: "
        "nothing is removed or weighted because of it. Votes from other tools do not say which answer stood "
        "left."
    )


def couples(found: Agreement, names: Mapping[str, str]) -> None:
    """The confusion of two people who judged the same pairs."""
    st.subheader("Two people, the same pairs", anchor=False)
    if not found.couples:
        st.caption("Not yet: no two people have judged the same pair.")
        return
    everybody = {person for couple in found.couples for person in (couple.one, couple.other)}
    first, second = st.columns(2)
    called = _called(names)
    chosen = first.selectbox("One", sorted(everybody, key=called), format_func=called, key="quality-one")
    company = {couple.other: couple for couple in found.couples_of(str(chosen))}
    # A key of its own for each choice on the left: the company of another is another list.
    beside = second.selectbox(
        "and another", sorted(company, key=called), format_func=called, key=f"quality-other-{chosen}"
    )
    couple = company[str(beside)]
    one, other = called(couple.one), called(couple.other)
    kappa = "not defined (both always said the same)" if couple.kappa is None else f"{couple.kappa:.3f}"
    st.markdown(
        f"{plain(one)} (rows) and {plain(other)} (columns). Pairs judged by both: {couple.pairs:,}. "
        f"Cohen's kappa is {kappa}."
    )
    used = [verdict for verdict in LABELS if any(verdict in cell for cell in couple.confusion)]
    ink = "#ffffff" if st.context.theme.type == "dark" else "#1d2330"
    words = [VERDICT_WORDS[verdict] for verdict in used]
    st.altair_chart(quality_charts.confusion(_cells(couple, used), words, ink=ink), width=620)
    with st.expander("As a table", key="quality-confusion"):
        st.dataframe(_matrix(couple, used, f"{one} \\ {other}"), hide_index=True)


def _row(name: str, person: Checked) -> dict[str, object]:
    return {
        "person": name,
        "worth talking about": ", ".join(FLAG_WORDS[flag] for flag in person.flags),
        "votes": person.votes,
        "agrees with the others": tendency_words(person.consensus),
        "took the left": tendency_words(person.left),
        "took the longer": tendency_words(person.longer),
        "too fast": tendency_words(person.fast),
        "median seconds": NOT_YET if person.median_seconds is None else f"{person.median_seconds:.1f}",
    }


def tendency_words(found: Tendency) -> str:
    """A share with what it is a share of; undefined is said."""
    return NOT_YET if found.share is None else f"{found.share:.0%} of {found.n:,}"


def _called(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda annotator_id: names.get(annotator_id, annotator_id)


def _cells(couple: Couple, used: Sequence[Verdict]) -> list[dict[str, object]]:
    return [
        {
            "one": VERDICT_WORDS[row],
            "other": VERDICT_WORDS[column],
            "pairs": couple.confusion.get((row, column), 0),
        }
        for row in used
        for column in used
    ]


def _matrix(couple: Couple, used: Sequence[Verdict], corner: str) -> list[dict[str, object]]:
    return [
        {corner: VERDICT_WORDS[row]}
        | {VERDICT_WORDS[column]: couple.confusion.get((row, column), 0) for column in used}
        for row in used
    ]
