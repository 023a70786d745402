"""A decision holds what the project asks for and nothing that could not be kept or shown."""

from dataclasses import replace
from typing import Any

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import decisions, projects, queue, review
from curation.labelling.desk import Reason
from curation.model import Verdict
from tests.curation.labelling.a_workspace import NOW, a_database, a_decision


def asking(db: Database, **settings: Any) -> None:
    projects.change(db, lambda before: replace(before, **settings), actor="lead", now=NOW)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"comment": "x" * 4001}, "The comment has 4,001 characters. Keep it to 4,000."),
        ({"comment": "a\0b"}, "The comment holds a NUL character"),
        ({"comment": "\ud83d"}, "half a character"),
        ({"flag": "\udc00"}, "The reason of the flag holds half a character"),
        ({"flag": "  "}, "Say why the pair is flagged"),
        ({"rewrite": "x" * 100_001}, "The rewritten answer has 100,001 characters"),
        ({"rewrite": "Better.", "verdict": Verdict.TIE}, "Only the better answer can be rewritten"),
        ({"rewrite": " \u200b"}, "The rewritten answer is empty"),
        ({"strength": 4}, "1 .slightly better., 2 .better. or 3"),
        ({"strength": 2, "verdict": Verdict.BOTH_BAD}, "no answer was better"),
        ({"reasons": ("Nicer",)}, "“Nicer” is none of this project's reasons"),
        ({"reasons": ("Clearer", "Clearer")}, "given twice"),
    ],
    ids=str,
)
def test_what_cannot_be_kept_is_refused_in_a_sentence(changes: dict[str, Any], message: str) -> None:
    db, (pair_id,) = a_database(1)
    asking(db, reasons=("Clearer",))
    with pytest.raises(InvalidInput, match=message):
        decisions.record(db, replace(a_decision(pair_id), **changes))
    assert decisions.history(db, pair_id) == ()


def test_everything_a_decision_holds_comes_back() -> None:
    db, (pair_id,) = a_database(1)
    asking(db, reasons=("Clearer", "Shorter"))
    decision = replace(
        a_decision(pair_id),
        strength=3,
        reasons=("Shorter",),
        comment="<b>Well</b>",
        rewrite="Better still.",
        flag="Holds a name.",
    )
    decisions.record(db, decision)
    assert decisions.history(db, pair_id) == (decision,)


def test_a_reason_that_was_offered_before_the_lead_changed_the_list_is_taken() -> None:
    db, (pair_id,) = a_database(1)
    asking(db, reasons=("Clearer",))
    asking(db, reasons=("Shorter",))
    decisions.record(db, replace(a_decision(pair_id), reasons=("Clearer",)))
    assert decisions.history(db, pair_id)[0].reasons == ("Clearer",)


def test_a_required_reason_is_asked_of_who_was_shown_that_it_is() -> None:
    db, (pair_id,) = a_database(1)
    before = projects.current(db).version
    asking(db, reasons=("Clearer",), reasons_required=True)
    with pytest.raises(InvalidInput, match="asks for a reason"):
        decisions.record(db, a_decision(pair_id))
    decisions.record(db, a_decision(pair_id), seen=before)
    assert len(decisions.history(db, pair_id)) == 1


@pytest.mark.parametrize("verdict", [Verdict.TIE, Verdict.SKIP, Verdict.CANNOT_JUDGE])
def test_only_a_preference_needs_a_reason(verdict: Verdict) -> None:
    db, (pair_id,) = a_database(1)
    asking(db, reasons=("Clearer",), reasons_required=True)
    decisions.record(db, a_decision(pair_id, verdict=verdict))
    assert len(decisions.history(db, pair_id)) == 1


def test_who_cannot_judge_a_pair_never_meets_it_again_and_others_do() -> None:
    db, (pair_id,) = a_database(1)
    decisions.record(db, a_decision(pair_id, verdict=Verdict.CANNOT_JUDGE))
    assert queue.next_for(db, "ann-1", limit=5, now=NOW) == ()
    assert queue.skipped_by(db, "ann-1", limit=5) == ()
    assert [task.pair_id for task in queue.next_for(db, "ann-2", limit=5, now=NOW)] == [pair_id]


@pytest.mark.parametrize(
    ("changes", "reasons"),
    [
        ({"flag": "Broken text."}, (Reason.FLAGGED,)),
        ({"verdict": Verdict.CANNOT_JUDGE}, (Reason.CANNOT_JUDGE,)),
        ({"rewrite": "Better still."}, (Reason.REWRITTEN,)),
        ({"verdict": Verdict.CANNOT_JUDGE, "flag": "Law."}, (Reason.FLAGGED, Reason.CANNOT_JUDGE)),
    ],
    ids=["flag", "cannot judge", "rewrite", "both"],
)
def test_it_reaches_a_reviewer(changes: dict[str, Any], reasons: tuple[Reason, ...]) -> None:
    db, (pair_id,) = a_database(1)
    decision = replace(a_decision(pair_id), **changes)
    decisions.record(db, decision)
    (entry,) = [entry for entry in review.page(db, size=5).entries if entry.row.pair_id == pair_id]
    assert set(reasons) <= set(entry.reasons)
    decisions.undo(db, undo_id="f" * 32, decision_id=decision.id, annotator_id="ann-1", now=NOW)
    assert not [entry for entry in review.page(db, size=5).entries if entry.row.pair_id == pair_id]
