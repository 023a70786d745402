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
    assert not decisions.record_plain(db, [a_decision(ids[1], id=a_decision(ids[0]).id)])
    book.catch_up(db)
    assert list(book.votes) == [0, 0, 0]
    assert list(book.entries.diaries[book.person("ann-1")].skipped) == [book.places[ids[0]]]


def test_what_was_told_counts_once_and_under_the_row_that_the_table_gave_it() -> None:
    db, ids = a_database(6)
    book = journal.of(db)
    book.catch_up(db)
    sent = [a_decision(pair_id, id=f"{number:032x}") for number, pair_id in enumerate(ids)]
    reads = book.reads
    decisions.record_plain(db, sent[:3])
    decisions.record_plain(db, [sent[3]])
    assert not decisions.record_plain(db, [sent[4], sent[0]])  # leaves no row behind
    decisions.record_plain(db, [sent[5]])
    assert [each.id for each in decisions.by_annotator(db, "ann-1")] == [
        sent[place].id for place in (5, 3, 2, 1, 0)
    ]
    assert [book.votes[book.places[pair_id]] for pair_id in ids] == [1, 1, 1, 1, 0, 1]
    assert book.reads == reads


def test_what_a_look_at_the_table_has_seen_already_is_not_counted_again_when_it_is_told() -> None:
    db, ids = a_database(1)
    book = journal.of(db)
    book.catch_up(db)
    before = book.reads
    with db.writing(only="decision") as tx:
        decisions.record_many(tx, [a_decision(ids[0])])
    db.changes["decision"] -= 1  # another thread looks when the rows are there and are not counted yet
    book.catch_up(db)
    db.changes["decision"] += 1
    book.tell([decision_rows.told(a_decision(ids[0]))], decided=db.changes["decision"], reads=before)
    book.catch_up(db)
    assert (list(book.votes), len(book.entries)) == ([1], 1)
