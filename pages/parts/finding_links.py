"""The pairs behind a finding of the release page as an address of Browse: the question stands in it whole."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import streamlit as st

from curation.database import Database
from curation.labelling import matching
from curation.labelling.matching import Narrowing
from curation.model import Tier
from curation.release import remedies
from curation.validation import limits, snapshot
from curation.validation.finding import Severity
from curation.validation.history import Key
from curation.validation.policy import Policy
from pages.parts import session
from pages.parts.plain import plain

_KEPT = "browse-finding"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One finding under what a release asks of its rows; thresholds are the project's."""

    rule: str
    severity: Severity
    nth: int
    minimum: Tier
    rewrites: bool
    length: int
    prompt_length: int

    def policy(self, db: Database) -> Policy:
        return replace(
            limits.current(db).policy,
            minimum_tier=self.minimum,
            rewrites=self.rewrites,
            max_length=self.length,
            max_prompt_length=self.prompt_length,
        )


def parameters(key: Key, policy: Policy) -> dict[str, str]:
    """For a link to Browse: the finding's key in its validation, and what that was asked under."""
    rule, severity, nth = key
    return {
        "finding": f"{rule}-{severity}-{nth}",
        "minimum": policy.minimum_tier.value,
        "rewrites": "1" if policy.rewrites else "0",
        "length": str(policy.max_length),
        "prompt": str(policy.max_prompt_length),
    }


def read(given: Mapping[str, str]) -> Question | None:
    """The question that an address asks; None where it asks none, or one that cannot be."""
    try:
        rule, severity, nth = given["finding"].split("-")
        return Question(
            rule=rule,
            severity=Severity(severity),
            nth=int(nth),
            minimum=Tier(given["minimum"]),
            rewrites=given["rewrites"] == "1",
            length=int(given["length"]),
            prompt_length=int(given["prompt"]),
        )
    except (KeyError, ValueError):
        return None


def shown() -> Question | None:
    """What the page's address asks, said in words with a way out; None where it asks nothing."""
    asked = read(st.query_params)
    if asked is None:
        return None
    told, out = st.columns([6, 1], vertical_alignment="center")
    told.info(f"Pairs behind a finding of rule **{plain(asked.rule)}**.", icon=":material/rule:")
    out.button("Show all", key="browse-all-findings", width="stretch", on_click=st.query_params.clear)
    return asked


def narrowing(db: Database, asked: Question) -> Narrowing:
    """For browse.page: the pairs, found once as long as nothing changes, because all rules run for them.

    Raises:
        Unknown: the rule finds nothing of that kind any more.
    """
    key = (asked, snapshot.stamp(db))
    kept = session.kept(_KEPT)
    if not (isinstance(kept, tuple) and kept[0] == key):
        with st.spinner("Checking all rules"):
            kept = (key, remedies.pairs_behind(db, asked.policy(db), asked.rule, asked.severity, asked.nth))
        session.keep(_KEPT, kept)
    return matching.listed(kept[1])
