"""What the rules found: a sentence each, counts, and examples to look at."""

from collections.abc import Callable

import streamlit as st

from curation.database import Database
from curation.labelling import pairs
from curation.validation.finding import Finding, Severity

_WORDS = {
    Severity.ERROR: ("Error", "red"),
    Severity.WARNING: ("Warning", "orange"),
    Severity.NOTE: ("Note", "blue"),
}


def show(db: Database, findings: tuple[Finding, ...], remedy: Callable[[Finding, int], None]) -> None:
    """All findings, heaviest first.

    Args:
        remedy: draws what would clear a finding, given the finding and its number.
    """
    if not findings:
        st.success("No rule found anything.", icon=":material/check_circle:")
    for number, finding in enumerate(findings):
        _one(db, finding, number, remedy)


def _one(db: Database, finding: Finding, number: int, remedy: Callable[[Finding, int], None]) -> None:
    words, colour = _WORDS[finding.severity]
    with st.container(border=True, key=f"finding-{finding.rule}-{number}"):
        st.badge(f"{finding.rule} {words}", color=colour)  # type: ignore[arg-type]
        st.text(finding.message)
        number_of = "1 pair" if finding.count == 1 else f"{finding.count:,} pairs"
        what = f"{number_of}, {finding.share:.0%} of those looked at"
        st.caption(f"{what}. {finding.fix}" if finding.fix else f"{what}.")
        if finding.examples:
            with st.expander(f"Examples ({min(5, len(finding.examples))} of {finding.count:,})"):
                st.dataframe([_row(db, pair_id) for pair_id in finding.examples[:5]], hide_index=True)
        if finding.severity is not Severity.NOTE:
            remedy(finding, number)


def _row(db: Database, pair_id: str) -> dict[str, str]:
    pair = pairs.get(db, pair_id)
    return {
        "pair": pair_id[:8],
        "prompt": pair.prompt[:200],
        # Quoted, so that a blank at an edge can be seen.
        "answer 1": repr(pair.answer_1[:200]),
        "answer 2": repr(pair.answer_2[:200]),
    }
