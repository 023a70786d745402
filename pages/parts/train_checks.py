"""What the preflight found: what stands in the way, what was looked at, and what the run will need."""

import streamlit as st

from pages.parts.plain import plain
from training import units
from training.findings import Finding, Preflight, Severity

_WORDS = {
    Severity.ERROR: ("Stops the start", ":material/block:"),
    Severity.WARNING: ("Warning", ":material/warning:"),
}


def findings(seen: Preflight) -> None:
    """All findings, worst first, each as one sentence."""
    if not seen.errors and not seen.warnings:
        st.success("Nothing stands in the way.", icon=":material/check_circle:")
    for finding in (*seen.errors, *seen.warnings):
        words, icon = _WORDS[finding.severity]
        box = st.error if finding.severity is Severity.ERROR else st.warning
        box(f"**{words}.** {plain(finding.message)}{_named(finding)}", icon=icon)
    _needs(seen)
    others = [finding for finding in seen.findings if finding.severity is Severity.INFORMATION]
    with st.expander(f"In order: {len(others)} of {len(seen.findings)} checks", icon=":material/checklist:"):
        st.dataframe(
            [{"check": one.message, "found": one.value, "matters from": one.threshold} for one in others],
            hide_index=True,
            height="content",
            placeholder="–",
            column_config={
                "check": st.column_config.TextColumn(width=590),
                "found": st.column_config.NumberColumn(width="small", format="compact"),
                "matters from": st.column_config.NumberColumn(width="small", format="compact"),
            },
        )


def _named(finding: Finding) -> str:
    pairs = [pair[:8] for pair in finding.pairs if pair not in finding.message]
    if not pairs:
        return ""
    # The eight digits find a pair in Browse and in the exact text below.
    return "  \nFirst pairs: " + ", ".join(f"`{pair}`" for pair in pairs)


def _needs(seen: Preflight) -> None:
    """Memory by what takes it, the biggest first, and the time."""
    if not seen.memory:
        return
    parts = sorted(seen.memory.items(), key=lambda part: -part[1])
    words = ", ".join(f"{name} {units.size(count)}" for name, count in parts if count >= 2**20)
    said = "measured over two steps" if seen.measured else "estimated"
    st.markdown(f"**{units.size(seen.memory_bytes)}** of memory, **{units.duration(seen.seconds)}**, {said}")
    st.caption(f"By the estimate: {words}.")
