"""What a release would hold."""

import streamlit as st

from curation.release.gate import Examination
from pages.parts.plain import plain


def counts(seen: Examination) -> None:
    columns = st.columns(5)
    for column, (name, number) in zip(
        columns,
        {
            "Pairs": seen.validation.pairs, "Training rows": seen.train, "Held-out rows": seen.test,
            "Ties, kept aside": seen.ties, "Left out": seen.excluded,
        }.items(),
        strict=True,
    ):  # fmt: skip
        column.metric(name, f"{number:,}")
    st.caption(plain(seen.agreement.sentence))
