"""How a person likes the screen is theirs alone and comes back as it was."""

import pytest

from curation.database import Database
from curation.errors import InvalidInput
from curation.labelling import preferences
from tests.curation.labelling.a_workspace import NOW


def test_what_a_person_sets_comes_back_and_is_nobody_elses() -> None:
    database = Database.in_memory()
    keys = {"set": 1, "changed": {"tie": "Shift+KeyÄ"}}
    preferences.keep(database, "ann-1", {"keys": keys}, now=NOW)
    assert preferences.of(database, "ann-1") == {"keys": keys}
    assert preferences.of(database, "ann-2") == {}


def test_the_newer_value_replaces_the_older_one() -> None:
    database = Database.in_memory()
    for number in range(2):
        preferences.keep(database, "ann-1", {"keys": {"set": number}}, now=NOW)
    assert preferences.of(database, "ann-1") == {"keys": {"set": 1}}


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        (["keys"], "JSON object"),
        ({"role": "lead"}, "'role' is not a setting"),
        ({"keys": "k" * 4000}, "longer"),
    ],
    ids=["no object", "unknown name", "too long"],
)
def test_what_is_no_setting_is_refused_and_changes_nothing(wanted: object, words: str) -> None:
    database = Database.in_memory()
    with pytest.raises(InvalidInput, match=words):
        preferences.keep(database, "ann-1", wanted, now=NOW)
    assert preferences.of(database, "ann-1") == {}
