"""Labels that are probably wrong: the look for them, what it found, and where they go from there."""

from collections.abc import Sequence

import streamlit as st

from curation.database import Database
from curation.labelling import batches
from curation.model import Role
from curation.quality.exhibits import Exhibit, Kind
from curation.suspicion import discovery, looking, records
from curation.suspicion.records import Outcome, Suspect
from pages.parts import charts, exhibit_links, guard, quality_discovery, quality_once, session
from pages.parts.pair_words import VERDICT_WORDS
from pages.parts.plain import plain

_SHOWN = 25
_MOST_SENT = 1000


def show(db: Database) -> None:
    """The look in effect, its curve and its suspects; or the offer to look."""
    looks = looking.of(db)
    if looks.progress().is_running:
        st.fragment(_running, run_every=1)()
        return
    if looks.progress().failed:
        st.error(plain(looks.progress().failed), icon=":material/error:")
    found = records.latest(db)
    st.button(
        "Look for wrong labels" if found is None else "Look again", key="suspicion-look", on_click=_look,
        icon=":material/troubleshoot:", help="Reads every label a release could hold. Nothing is changed.",
    )  # fmt: skip
    if found is None:
        st.caption(
            "A model learns the labels from the texts, each prompt from the others, and names those it would "
            "have given the other way. They are for people to verify; no label is ever turned by it."
        )
        return
    if found.off:
        st.warning(plain(f"Switched off. {found.off}"), icon=":material/toggle_off:")
    if found.report is not None:
        quality_discovery.rehearsal(found.report)
    st.caption(looked_words(found))
    if not found.off:
        quality_discovery.curve(quality_once.measured(f"discovery-{found.model}", db, discovery.measured))
        _suspects(db)


def _look() -> None:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        looking.of(session.database()).start(session.database(), by=someone.id, clock=session.now)


def _cancel() -> None:
    with guard.on_action():
        guard.permitted(Role.REVIEWER)
        looking.of(session.database()).cancel()


def _running() -> None:
    guard.require(Role.REVIEWER, in_use=False)  # a fragment runs again without its page
    now = looking.of(session.database()).progress()
    if not now.is_running:
        st.rerun()
    share = min(1.0, now.done / now.total) if now.total else 0.0
    st.progress(
        share, text=f"Pairs read: {now.done:,} of {now.total:,}" if now.total else "Checking the rows"
    )
    st.button("Cancel", key="suspicion-cancel", on_click=_cancel, icon=":material/close:")


def looked_words(found: Outcome) -> str:
    """When, over how much."""
    learned = f", learned from {found.report.fitted:,} of them" if found.report else ""
    number = f"{found.pairs:,}"
    looked = number if found.off else exhibit_links.inline(number, Exhibit(kind=Kind.LOOKED))
    return f"Labels looked at: {looked}{learned}, on {found.computed:%Y-%m-%d %H:%M} UTC."


def _suspects(db: Database) -> None:
    st.subheader("Most suspected", anchor=False)
    waiting = records.suspects(db, _MOST_SENT)
    if not waiting:
        st.caption("The model doubts no label that fewer than two people stand behind.")
        return
    exhibit_links.table([_row(each) for each in waiting[:_SHOWN]], "pair", "chance that it is wrong")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        number = st.number_input(
            "How many", min_value=1, max_value=len(waiting), value=min(100, len(waiting)),
            key="suspicion-number", width=140,
        )  # fmt: skip
        st.button(
            "Send to annotators", key="suspicion-send", on_click=_send, args=(waiting, int(number)),
            icon=":material/send:", help="They are served first, blind, for one more vote each.",
        )  # fmt: skip
        st.page_link("review.py", label="Settle them in Review", icon=":material/gavel:")


def _send(waiting: Sequence[Suspect], number: int) -> None:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        ids = [each.pair_id for each in waiting[:number]]
        batches.make(
            session.database(), ids, name="Suspected labels", by=someone.id, now=session.now(), more=1,
            detail={"made from": "suspicion", "pairs": len(ids)},
        )  # fmt: skip
        st.toast(f"Pairs that annotators get first: {len(ids):,}")


def _row(each: Suspect) -> dict[str, object]:
    behind = Exhibit(kind=Kind.PAIR, pair=each.pair_id)
    return {
        "prompt": each.prompt[:90],
        "label": VERDICT_WORDS[each.winner],
        "support": charts.TIER_WORDS[each.tier],
        "chance that it is wrong": exhibit_links.linked(f"{each.suspicion:.0%}", behind),
        "by length alone": f"{each.by_length:.0%}",
        "pair": exhibit_links.linked(each.pair_id[:8], behind),
        **_ranks(each),
    }


def _ranks(each: Suspect) -> dict[str, object]:
    """Nothing before an evaluation has read the label: empty columns would push others out of view."""
    if each.by_tuned is None and each.by_base is None:
        return {}
    return {"rank by tuned model": each.by_tuned, "rank by base model": each.by_base}
