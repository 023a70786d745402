"""Annotators are added once; guidelines have versions."""

import pytest

from curation.database import Database
from curation.errors import InvalidInput, Unknown
from curation.labelling import annotators, guidelines
from curation.model import Role
from tests.curation.labelling.a_workspace import NOW


def test_ensuring_somebody_twice_keeps_what_stands() -> None:
    db = Database.in_memory()
    first = annotators.ensure(db, "ann-1", name="Ann", role=Role.LEAD, now=NOW)
    assert annotators.ensure(db, "ann-1", name="Other", role=Role.ANNOTATOR, now=NOW) == first
    assert annotators.everyone(db) == (first,)


def test_an_unknown_annotator_is_named_in_the_message() -> None:
    with pytest.raises(Unknown, match="There is no annotator ann-9"):
        annotators.get(Database.in_memory(), "ann-9")


def test_the_shipped_guidelines_are_version_0_until_somebody_writes_others() -> None:
    db = Database.in_memory()
    assert guidelines.current(db).version == 0
    assert guidelines.add(db, "Be fair.", changed_by="ann-1", now=NOW) == 1
    assert guidelines.add(db, "Be quick.", changed_by="ann-1", now=NOW) == 2
    assert guidelines.current(db).markdown == "Be quick."
    assert [version.version for version in guidelines.history(db)] == [2, 1, 0]


def test_empty_guidelines_are_refused() -> None:
    with pytest.raises(InvalidInput, match="at least one sentence"):
        guidelines.add(Database.in_memory(), " \n", changed_by="ann-1", now=NOW)


def test_guidelines_that_say_the_same_are_no_new_version() -> None:
    db = Database.in_memory()
    with pytest.raises(InvalidInput, match="Nothing has changed"):
        guidelines.add(db, guidelines.DEFAULT, changed_by="lead", now=NOW)
    assert guidelines.current(db).version == 0


def test_a_version_that_never_was_is_named() -> None:
    with pytest.raises(Unknown, match="no version 3"):
        guidelines.of_version(Database.in_memory(), 3)


def test_a_decision_by_a_version_that_nobody_has_written_is_refused_in_a_sentence() -> None:
    db = Database.in_memory()
    guidelines.require(db, 0)
    guidelines.add(db, "Be fair.", changed_by="lead", now=NOW)
    guidelines.require(db, 1)
    for number in (2, -1):
        with pytest.raises(
            InvalidInput, match=f"names version {number} of the guidelines, and there is none"
        ):
            guidelines.require(db, number)
