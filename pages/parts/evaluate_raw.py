"""What curation was worth: the run's recipe on the raw import and on its release, against the same rows."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from curation.labelling import events
from curation.release import raw
from pages.parts import guard, run_words, session
from pages.parts.plain import plain
from training import against_raw
from training.against_raw import Side
from training.run_views import RunView


def show(known: Sequence[RunView], run: RunView, *, by: str) -> None:
    """What the two runs say; before they were started, the button."""
    with st.expander("Was curation worth it?", icon=":material/compare_arrows:"):
        found = against_raw.sides(known, run)
        if not found:
            _offer(run, by)
            return
        st.markdown(plain(against_raw.words(found)))
        st.dataframe(pd.DataFrame([_row(side) for side in found]), hide_index=True)
        st.caption(
            "Claimed is the reward accuracy on its own training pairs, as the curve of a run shows it. Only "
            "rows that people have judged say whether it is true; both runs are held against the same ones."
        )


def _offer(run: RunView, by: str) -> None:
    st.caption(
        "Starts two runs with the recipe of this one: on the import as it came, with its winners and the "
        "blanks at its edges, and on the release. Both are held against the release's held-out rows that "
        "people have judged."
    )
    if not st.button("Train on both", key="raw-start", icon=":material/play_arrow:"):
        return
    with guard.on_action():  # here, so that what is wrong is said below the button
        with st.spinner("Checking, then starting"):
            held_out = against_raw.held_out_prompts(run.request.release)
            imported = raw.pairs(session.database(), but_prompts=held_out)
            started = against_raw.start(run.path, imported, by=by)
        events.add(
            session.database(), actor=by, action="start curated against raw", subject=run.id,
            detail={"runs": list(started)}, now=session.now(),
        )  # fmt: skip
        st.rerun()


def _row(side: Side) -> dict[str, object]:
    low, high = side.interval or (None, None)
    return {
        "trained on": f"{side.name}, {side.pairs} pairs",
        "state": run_words.STATE_WORDS[side.state][0].lower(),
        "claimed": "" if side.claimed is None else f"{side.claimed:.0%}",
        "on judged rows": "" if side.accuracy is None else f"{side.accuracy:.0%}",
        "95 % interval": "" if low is None or high is None else f"{low:.0%} to {high:.0%}",
        "judged rows": side.n or None,
    }
