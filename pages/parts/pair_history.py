"""Everything that was ever said and done about one pair: votes first, then the whole log in order."""

from collections.abc import Mapping, Sequence

import streamlit as st

from curation.database import Database
from curation.labelling import decisions, edits, mends, placements, settlements
from curation.labelling.placements import Place
from curation.model import Answer, Decision, Pair
from pages.parts import rendered
from pages.parts.pair_words import VERDICT_WORDS
from pages.parts.plain import plain

_STRENGTHS = {1: "slightly better", 2: "better", 3: "much better"}
_PLACES = {
    Place.ASIDE: "set aside",
    Place.SENT_BACK: "sent back for another vote",
    Place.ONE_ANSWER: "set aside, its one answer kept for KTO",
    None: "put back",
}
Row = Mapping[str, object]


def show(db: Database, pair: Pair) -> None:
    """Who decided what, and what reviewers did; rewritten answers in full."""
    made = decisions.history(db, pair.id)
    with db.reading() as cursor:
        fixed = mends.present(cursor, [pair.id]).get(pair.id)
    rows = sorted(
        [
            *_decided(made, "" if fixed is None else fixed.text_id),
            *_settled(db, pair.id),
            *_placed(db, pair.id),
            *_edited(db, pair.id),
            *_mended(db, pair.id),
        ],
        key=lambda row: str(row["when (UTC)"]),
    )
    st.markdown("**History**")
    if rows:
        st.dataframe(rows, hide_index=True, column_config=_COLUMNS)
    else:
        st.caption("Nobody has decided about this pair yet.")
    _rewrites(made)
    prior = VERDICT_WORDS[pair.prior_winner] if pair.prior_winner else "no winner"
    st.caption(f"Imported from row {pair.source_row} of source {pair.source_id[:8]}, which named {prior}.")


_COLUMNS = {
    "when (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
    "seconds": st.column_config.NumberColumn(format="%.1f", width="small"),
    "said": st.column_config.TextColumn(width="medium"),
    "comment": st.column_config.TextColumn(width="medium"),
}


def _decided(made: Sequence[Decision], text_id: str) -> list[Row]:
    replaced = {decision.supersedes for decision in made}
    return [
        {
            "when (UTC)": decision.server_time,
            "who": decision.annotator_id,
            "said": _said(decision) + (" (replaced)" if decision.id in replaced else ""),
            "read": _read(decision, text_id),
            "left on screen": _left(decision.left),
            "seconds": decision.seconds_active,
            "reasons": ", ".join(decision.reasons),
            "comment": decision.comment,
            "flag": decision.flag or "",
            # Votes of other tools, and those from before anybody wrote guidelines, were given under none.
            "guidelines": f"v{decision.guideline_version}" if decision.guideline_version else "",
        }
        for decision in made
    ]


def _said(decision: Decision) -> str:
    if decision.verdict is None:
        return "taken back"
    strength = f", {_STRENGTHS[decision.strength]}" if decision.strength else ""
    again = ", hidden repeat" if decision.round else ""
    rewritten = ", rewritten" if decision.rewrite else ""
    return VERDICT_WORDS[decision.verdict] + strength + rewritten + again


def _read(decision: Decision, text_id: str) -> str:
    """Which texts the person had before them, where that was recorded."""
    if decision.text_seen is None:
        return ""
    if decision.text_seen == text_id:
        return "these texts"
    return "earlier texts, fixed" if decision.text_seen else "the import, before a fix"


def _left(answer: Answer | None) -> str:
    return "unknown" if answer is None else ("Answer 1" if answer is Answer.ONE else "Answer 2")


def _settled(db: Database, pair_id: str) -> list[Row]:
    return [
        _act(
            each.settled,
            each.settled_by,
            f"settled: {VERDICT_WORDS[each.verdict]}" if each.verdict else "open again",
            each.reason,
        )
        for each in settlements.history(db, pair_id)
    ]


def _placed(db: Database, pair_id: str) -> list[Row]:
    return [
        _act(each.placed, each.placed_by, _PLACES[each.place], each.reason)
        for each in placements.history(db, pair_id)
    ]


def _edited(db: Database, pair_id: str) -> list[Row]:
    rows = []
    for each in edits.about(db, pair_id):
        into = f"edited into pair {each.pair_id[:8]}"
        said = f"made from pair {each.edited_from[:8]}" if each.pair_id == pair_id else into
        rows.append(_act(each.edited, each.edited_by, said, each.reason))
    return rows


def _mended(db: Database, pair_id: str) -> list[Row]:
    return [
        _act(each.when, each.by, "fix undone" if each.undone else f"texts fixed ({each.rule})", each.reason)
        for each in mends.history(db, pair_id)
    ]


def _act(when: object, who: str, said: str, why: str) -> Row:
    return {"when (UTC)": when, "who": who, "said": said, "comment": why}


def _rewrites(made: Sequence[Decision]) -> None:
    replaced = {decision.supersedes for decision in made}
    for decision in made:
        if decision.rewrite and decision.verdict is not None and decision.id not in replaced:
            with st.container(border=True):
                st.markdown(
                    f"**{VERDICT_WORDS[decision.verdict]}, rewritten by {plain(decision.annotator_id)}**"
                )
                rendered.show(decision.rewrite)
