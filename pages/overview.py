"""How far the project is, and what to do next."""

import streamlit as st

from curation.labelling import browse, events, progress
from curation.model import Role, Tier
from curation.quality import annotators
from pages.parts import charts, guard, next_step, rounds, session
from training import run_views

JUDGED = (Tier.GOLD, Tier.AGREE2, Tier.MAJORITY, Tier.SINGLE, Tier.CONFLICT)
person = guard.require(Role.ANNOTATOR)
db = session.database()
place = session.home()
lead = person.role.includes(Role.LEAD)
counts = browse.tiers(db)
made = sorted(place.releases.glob("[!.]*/manifest.json"), key=lambda file: file.stat().st_mtime)
releases = len(made)
trained = run_views.list_runs(place) if lead else []

st.title("Overview", anchor=False)
step = next_step.step(person.role, counts, releases=releases, runs=len(trained))
with st.container(border=True, key="next-step"):
    st.markdown(f"**Next:** {step.sentence}")
    st.page_link(step.page, label=step.label, icon=f":material/{step.icon}:")

mine = progress.of(db, person.id, day_start=session.day_start())
columns = st.columns(5 if lead else 3)
columns[0].metric("Pairs", f"{sum(counts.values()):,}")
columns[1].metric("Judged by people", f"{sum(counts[tier] for tier in JUDGED):,}")
columns[2].metric("Judged by you today", f"{mine.today:,}", help=f"{mine.mine:,} in all.")
if lead:
    columns[3].metric("Releases", releases)
    columns[4].metric("Runs", len(trained))

if sum(counts.values()):
    st.subheader("What the pairs stand on", anchor=False)
    st.altair_chart(charts.tiers(counts))
if lead:
    rounds.show(rounds.of(db, run_views.list_evaluations(place), [file.parent for file in made]))
    st.subheader("Latest actions", anchor=False)
    people = annotators.names(db)
    rows = [
        {
            "when (UTC)": event.happened,
            "who": people.get(event.actor, event.actor),
            "what": event.action,
            "which": event.subject,
        }
        for event in events.newest(db, limit=8)
    ]
    if rows:
        st.dataframe(rows, hide_index=True)
    else:
        st.caption("Nothing has happened yet. Imports, releases and settlements will be listed here.")
