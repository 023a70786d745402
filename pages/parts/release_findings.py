"""What the rules found: a sentence each, counts, how they have changed, and examples to look at."""

from collections.abc import Callable

import streamlit as st

from curation.database import Database
from curation.validation import history
from curation.validation.finding import Finding, Severity
from curation.validation.history import Key, Run
from curation.validation.policy import Policy
from pages.parts import release_examples

_WORDS = {
    Severity.ERROR: ("Error", "red"),
    Severity.WARNING: ("Warning", "orange"),
    Severity.NOTE: ("Note", "blue"),
}


def show(
    db: Database,
    findings: tuple[Finding, ...],
    policy: Policy,
    before: Run | None,
    remedy: Callable[[Finding, Key], None],
) -> None:
    """All findings by rule.

    Args:
        policy: what they were found under.
        before: the run to compare with.
        remedy: draws what would clear a finding, given the finding and its key.
    """
    if not findings:
        st.success("No rule found anything.", icon=":material/check_circle:")
    else:
        st.caption(
            "An error keeps its rows out, and blocks where it is about the whole set; a warning waits for"
            " your acknowledgement below."
        )
    for key, finding in history.keyed(findings):
        _one(db, finding, key, history.trend(finding, before, key), policy, remedy)
    gone = history.gone(findings, before)
    if gone:
        st.caption(f"Nothing any more, unlike at the last run: {', '.join(gone)}.")


def _one(
    db: Database,
    finding: Finding,
    key: Key,
    trend: str,
    policy: Policy,
    remedy: Callable[[Finding, Key], None],
) -> None:
    name = "-".join(map(str, key))
    words, colour = _WORDS[finding.severity]
    with st.container(border=True, key=f"finding-{name}"):
        st.badge(f"{finding.rule} {words}", color=colour)  # type: ignore[arg-type]
        st.text(finding.message)
        what = f"{finding.counted}, {finding.share:.0%} of those looked at" + (f", {trend}" if trend else "")
        st.caption(f"{what}. {finding.fix}" if finding.fix else f"{what}.")
        release_examples.show(db, finding, name, policy)
        remedy(finding, key)
