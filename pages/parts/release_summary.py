"""What a release would hold, and the releases there are."""

from collections.abc import Sequence

import streamlit as st

from curation.release.gate import Examination
from curation.release.releases import Release
from pages.parts import routes_download
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


def listing(known: Sequence[Release]) -> None:
    st.subheader("Releases", anchor=False)
    for release in known:
        with st.container(border=True, key=f"release-{release.name}"):
            words, button = st.columns([5, 1], vertical_alignment="center")
            words.markdown(f"**{release.name}**")
            words.caption(
                f"{release.train:,} training, {release.test:,} held-out, {release.ties:,} ties, "
                f"{release.excluded:,} left out · {release.released:%Y-%m-%d %H:%M} UTC by "
                f"{release.released_by} · fingerprint {release.fingerprint[:16]}"
            )
            address = routes_download.link(release.path)
            button.link_button("Download", address, icon=":material/download:", width="stretch")
