"""Thresholds of a project: versions, ranges, the audit, and what a release keeps of them."""

from dataclasses import fields

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import events
from curation.validation import knobs, limits
from curation.validation.policy import Policy
from tests.curation.people.a_team import NOW


def test_a_change_is_a_version_in_the_audit_and_in_the_policy(db: Database) -> None:
    after = limits.change(db, {"loop_lines": 0.5, "leak_pairs": 80}, by="ann-1", now=NOW)
    assert (after.version, limits.current(db).policy) == (1, Policy(loop_lines=0.5, leak_pairs=80))
    line = events.newest(db)[0]
    assert (line.actor, line.action, dict(line.detail)) == (
        "ann-1",
        "change rules",
        {"leak_pairs": [50.0, 80.0], "loop_lines": [0.3, 0.5]},
    )


def test_a_threshold_that_is_not_named_keeps_what_it_was(db: Database) -> None:
    limits.change(db, {"loop_lines": 0.5}, by="ann-1", now=NOW)
    after = limits.change(db, {"loop_grams": 0.6}, by="ann-2", now=NOW)
    assert dict(after.changes) == {"loop_lines": 0.5, "loop_grams": 0.6}


def test_back_to_the_default_is_no_longer_a_change(db: Database) -> None:
    limits.change(db, {"loop_lines": 0.5}, by="ann-1", now=NOW)
    assert limits.change(db, {"loop_lines": 0.3}, by="ann-1", now=NOW).policy.changes == {}


def test_saving_what_stands_makes_no_version(db: Database) -> None:
    limits.change(db, {knob.name: knob.default for knob in knobs.KNOBS}, by="ann-1", now=NOW)
    assert limits.current(db).version == 0
    assert not events.newest(db)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"loop_lines": 1.5}, "must lie between 0 and 1, not 1.5"),
        ({"loop_lines": float("nan")}, "must lie between"),
        ({"no_such": 1.0}, "There is no threshold 'no_such'"),
        ({"leak_warning": 0.95}, "warning ≤ error"),
    ],
    ids=["beyond its range", "no number", "unknown", "contradiction"],
)
def test_a_threshold_that_makes_no_sense_is_refused_and_nothing_changes(
    db: Database, values: dict[str, float], said: str
) -> None:
    with pytest.raises(InvalidInput, match=said):
        limits.change(db, values, by="ann-1", now=NOW)
    assert limits.current(db).version == 0


def test_every_threshold_of_a_rule_can_be_changed_and_its_default_lies_in_its_range() -> None:
    asked_per_release = {"minimum_tier", "rewrites", "max_length", "max_prompt_length", "template_tokens"}
    of_policy = {field.name for field in fields(Policy)} - asked_per_release - {"split_seed"}
    assert of_policy == knobs.BY_NAME.keys()
    assert all(knob.low <= knob.default <= knob.high and knob.why for knob in knobs.KNOBS)
