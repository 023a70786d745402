"""Pictures that several pages draw. Plain values in, one Altair chart out; colours come from the theme."""

from collections.abc import Mapping

import altair as alt
import pandas as pd

from curation.model import Tier

# A mark leads to the address in the column "behind" of its row.
HREF = alt.Href("behind:N", title="opens")
TIER_WORDS: Mapping[Tier, str] = {
    Tier.GOLD: "settled by a reviewer",
    Tier.AGREE2: "two or more votes, all equal",
    Tier.MAJORITY: "majority of three or more",
    Tier.SINGLE: "one vote",
    Tier.CONFLICT: "votes without a majority",
    Tier.PRIOR: "imported, unseen by people",
    Tier.NONE: "neither vote nor import",
}


def tiers(counts: Mapping[Tier, int]) -> alt.Chart:
    """How many pairs stand on which support, best first; tiers without pairs are left out."""
    rows = [{"support": TIER_WORDS[tier], "pairs": number} for tier, number in counts.items() if number]
    frame = pd.DataFrame(rows, columns=["support", "pairs"])
    order = [TIER_WORDS[tier] for tier in TIER_WORDS]
    chart: alt.Chart = (
        alt.Chart(frame)
        .mark_bar(size=18, cornerRadius=3)
        .encode(
            y=alt.Y("support:N", sort=order, title=None, axis=alt.Axis(labelLimit=220)),
            x=alt.X("pairs:Q", title="pairs", axis=alt.Axis(tickMinStep=1, format="d", tickCount=6)),
            tooltip=["support:N", "pairs:Q"],
        )
        .properties(height=alt.Step(30))
    )
    return chart
