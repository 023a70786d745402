"""A decision that arrives again under its id: the same one, or another that must not take its place."""

from dataclasses import replace

from curation.errors import AlreadyDecided
from curation.model import Decision


def check(standing: Decision, decision: Decision) -> None:
    """Refuse another decision than the one that stands under its id.

    Raises:
        AlreadyDecided: it says something else.
    """
    # Times, arm and guideline version may differ when a client sends again after a restart of the server.
    same = replace(
        decision,
        arm=standing.arm,
        guideline_version=standing.guideline_version,
        seconds_shown=standing.seconds_shown,
        seconds_active=standing.seconds_active,
        client_time=standing.client_time,
        server_time=standing.server_time,
        text_seen=standing.text_seen,
    )
    if same != standing:
        raise _taken(decision.id)


def check_undo(standing: Decision, target: Decision) -> None:
    """Refuse the undoing of `target` where something else stands under its id; otherwise as `check`."""
    if (standing.supersedes, standing.annotator_id) != (target.id, target.annotator_id):
        raise _taken(standing.id)


def _taken(decision_id: str) -> AlreadyDecided:
    return AlreadyDecided(
        f"The decision id {decision_id} is taken by another decision. Nothing was changed; decide again."
    )
