"""A lead makes a batch of what the filters find; a reviewer only looks."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.labelling import batches, pairs
from curation.model import Role
from pages.parts import session
from tests.curation.labelling.a_workspace import NOW, a_pair

PAGE = str(Path(__file__).parents[2] / "pages" / "browse.py")


@pytest.fixture
def page(home: Path) -> AppTest:
    """Browse over twelve pairs, Prompt 0 to Prompt 11, opened by a lead."""
    db = Database.open(home / "pairloom.duckdb")
    with db.writing() as tx:
        pairs.add(tx, [a_pair(number) for number in range(12)], NOW)
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, accepted, imported_by, imported)"
            " VALUES ('s', 'file', 'a.jsonl', 'dpo', 12, 'lead', $now)",
            {"now": NOW},
        )
    db.close()
    return AppTest.from_file(PAGE, default_timeout=60).run()


def test_what_a_filter_finds_is_labelled_first_in_the_order_of_the_list(page: AppTest) -> None:
    page.text_input(key="browse-text").set_value("Prompt 1").run()
    page.text_input(key="batch-name").set_value("Ones").run()
    page.button(key="batch-make").click().run()
    assert not page.exception
    (batch,) = batches.every(session.database())
    assert (batch.name, batch.pairs, batch.made_by) == ("Ones", 3, "solo")
    assert batch.detail == {"filter": {"searched": True}, "order": "as imported"}


def test_a_batch_without_a_name_is_refused_in_a_sentence(page: AppTest) -> None:
    page.button(key="batch-make").click().run()
    assert page.error[0].value == "Give the batch a name."


def test_a_reviewer_sees_no_way_to_make_a_batch(page: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(session.ROLE_VARIABLE, Role.REVIEWER)
    page.run()
    assert "batch-make" not in {str(button.key) for button in page.button}
