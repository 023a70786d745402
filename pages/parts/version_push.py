"""A release on its way to the Hugging Face Hub: what would go, then the push."""

import streamlit as st

from curation.release import publish, releases
from curation.release.publish import Plan
from pages.parts import hub_token, session
from pages.parts.plain import plain
from pages.parts.version_list import Shown

_MIB = 2**20


def show(shown: Shown) -> None:
    """Name a repository, see what would go, push."""
    field, choice, _ = st.columns([2, 1, 2], vertical_alignment="bottom")
    repository = field.text_input(
        "Data set on the Hub", placeholder="owner/name", key="version-repository"
    ).strip()
    public = choice.toggle(
        "Public", key="version-public", help="Everybody can read it. Off: only its owners."
    )
    hub_token.notice()
    if not repository:
        return
    planned = _planned(shown, repository, private=not public)
    _draw(planned)
    if hub_token.button(repository, private=not public, key="version-push"):
        _push(shown, planned)


def _planned(shown: Shown, repository: str, *, private: bool) -> Plan:
    """What would go; every file is hashed once, not at each rerun."""
    kept = session.kept("version-plan")
    wanted = (shown.chosen.fingerprint, shown.chosen.name, repository, private)
    if isinstance(kept, tuple) and kept[0] == wanted and isinstance(kept[1], Plan):
        return kept[1]
    with st.spinner("Checking every file"):
        planned = publish.plan(shown.chosen.path, repository, private=private)
    session.keep("version-plan", (wanted, planned))
    return planned


def _draw(planned: Plan) -> None:
    st.markdown(
        plain(
            f"{len(planned.files)} files, {planned.size / _MIB:,.1f} MiB, tagged {planned.tag}. Whatever "
            "else lies there is removed from its newest version and stays in its history."
        )
    )
    st.dataframe(
        [{"file": name, "bytes": size} for name, size in planned.files],
        hide_index=True,
        height="content",
        width=560,
    )
    st.caption("decisions.parquet goes along: every decision, people by pseudonym, comments left out.")


def _push(shown: Shown, planned: Plan) -> None:
    with st.spinner("Pushing"):
        pushed = publish.push(shown.chosen.path, planned)
    releases.record_push(shown.db, shown.chosen.name, pushed, by=shown.person.id, now=session.now())
    st.success(
        plain(f"{shown.chosen.name} is at {pushed.url}, revision {pushed.commit[:12]}."),
        icon=":material/check_circle:",
    )
