"""A finding says how it has changed since the last run."""

from curation.database import Database
from curation.validation import history, runner
from curation.validation.policy import Policy
from tests.curation.conftest import APair
from tests.curation.people.a_team import NOW

LOOP = "I do not know.\n" * 8


def loops(db: Database) -> str:
    validation = runner.validate(db, Policy())
    before = history.keep(db, validation, Policy(), now=NOW)
    keyed = dict(history.keyed(validation.findings))
    return history.trend(keyed["V28", "W", 0], before, ("V28", "W", 0))


def test_the_first_run_has_no_trend(db: Database, a_pair: APair) -> None:
    a_pair(LOOP, "No idea.", prompt="Who?")
    assert loops(db) == ""


def test_more_pairs_than_at_the_last_run_are_said_so(db: Database, a_pair: APair) -> None:
    a_pair(LOOP, "No idea.", prompt="Who?")
    loops(db)
    a_pair(LOOP, "No clue.", prompt="Who else?")
    assert loops(db) == "1 more than at the last run"


def test_looking_again_is_no_run_and_the_trend_stays(db: Database, a_pair: APair) -> None:
    a_pair(LOOP, "No idea.", prompt="Who?")
    loops(db)
    a_pair(LOOP, "No clue.", prompt="Who else?")
    assert loops(db) == loops(db) == "1 more than at the last run"
    assert len(history.newest(db, 10)) == 2


def test_a_rule_that_finds_nothing_any_more_is_named(db: Database, a_pair: APair) -> None:
    a_pair("Fine.", "No idea.", prompt="Who?")
    a_pair(LOOP, "No clue.", prompt="Who else?")
    loops(db)
    validation = runner.validate(db, Policy(loop_lines=1.0, loop_grams=1.0))
    before = history.keep(db, validation, Policy(loop_lines=1.0, loop_grams=1.0), now=NOW)
    assert "V28" in history.gone(validation.findings, before)
