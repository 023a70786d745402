"""What two people make of the same pairs, and everybody with everybody."""

from collections.abc import Mapping, Sequence

import streamlit as st

from curation.model import Verdict
from curation.quality.agreement import LABELS, Agreement, Couple
from curation.quality.exhibits import Exhibit, Kind
from pages.parts import exhibit_links, quality_charts, quality_people_charts
from pages.parts.plain import plain
from pages.parts.quality_words import VERDICT_WORDS, number

MATRIX = 3  # people from which everybody is shown with everybody


def show(found: Agreement, names: Mapping[str, str]) -> None:
    """The confusion of two people who judged the same pairs."""
    st.subheader("Two people, the same pairs", anchor=False)
    if not found.couples:
        st.caption("Not yet: no two people have judged the same pair.")
        return
    everybody = sorted({person for couple in found.couples for person in (couple.one, couple.other)},
                       key=lambda person: names.get(person, person))  # fmt: skip
    if len(everybody) >= MATRIX:
        _everybody(found, [names.get(person, person) for person in everybody], names)
    _two(_chosen(found, everybody, names), names)


def _chosen(found: Agreement, everybody: Sequence[str], names: Mapping[str, str]) -> Couple:
    def called(person: str) -> str:
        return names.get(person, person)

    first, second = st.columns(2)
    chosen = first.selectbox("One", everybody, format_func=called, key="quality-one")
    company = {couple.other: couple for couple in found.couples_of(str(chosen))}
    # A key of its own for each choice on the left: the company of another is another list.
    beside = second.selectbox(
        "and another", sorted(company, key=called), format_func=called, key=f"quality-other-{chosen}"
    )
    return company[str(beside)]


def _two(couple: Couple, names: Mapping[str, str]) -> None:
    one, other = names.get(couple.one, couple.one), names.get(couple.other, couple.other)
    kappa = (
        "not defined (both always said the same)"
        if couple.kappa is None
        else exhibit_links.inline(f"{couple.kappa:.3f}", _both(couple))
    )
    st.markdown(
        f"{plain(one)} (rows) and {plain(other)} (columns). Pairs judged by both: "
        f"{exhibit_links.inline(f'{couple.pairs:,}', _both(couple))}. Cohen's kappa is {kappa}."
    )
    used = [verdict for verdict in LABELS if any(verdict in cell for cell in couple.confusion)]
    words = [VERDICT_WORDS[verdict] for verdict in used]
    st.altair_chart(quality_charts.confusion(_cells(couple, used), words, ink=ink()), width=620)
    with st.expander("As a table", key="quality-confusion"):
        exhibit_links.table(_matrix(couple, used, f"{one} \\ {other}"), *words)


def _everybody(found: Agreement, everybody: Sequence[str], names: Mapping[str, str]) -> None:
    rows = [
        {
            "down": names.get(couple.one, couple.one),
            "across": names.get(couple.other, couple.other),
            "value": couple.kappa,
            "strength": couple.kappa,
            "n": couple.pairs,
            "behind": exhibit_links.address(_both(couple)),
        }
        for each in found.couples
        for couple in (each, each.turned)
        if couple.kappa is not None
    ]
    if rows:
        st.altair_chart(
            quality_people_charts.squares(
                rows,
                across=everybody,
                down=everybody,
                ink=ink(),
                form=".2f",
                title="Cohen's kappa",
            )
        )
    with st.expander("As a table", key="quality-couples"):
        rows = [_couple_row(couple, names) for couple in found.couples]
        exhibit_links.table(rows, "pairs", "Cohen's kappa")


def ink() -> str:
    """A colour for numbers on coloured squares."""
    return "#ffffff" if st.context.theme.type == "dark" else "#1d2330"


def _couple_row(couple: Couple, names: Mapping[str, str]) -> dict[str, object]:
    both = _both(couple)
    return {
        "one": names.get(couple.one, couple.one),
        "another": names.get(couple.other, couple.other),
        "pairs": exhibit_links.linked(f"{couple.pairs:,}", both),
        "Cohen's kappa": exhibit_links.linked(number(couple.kappa), both),
    }


def _both(couple: Couple) -> Exhibit:
    return Exhibit(kind=Kind.CELL, who=couple.one, other=couple.other)


def _cells(couple: Couple, used: Sequence[Verdict]) -> list[dict[str, object]]:
    return [
        {
            "one": VERDICT_WORDS[row],
            "other": VERDICT_WORDS[column],
            "pairs": couple.confusion.get((row, column), 0),
            "behind": exhibit_links.address(_behind(couple, row, column)),
        }
        for row in used
        for column in used
    ]


def _matrix(couple: Couple, used: Sequence[Verdict], corner: str) -> list[dict[str, object]]:
    return [
        {corner: VERDICT_WORDS[row], **{VERDICT_WORDS[other]: _cell(couple, row, other) for other in used}}
        for row in used
    ]


def _cell(couple: Couple, row: Verdict, column: Verdict) -> str | None:
    return exhibit_links.linked(f"{couple.confusion.get((row, column), 0):,}", _behind(couple, row, column))


def _behind(couple: Couple, row: Verdict, column: Verdict) -> Exhibit:
    return Exhibit(kind=Kind.CELL, who=couple.one, other=couple.other, verdict=row, other_verdict=column)
