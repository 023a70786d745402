"""Check the data, acknowledge what is accepted, release a version of the dataset."""

import streamlit as st

from curation.labelling import pairs
from curation.model import Role
from curation.release import gate, releases
from curation.validation.finding import Finding, Severity
from curation.validation.policy import Policy
from pages.parts import (
    guard,
    release_check,
    release_findings,
    release_fix,
    release_lengths,
    release_licences,
    release_policy,
    release_remedy,
    release_summary,
    session,
)
from pages.parts.plain import plain

person = guard.require(Role.LEAD)
db = session.database()
place = session.home()


def acknowledgements(findings: tuple[Finding, ...]) -> list[str]:
    """One box a rule that warns; the rules that were ticked."""
    rules = sorted({finding.rule for finding in findings if finding.severity is Severity.WARNING})
    return [
        rule
        for rule in rules
        if st.checkbox(
            f"I have seen the warnings of {rule} and release all the same. My name goes into the card.",
            key=f"release-accept-{rule}",
        )
    ]


def make(name: str, chosen: Policy, accept: list[str]) -> None:
    with st.spinner("Writing the release"):
        made = releases.create(
            db, place, name=name.strip(), policy=chosen, by=person.id, now=session.now(), accept=accept
        )
    st.success(
        f"Released {made.name}: {made.train:,} training and {made.test:,} held-out rows.",
        icon=":material/verified:",
    )
    st.page_link("train.py", label="Train on it", icon=":material/model_training:")


st.title("Release", anchor=False)
if not pairs.count(db):
    st.info("There are no pairs to release yet.", icon=":material/inbox:")
    st.page_link("import_data.py", label="Import pairs", icon=":material/upload_file:")
    st.stop()
with guard.on_action():
    chosen = release_policy.chosen(db)
    seen, before = release_check.examined(db, chosen)
    release_summary.counts(seen)
    release_findings.show(
        db,
        seen.validation.findings,
        chosen,
        before,
        lambda finding, key: release_remedy.offer(finding, key, chosen),
    )
    release_fix.undo()
    release_lengths.undo()
    accepted = acknowledgements(seen.validation.findings)
    for blocker in gate.blockers(seen, seen.to_acknowledge):  # what no acknowledgement removes
        st.error(plain(blocker.message), icon=":material/block:")
        release_remedy.clear(blocker.rule, seen.validation.findings, chosen)
    release_licences.ask()
    field, _ = st.columns([1, 2])
    following = f"v{len(releases.listed(db, place)) + 1}"
    name = field.text_input("Name of the release", value=following, key=f"release-name-{following}")
    missing = sorted({*seen.to_acknowledge} - {*accepted})
    if missing:
        st.caption(f"Still to acknowledge: {', '.join(missing)}.")
    ready = bool(name) and not gate.blockers(seen, accepted)
    if st.button(
        "Release", type="primary", key="release-make", disabled=not ready, icon=":material/verified:"
    ):
        make(name, chosen, accepted)
if releases.listed(db, place):
    st.page_link("versions.py", label="All versions", icon=":material/deployed_code_history:")
