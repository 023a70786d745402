"""What lies between two releases, and why."""

import streamlit as st

from curation.quality import exhibits
from curation.quality.exhibits import Exhibit
from curation.release import difference
from curation.release.difference import Change, Comparison, Kind
from pages.parts import exhibit_links, session
from pages.parts.plain import plain
from pages.parts.version_list import Shown

_ROWS = 200
_AT_ONCE = 12  # rows drawn without a scroll bar of their own
_WORDS = {
    Kind.WINNER: "Other winner",
    Kind.ADDED: "Added",
    Kind.REMOVED: "Removed",
    Kind.PART: "Other part",
    Kind.SUPPORT: "Other support",
}


def show(shown: Shown) -> None:
    """Compare the chosen version with another one."""
    others = [each for each in shown.known if each.name != shown.chosen.name and each.path.is_dir()]
    if not others or not shown.chosen.path.is_dir():
        st.info("Two releases with their folders are needed to compare.", icon=":material/difference:")
        return
    field, _ = st.columns([1, 3])
    older = [each.name for each in others if each.released <= shown.chosen.released]
    names = [each.name for each in others]
    name = field.selectbox(
        "Compared with",
        names,
        index=names.index(older[0]) if older else 0,
        key=f"compare-{shown.chosen.name}",
    )
    before = next(each for each in others if each.name == name)
    key = (before.fingerprint, before.name, shown.chosen.fingerprint, shown.chosen.name)
    found = session.kept("version-comparison")
    if not (isinstance(found, tuple) and found[0] == key):
        with st.spinner("Comparing all rows"):
            found = (key, difference.compare(before.path, shown.chosen.path, limit=_ROWS))
        session.keep("version-comparison", found)
    _draw(found[1], before.name, shown.chosen.name)


def _draw(found: Comparison, before: str, after: str) -> None:
    cells = {"Same": found.same, **{words: found.counts.get(kind, 0) for kind, words in _WORDS.items()}}
    for column, (words, count) in zip(st.columns(len(cells)), cells.items(), strict=True):
        column.metric(words, f"{count:,}")
    if found.settings:
        st.markdown(plain(f"Other settings from {before} to {after}: {'; '.join(found.settings)}."))
    if not found.changes:
        st.success(f"{plain(before)} and {plain(after)} hold the same rows.", icon=":material/check_circle:")
        return
    total = sum(found.counts.values())
    if total > len(found.changes):
        st.caption(f"The first {len(found.changes)} of {total:,} rows.")
    said = any(each.since for each in found.changes)
    exhibit_links.table(
        [_row(each, said=said) for each in found.changes],
        "pair",
        width="small",  # else as wide as the address behind it, and the reasons are out of sight
        height="content" if len(found.changes) <= _AT_ONCE else 480,
    )


def _row(each: Change, *, said: bool) -> dict[str, object]:
    """One row; without the last column where nobody said anything, so that the reasons have room."""
    return {
        "what": _WORDS[each.kind],
        "pair": exhibit_links.linked(each.pair_id[:8], Exhibit(kind=exhibits.Kind.PAIR, pair=each.pair_id)),
        "why": each.why,
        **({"what people said since": "; ".join(each.since)} if said else {}),
    }
