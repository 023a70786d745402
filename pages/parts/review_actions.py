"""What the buttons of Review do. Each checks the role again, needs a reason, and acts once."""

from collections.abc import Callable, Collection, Mapping

import streamlit as st

from curation.database import Database
from curation.labelling import edits, placements, settlements, undoing
from curation.labelling.actions import Action
from curation.labelling.edits import Texts
from curation.labelling.undoing import Done
from curation.model import Role, Verdict
from pages.parts import guard, session

# A press sooner than this was meant for the pair before, or is a key held down. (choice)
LOOK_SECONDS = 1.0
REASON = "review-why"  # key of the field that says why
SHOWN = "review-shown"  # which pair, and since when


def settle(pair_id: str, verdict: Verdict) -> None:
    """Settle the pair on the screen."""
    if _seen():
        settle_all({pair_id: verdict}, REASON)


def settle_all(verdicts: Mapping[str, Verdict], reason: str) -> bool:
    """Settle these; whether it was done. `reason` is the key of the field that says why."""
    return _act("Settled {}.", reason, lambda db, action: settlements.settle(db, verdicts, action))


def set_aside(pair_ids: Collection[str], reason: str = REASON) -> bool:
    """Keep these out of everything; whether it was done."""
    return _act("Set aside {}.", reason, lambda db, action: placements.set_aside(db, pair_ids, action))


def send_back(pair_ids: Collection[str], reason: str = REASON) -> bool:
    """Ask for one more vote on these; whether it was done."""
    return _act("Sent back {}.", reason, lambda db, action: placements.send_back(db, pair_ids, action))


def put_back(pair_id: str) -> None:
    """Where every pair begins."""
    _act("Put back {}.", REASON, lambda db, action: placements.put_back(db, [pair_id], action))


def take_back(pair_id: str) -> None:
    """Let the votes speak again."""
    _act(
        "{} is open again: its votes count.",
        REASON,
        lambda db, act: settlements.take_back(db, [pair_id], act),
    )


def edit(pair_id: str, texts: Texts) -> bool:
    """Make a new pair of these texts; whether it was done."""
    return _act(
        "A new pair has these texts, and {} is set aside.",
        REASON,
        lambda db, action: len([edits.edit(db, pair_id, texts, action)]),
    )


def last() -> Done | None:
    """This person's newest action that can be undone."""
    return undoing.latest(session.database(), guard.permitted(Role.REVIEWER).id)


def undo(action_id: str) -> None:
    """Undo one action as one."""
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        number = undoing.undo(session.database(), action_id, by=someone.id, now=session.now())
        st.toast(f"Undone: {pairs(number)} as before.")


def pairs(number: int) -> str:
    """So many pairs, in words."""
    return "1 pair" if number == 1 else f"{number:,} pairs"


def _seen() -> bool:
    shown = session.kept(SHOWN)
    if isinstance(shown, tuple) and (session.now() - shown[1]).total_seconds() < LOOK_SECONDS:
        st.toast("That was too soon after the pair appeared. Look at it, then press again.")
        return False
    return True


def _act(said: str, reason: str, do: Callable[[Database, Action], int]) -> bool:
    with guard.on_action():
        someone = guard.permitted(Role.REVIEWER)
        action = Action(
            id=session.request_id("review"), reason=str(session.kept(reason) or ""), by=someone.id,
            now=session.now(),
        )  # fmt: skip
        number = do(session.database(), action)
        session.renew_request("review")
        st.toast(said.format(pairs(number)))
        return True
    return False
