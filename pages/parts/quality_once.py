"""Figures measured once and kept until somebody votes, so that a click costs no pass over all votes."""

from collections.abc import Callable
from typing import TypeVar, cast

from curation.database import Database
from curation.quality import ballots
from pages.parts import session

Figures = TypeVar("Figures")


def measured(name: str, db: Database, measure: Callable[[Database], Figures]) -> Figures:
    """What `measure` finds, taken from this tab's memory while no decision has been added.

    Args:
        name: of the figure; one `measure` each.
    """
    stamp = ballots.stamp(db)
    kept = session.kept(f"quality-{name}")
    if isinstance(kept, tuple) and kept[0] == stamp:
        return cast(Figures, kept[1])
    found = measure(db)
    session.keep(f"quality-{name}", (stamp, found))
    return found
