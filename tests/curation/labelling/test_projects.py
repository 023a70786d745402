"""Settings of a project are versions; each change is in the audit, and a bad one says which it is."""

from dataclasses import replace
from datetime import datetime

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events, projects
from curation.labelling.projects import Project

NOW = datetime(2026, 11, 22, 9, 0)


def test_a_change_is_a_new_version_and_an_event_of_what_differs(db: Database) -> None:
    after = projects.change(db, lambda before: replace(before, strength=True), actor="lead", now=NOW)
    assert after == projects.current(db) == Project(version=1, strength=True)
    event = events.newest(db)[0]
    assert (event.actor, event.action, dict(event.detail)) == (
        "lead",
        "change project",
        {"strength": [False, True]},
    )


def test_changes_of_different_settings_keep_each_other(db: Database) -> None:
    projects.change(db, lambda before: replace(before, reasons=("Clearer",)), actor="lead", now=NOW)
    projects.ask_for(db, votes_per_pair=2, one_more_on_disagreement=True, actor="other", now=NOW)
    assert projects.current(db) == Project(
        version=2, reasons=("Clearer",), votes_per_pair=2, one_more_on_disagreement=True
    )


def test_saving_what_is_there_already_makes_no_version(db: Database) -> None:
    assert projects.change(db, lambda before: before, actor="lead", now=NOW).version == 0
    assert events.newest(db) == ()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (Project(reasons_required=True), "Add at least one"),
        (Project(reasons=tuple(f"Reason {number}" for number in range(13))), "at most 12 reasons, not 13"),
        (Project(reasons=("Clearer", "clearer")), "Two reasons have the same name"),
        (Project(reasons=(" ",)), "one line of 1 to 40 characters"),
        (Project(reasons=("two\nlines",)), "one line"),
        (Project(votes_per_pair=0), "1 to 25 votes a pair, not 0"),
    ],
    ids=["none to choose", "too many", "equal", "empty", "lines", "votes"],
)
def test_a_setting_that_cannot_be_is_refused_with_its_reason(
    db: Database, wrong: Project, message: str
) -> None:
    with pytest.raises(InvalidInput, match=message):
        projects.change(db, lambda _: wrong, actor="lead", now=NOW)
    assert projects.current(db).version == 0
