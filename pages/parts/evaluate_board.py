"""One order of all models that people have judged."""

import pandas as pd
import streamlit as st

from curation.comparison import comparisons, results
from curation.database import Database


def show(database: Database) -> None:
    """All models of the project that were judged; nothing before two of them were."""
    everything = [each.id for each in comparisons.everything(database)]
    board = results.board(results.judgements(database, everything))
    if len(board) < 2:
        return
    st.subheader("Leaderboard", anchor=False)
    frame = pd.DataFrame(
        [
            {
                "model": place.model,
                "strength": place.strength,
                "95 % interval": f"{place.low:+.2f} to {place.high:+.2f}",
                "judgements": place.judged,
                "preferred": 100 * place.rate,
            }
            for place in board
        ]
    )
    st.dataframe(
        frame,
        hide_index=True,
        column_config={
            "strength": st.column_config.NumberColumn(format="%+.2f"),
            "preferred": st.column_config.NumberColumn(format="%.0f %%"),
        },
    )
    st.caption(
        "Strength is the log-odds of being preferred to an average model of this board (Bradley-Terry); "
        "intervals come from resampling prompts."
    )
