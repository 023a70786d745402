"""The table of releases, and what the parts of the page Versions are about."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from curation.database import Database
from curation.release.releases import Release
from curation.workspace import Workspace
from pages.parts import session


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The version a person looks at, and the others beside it."""

    db: Database
    place: Workspace
    person: session.Person
    known: Sequence[Release]
    chosen: Release


def table(known: Sequence[Release]) -> None:
    """All releases, newest first."""
    whole = all(each.path.is_dir() for each in known)
    st.dataframe(
        [
            {
                "version": each.name,
                "released (UTC)": each.released,
                "by": each.released_by,
                "training": each.train,
                "held out": each.test,
                "ties": each.ties,
                "left out": each.excluded,
                "fingerprint": each.fingerprint[:16],
                **({} if whole else {"folder": "" if each.path.is_dir() else "missing"}),
            }
            for each in known
        ],
        hide_index=True,
        height="content" if len(known) <= 8 else 320,
        column_config={"released (UTC)": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm")},
    )
