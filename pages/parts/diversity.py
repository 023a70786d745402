"""How different the prompts are, as bars that open their pairs in Browse; and the way back from there."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import altair as alt
import pandas as pd
import streamlit as st

from curation.database import Database
from curation.labelling.matching import Filter
from curation.quality.exhibits import Exhibit, Kind
from curation.suspicion import diversity
from curation.suspicion.diversity import Diversity, Group
from pages.parts import charts, exhibit_links

_UNCLEAR = "not clear"
_KINDS = {"cluster": "prompts nearly the same", "language": "prompt language", "source": "source"}


def show(db: Database) -> None:
    """What the last look found; the look itself is started under Suspected labels."""
    found = diversity.latest(db)
    if found is None:
        st.info(
            "Not measured yet. The look for wrong labels finds prompts that belong together on its way.",
            icon=":material/hub:",
        )
        return
    st.markdown(words(found))
    first, second, third = st.columns(3)
    first.metric(
        _named("Different prompts", Kind.GROUPED),
        f"{found.clusters:,}",
        help="Prompts nearly the same count as one.",
    )
    second.metric(
        _named("Effective number", Kind.GROUPED), f"{found.effective:,.0f}",
        help="So many prompts, each asked equally often, would be as diverse: exp of the entropy (Hill 1973),"
        " the Vendi score of these clusters.",
    )  # fmt: skip
    third.metric(
        _named("Largest tenth holds", Kind.CROWDED), f"{found.tenth:.0%}",
        help="Of all pairs; 10% where all are equal.",
    )  # fmt: skip
    if found.largest:
        _bars("Largest clusters of prompts", "cluster", found.largest)
    else:
        st.caption("No two pairs ask the same prompt, or nearly the same.")
    languages = [replace(each, words=each.words or _UNCLEAR) for each in found.languages]
    _bars("Languages of the prompts", "language", languages[:15])
    _bars("Sources", "source", found.sources[:15])
    looked = exhibit_links.inline(f"{found.pairs:,}", Exhibit(kind=Kind.GROUPED))
    st.caption(f"Different contents looked at: {looked}, on {found.measured:%Y-%m-%d %H:%M} UTC.")


def words(found: Diversity) -> str:
    """What the figures mean, in a sentence."""
    share = found.effective / found.clusters
    told = f"{found.pairs:,} pairs ask {found.clusters:,} different prompts"
    if share > 0.9:
        return f"{told}, nearly all equally often."
    return f"{told}, some more often than others: as diverse as {found.effective:,.0f} asked equally often."


def narrowed(wanted: Filter) -> Filter:
    """The filter of Browse within the group that the page's address names, said with a way out."""
    asked = {kind: st.query_params[kind] for kind in _KINDS if kind in st.query_params}
    if not asked:
        return wanted
    said, out = st.columns([6, 1], vertical_alignment="center")
    told = ", ".join(_KINDS[kind] for kind in asked)
    said.info(f"Only one group of pairs: {told}.", icon=":material/filter_alt:")
    out.button("Show all", key="browse-group-all", width="stretch", on_click=st.query_params.clear)
    return replace(
        wanted,
        cluster=asked.get("cluster"),
        language=_language(asked),
        source_id=asked.get("source", wanted.source_id),
    )


def _language(asked: Mapping[str, str]) -> str | None:
    language = asked.get("language")
    return "" if language == _UNCLEAR else language


def _bars(title: str, kind: str, groups: Sequence[Group]) -> None:
    st.subheader(title, anchor=False)
    frame = pd.DataFrame(
        [
            {"behind": _address(kind, each), "name": f"{place}. {_short(each.words)}",
             "what": each.words[:300], "pairs": each.pairs}
            for place, each in enumerate(groups, start=1)
        ]
    )  # fmt: skip
    chart = (
        alt.Chart(frame)
        .mark_bar(height=16, cornerRadius=3)
        .encode(
            y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=340)),
            x=alt.X("pairs:Q", title="pairs", axis=alt.Axis(tickMinStep=1, tickCount=6, format="d")),
            tooltip=["what:N", "pairs:Q"],
            href=charts.HREF,
        )
        .properties(height=alt.Step(26))
    )
    st.altair_chart(chart)
    with st.expander("As a table", key=f"diversity-{kind}"):
        linked = [
            {"what": each.words[:300], "pairs": f"{_address(kind, each)}#{each.pairs:,}"} for each in groups
        ]
        exhibit_links.table(linked, "pairs")


def _named(words: str, kind: Kind) -> str:
    return exhibit_links.inline(words, Exhibit(kind=kind))


def _address(kind: str, group: Group) -> str:
    return "browse?" + urlencode({kind: group.key or _UNCLEAR})


def _short(prompt: str) -> str:
    line = " ".join(prompt.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
