"""An import under way: how far it is, and the button that ends it without a trace."""

import streamlit as st

from curation.database import Database
from curation.intake import jobs
from curation.intake.jobs import Job
from curation.model import Role
from pages.parts import guard, import_report, session
from pages.parts.plain import plain


def cancel() -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD)
        job = jobs.last(session.database())
        if job is not None:
            job.cancel()


def dismiss() -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD)
        jobs.dismiss(session.database())


def show(db: Database) -> None:
    """The import under way, or what became of the last one until somebody dismisses it."""
    job = jobs.last(db)
    if job is None:
        return
    if job.runs:
        _watch()
        return
    _ended(job)
    st.button("Done", key="import-done", on_click=dismiss)
    st.divider()


@st.fragment(run_every=1.0)
def _watch() -> None:
    with guard.on_action():
        guard.permitted(Role.LEAD, in_use=False)
        job = jobs.last(session.database())
        if job is None or not job.runs:
            st.rerun(scope="app")
        step = job.progress
        share = min(1.0, step.done / max(1, step.total)) if step else 0.0
        said = f"{job.name}: {step.counts.accepted:,} pairs" if step else f"{job.name}: reading"
        if step and step.counts.refused:
            said += f", {step.counts.refused:,} rows refused"
        st.progress(share, plain(said))
        words = "Cancelling" if job.was_cancelled else "Cancel the import"
        st.button(
            words, key="import-cancel", on_click=cancel, disabled=job.was_cancelled, icon=":material/close:"
        )
        st.caption("Others go on labelling. The pairs appear all at once when the import has ended.")


def _ended(job: Job) -> None:
    if job.bug is not None:
        raise job.bug
    if job.problem is not None:
        st.error(plain(job.problem), icon=":material/error:")
    elif job.outcome is not None and not job.outcome.finished:
        st.info(plain(f"The import of {job.name} was cancelled. Nothing was kept."))
    elif job.outcome is not None:
        st.subheader(plain(job.name), anchor=False)
        import_report.report(job.outcome)
