"""Protected prompts: which benchmarks no release may hold, and how another is handed in."""

import streamlit as st

from curation.database import Database
from curation.intake import locations
from curation.model import Role
from curation.validation import benchmarks, protected
from pages.parts import guard, session
from pages.parts.plain import plain

_OTHER = "Another set on the Hub"


def show(db: Database) -> None:
    """The sets there are, then the two ways to add one."""
    with db.reading() as cursor:
        sets = protected.supplied(cursor)
    st.caption(
        "A pair whose prompt holds most of a protected one stays out of every release, whatever words stand "
        "around it. Sets can be added and never removed, so that a release can be written again."
    )
    if sets:
        rows = [{"set": name, "prompts": count} for name, count in sets.items()]
        st.dataframe(rows, hide_index=True, width=520, key="protected-sets")
    else:
        st.info("No set is protected yet; the card of a release will say so.", icon=":material/shield:")
    _from_hub(tuple(sets))
    _from_file()


def _from_hub(there: tuple[str, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        offered = [name for name in benchmarks.KNOWN if name not in there]
        chosen = st.selectbox("Benchmark", [*offered, _OTHER], key="protected-known", width=300)
        spec = benchmarks.KNOWN.get(chosen, "")
        if chosen == _OTHER:
            spec = st.text_input(
                "Name on the Hub",
                placeholder="owner/name:configuration#split",
                key="protected-hub",
                width=320,
            ).strip()
        pressed = st.button("Fetch and protect", key="protected-fetch", disabled=not spec)
    if pressed:
        with guard.on_action(), st.spinner("Fetching from the Hub"):
            person = guard.permitted(Role.LEAD)
            wanted = chosen if chosen != _OTHER else locations.HUB_PREFIX + spec.removeprefix("hub:")
            added = benchmarks.add(
                session.database(), session.home(), wanted, now=session.now(), by=person.id
            )
            _said(chosen if chosen != _OTHER else spec, added)


def _from_file() -> None:
    given = st.file_uploader(
        "Or a file with a column question, prompt, instruction or messages",
        type=["jsonl", "json", "csv", "tsv", "parquet"],
        key="protected-file",
        width=520,
    )
    if given is None or not st.button("Protect its prompts", key="protected-keep"):
        return
    with guard.on_action():
        person = guard.permitted(Role.LEAD)
        located = locations.keep_upload(session.home(), given.name, given)
        added = benchmarks.keep(
            session.database(), located, name=located.location, now=session.now(), by=person.id
        )
        _said(located.location, added)


def _said(name: str, added: int) -> None:
    words = f"{added:,} prompts of {name} are protected." if added else f"{name} was protected already."
    st.success(plain(words), icon=":material/shield:")
    st.button("Show the list", key="protected-again")
