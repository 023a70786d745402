"""Who is given which pairs: votes per pair, the mix of the arms, batches, and each person's share."""

import streamlit as st

from curation.database import Database
from curation.labelling import projects, shares
from curation.model import Arm, Role
from pages.parts import guard, project_batches, project_gold, session

ARM_WORDS = {
    Arm.RANDOM: ("Random", "Every source in its share. Agreement and the test split come from here only."),
    Arm.SECOND_VOTE: ("Second votes", "Pairs that have a vote and need another."),
    Arm.SUSPECTED: ("Suspected", "A model believes the stored label is wrong. Quality finds them."),
    Arm.UNCERTAIN: ("Uncertain", "The model cannot tell, or the votes are split."),
    Arm.GOLD: ("Gold", "Pairs whose winner is known; they look like any other."),
    Arm.ADJUDICATION: ("Adjudication", "Votes that do not agree; one more person is asked."),
    Arm.REPEAT: ("Hidden repeats", "A person's own pairs again after a day, sides swapped."),
}


def show(db: Database) -> None:
    """The sections of the tab, each with a save of its own."""
    _votes(db)
    _mix(db)
    project_batches.show(db)
    project_gold.show(db)
    st.caption("How much each person is given, and who rests, is set on [Team](team).")


def _votes(db: Database) -> None:
    standing = projects.current(db)
    st.subheader("Votes", anchor=False)
    number, more = st.columns([1, 3], vertical_alignment="bottom")
    number.number_input(
        "Votes per pair",
        min_value=1,
        max_value=projects.MOST_VOTES,
        value=standing.votes_per_pair,
        key="queue-votes",
    )
    more.toggle(
        "One more where they do not agree",
        value=standing.one_more_on_disagreement,
        key="queue-more",
        help="Two votes and a third on disagreement make as few errors as always three, at 2.3 votes a pair.",
    )
    st.button("Save", key="queue-votes-save", on_click=_save_votes)


def _save_votes() -> None:
    with guard.on_action():
        person, db = guard.permitted(Role.LEAD), session.database()
        votes, more = session.kept("queue-votes"), session.kept("queue-more")
        projects.ask_for(
            db,
            votes_per_pair=int(str(votes)),
            one_more_on_disagreement=bool(more),
            actor=person.id,
            now=session.now(),
        )
        st.toast("Saved")


def _mix(db: Database) -> None:
    weights = shares.current(db)
    total = sum(weights.values())
    st.subheader("Mix", anchor=False)
    st.caption(
        "Of a hundred pairs that people are given, how many come from where. Every decision stores it. An "
        "arm that has nothing for a person leaves its turn to the random one."
    )
    for arms in (list(ARM_WORDS)[:4], list(ARM_WORDS)[4:]):
        for column, arm in zip(st.columns(4), arms, strict=False):
            name, what = ARM_WORDS[arm]
            share = 100 * weights[arm] / total
            column.number_input(
                name, min_value=0.0, max_value=1000.0, value=share, step=1.0, format="%.3g",
                key=f"queue-mix-{arm}", help=what,
            )  # fmt: skip
    with st.container(horizontal=True):
        st.button("Save", key="queue-mix-save", on_click=_save_mix)
        usual = dict(weights) == dict(shares.USUAL)
        st.button("As recommended", key="queue-mix-usual", on_click=_restore_mix, disabled=usual)
    if weights[Arm.RANDOM] == 0:
        st.warning(
            "Nothing is drawn at random, so agreement cannot be measured and a release has no test rows.",
            icon=":material/warning:",
        )


def _save_mix() -> None:
    with guard.on_action():
        person = guard.permitted(Role.LEAD)
        weights = {arm: float(str(session.kept(f"queue-mix-{arm}"))) for arm in shares.USUAL}
        shares.change(session.database(), weights, by=person.id, now=session.now())
        st.toast("Saved")


def _restore_mix() -> None:
    with guard.on_action():
        person = guard.permitted(Role.LEAD)
        shares.change(session.database(), shares.USUAL, by=person.id, now=session.now())
        for arm, weight in shares.USUAL.items():
            session.keep(f"queue-mix-{arm}", float(weight))
