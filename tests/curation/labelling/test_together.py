"""Decisions that arrive together are written together, and each gets its own answer."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from curation.errors import AlreadyDecided, InvalidInput, Unknown
from curation.labelling import decision_rows, decisions, journal, together
from curation.labelling.decisions import Outcome
from curation.model import Decision, Verdict
from tests.curation.labelling.a_workspace import a_database, a_decision


def test_many_at_once_are_all_there_once_in_few_commits_and_sending_again_changes_nothing() -> None:
    db, ids = a_database(60)
    sent = [a_decision(pair_id, id=f"{number:032x}") for number, pair_id in enumerate(ids)]
    commits = db.changes["decision"]
    with ThreadPoolExecutor(20) as pool:
        first = list(pool.map(lambda each: together.record(db, each), sent))
        made = db.changes["decision"] - commits
        again = list(pool.map(lambda each: together.record(db, each), sent))
    assert (set(first), set(again)) == ({Outcome.RECORDED}, {Outcome.ALREADY_THERE})
    assert all(len(decisions.history(db, pair_id)) == 1 for pair_id in ids)
    assert made < 60


def test_one_that_is_refused_takes_nobody_with_it() -> None:
    db, ids = a_database(4)
    decisions.record(db, a_decision(ids[0]))
    good = [a_decision(pair_id, id=f"{number:032x}") for number, pair_id in enumerate(ids[1:], start=2)]
    taken = replace(a_decision(ids[0]), verdict=Verdict.TIE)
    unknown, empty = a_decision("404", id="e" * 32), replace(a_decision(ids[0], id="f" * 32), verdict=None)

    def outcome(each: Decision) -> object:
        try:
            return together.record(db, each)
        except (AlreadyDecided, Unknown, InvalidInput) as error:
            return type(error)

    with ThreadPoolExecutor(8) as pool:
        outcomes = list(pool.map(outcome, [taken, *good, unknown, empty]))
    assert outcomes == [AlreadyDecided, *[Outcome.RECORDED] * 3, Unknown, InvalidInput]
    assert [decision.verdict for decision in decisions.history(db, ids[0])] == [Verdict.ANSWER_1]


def test_a_database_that_is_gone_is_told_to_everybody_who_waits() -> None:
    db, ids = a_database(1)
    db.close()
    with pytest.raises(Exception, match=r"(?i)clos"):
        together.record(db, a_decision(ids[0]))


def test_an_id_that_was_taken_in_between_is_never_remembered_as_what_was_refused() -> None:
    db, ids = a_database(3)
    book = journal.of(db)
    book.catch_up(db)
    with db.writing(only="decision") as tx:  # somebody else, between the look and the write
        decisions.record_many(tx, [a_decision(ids[0], verdict=Verdict.SKIP)])
    book.expect({a_decision(ids[1]).id: decision_rows.told(a_decision(ids[1]))})
    book.catch_up(db)
    book.expect_no_more([a_decision(ids[1]).id])  # the constraint has refused ours
    book.catch_up(db)
    assert list(book.votes) == [0, 0, 0]
    assert list(book.entries.diaries[book.person("ann-1")].skipped) == [book.places[ids[0]]]
