"""Runs the rules for the page; where many texts are to be measured first, says how far it is, and cancels."""

import streamlit as st

from curation.database import Database
from curation.model import Role
from curation.release import gate
from curation.release.gate import Examination
from curation.validation import history, measuring, measuring_job, snapshot
from curation.validation.history import Run
from curation.validation.policy import Policy
from pages.parts import guard, session
from pages.parts.plain import plain

_KEY = "release-examined"


def examined(db: Database, chosen: Policy) -> tuple[Examination, Run | None]:
    """What the rules say now, and the run before; looked at again only when data or policy have changed.

    Ends the page where many texts are to be measured first: a watch stands there instead.
    """
    key = (snapshot.stamp(db), chosen)
    kept = session.kept(_KEY)
    if isinstance(kept, tuple) and kept[0] == key and isinstance(kept[1], Examination):
        return kept[1], kept[2]
    _require_measured(db)
    with st.spinner("Checking all rules"):
        seen = gate.examine(db, chosen)
    before = history.keep(db, seen.validation, chosen, now=session.now())
    session.keep(_KEY, (key, seen, before))
    return seen, before


def _require_measured(db: Database) -> None:
    job = measuring_job.last(db)
    if job is not None and job.runs:
        _watch()
        st.stop()
    with db.reading() as cursor:
        missing = measuring.count_missing(cursor)
    if missing <= measuring.HERE_AND_NOW:
        return
    if job is not None and job.problem:
        st.error(plain(job.problem), icon=":material/error:")
    kept = " What was measured before the cancel is kept." if job is not None and job.was_cancelled else ""
    st.info(f"The texts of {missing:,} pairs are to be measured once before the rules can run.{kept}")
    st.button("Measure them", key="measure-start", type="primary", on_click=_start)
    st.stop()


def _start() -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD)
        measuring_job.start(session.database())


def _cancel() -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD)
        job = measuring_job.last(session.database())
        if job is not None:
            job.cancel()


@st.fragment(run_every=1.0)
def _watch() -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD, in_use=False)
        job = measuring_job.last(session.database())
        if job is None or not job.runs:
            st.rerun(scope="app")
        done, total = job.progress or (0, 0)
        st.progress(min(1.0, done / max(1, total)), f"Measuring texts: {done:,} of {total:,} pairs")
        words = "Cancelling" if job.was_cancelled else "Cancel"
        st.button(
            words, key="measure-cancel", on_click=_cancel, disabled=job.was_cancelled, icon=":material/close:"
        )
        st.caption("Others go on labelling. What is measured is kept when you cancel.")
