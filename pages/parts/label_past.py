"""A person's own past as the label screen is told of it: sides as they stood, and no word of anybody else."""

from collections.abc import Sequence
from datetime import UTC

from curation.database import Database
from curation.labelling import decisions, mends, queue
from curation.model import Answer, Decision

RECENT = 20
_BEGINNING = 160  # characters of a prompt that a list shows


def listed(database: Database, annotator_id: str) -> dict[str, object]:
    """The person's last decisions in effect, newest first, and what redo brings back, the next one last."""
    recent = decisions.by_annotator(database, annotator_id, limit=RECENT)
    undone = decisions.undone(database, annotator_id)[-RECENT:]
    prompts = mends.prompts(database, [past.pair_id for past in (*recent, *undone)], length=_BEGINNING)
    return {"recent": _told(recent, prompts), "undone": _told(undone, prompts)}


def present(database: Database, annotator_id: str, task: queue.Task) -> dict[str, object] | None:
    """What the person's decision in effect on a pair says, as they saw it; None where there is none."""
    found = decisions.in_effect(database, task.pair_id, annotator_id)
    if found is None:
        return None
    return {
        "id": found.id,
        "choice": choice(found, task.left),
        "strength": found.strength,
        "reasons": found.reasons,
        "comment": found.comment,
        "rewrite": found.rewrite,
        "flag": found.flag,
    }


def choice(decision: Decision, left: Answer) -> str:
    """The word of the screen for a verdict: left, right, or the verdict's own."""
    if decision.verdict is None:
        return "undo"
    if not decision.verdict.is_preference:
        return decision.verdict.value
    return "left" if decision.verdict.value == left.value else "right"


def _told(found: Sequence[Decision], prompts: dict[str, str]) -> list[dict[str, object]]:
    return [
        {
            "id": each.id,
            "pair": each.pair_id,
            # An imported vote has no sides; it is told of in the order the pair has.
            "choice": choice(each, each.left or Answer.ONE),
            "strength": each.strength,
            "replaced": each.supersedes is not None,
            "details": bool(each.reasons or each.comment or each.rewrite or each.flag),
            "prompt": prompts.get(each.pair_id, ""),
            "when": int(each.server_time.replace(tzinfo=UTC).timestamp() * 1000),
        }
        for each in found
    ]
