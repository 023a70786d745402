"""A lead makes a batch of what the filters find; a reviewer only looks."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.labelling import batches, browse, events, pairs
from curation.labelling.matching import Filter, Order
from curation.model import Role, State
from pages.parts import session
from pages.parts.browse_bulk import Deed
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


def test_a_list_is_set_aside_after_a_look_and_comes_back_by_one_undo(page: AppTest) -> None:
    page.text_input(key="browse-text").set_value("Prompt 1").run()
    page.button_group(key="browse-deed").set_value(Deed.ASIDE).run()
    page.button(key="browse-look").click().run()
    page.text_input(key="browse-why").set_value("Spam").run()
    page.button(key="browse-do").click().run()
    assert not page.exception
    assert browse.page(session.database(), Filter()).total == 9
    next(each for each in page.button if "ndo" in each.label).click().run()
    assert browse.page(session.database(), Filter()).total == 12


def test_a_look_that_is_no_longer_true_is_shown_again_before_anything_happens(page: AppTest) -> None:
    page.button_group(key="browse-deed").set_value(Deed.TIE).run()
    page.button(key="browse-look").click().run()
    page.text_input(key="browse-why").set_value("Same").run()
    with session.database().writing() as tx:
        pairs.add(tx, [a_pair(99)], NOW)
    page.button(key="browse-do").click().run()
    assert page.error[0].value.startswith("People have acted since you looked")
    assert browse.page(session.database(), Filter(state=State.SETTLED)).total == 0


def test_a_saved_slice_sets_every_field_again(page: AppTest) -> None:
    page.text_input(key="browse-text").set_value("Prompt 1").run()
    page.selectbox(key="browse-order").set_value(Order.SHORTEST).run()
    page.text_input(key="slice-name").set_value("Ones").run()
    page.button(key="slice-save").click().run()
    page.text_input(key="browse-text").set_value("").run()
    page.button(key="slice-Ones").click().run()
    assert not page.exception
    assert page.text_input(key="browse-text").value == "Prompt 1"
    assert page.selectbox(key="browse-order").value is Order.SHORTEST


def test_a_reviewer_writes_a_file_and_the_audit_says_so(
    page: AppTest, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(session.ROLE_VARIABLE, Role.REVIEWER)
    page.toggle(key="browse-figures").set_value(True).run()
    page.button(key="slice-write").click().run()
    assert not page.exception
    (file,) = (home / "downloads" / "slices").iterdir()
    assert len(file.read_text(encoding="utf-8").splitlines()) == 12
    assert events.newest(session.database(), 1)[0].action == "export slice"


def test_pairs_whose_source_row_is_missing_are_listed_all_the_same(page: AppTest) -> None:
    with session.database().writing() as tx:
        tx.execute("DELETE FROM source")
    page.run()
    assert not page.info
    assert "1 to 12 of 12 pairs" in [each.value for each in page.caption]


def test_an_address_opens_a_slice_and_forgets_it_once_a_field_is_changed(page: AppTest) -> None:
    page.text_input(key="browse-text").set_value("Prompt 1").run()
    page.text_input(key="slice-name").set_value("Ones").run()
    page.button(key="slice-save").click().run()
    opened = AppTest.from_file(PAGE, default_timeout=60)
    opened.query_params["slice"] = "Ones"
    opened.run()
    assert opened.text_input(key="browse-text").value == "Prompt 1"
    opened.text_input(key="browse-text").set_value("Prompt 2").run()
    assert "slice" not in opened.query_params
    assert opened.text_input(key="browse-text").value == "Prompt 2"


def test_an_address_of_a_slice_that_is_gone_says_so_and_lists_everything(page: AppTest) -> None:
    page.query_params["slice"] = "Gone"
    page.run()
    assert page.warning[0].value == "There is no slice named Gone. It may have been removed."
    assert "1 to 12 of 12 pairs" in [each.value for each in page.caption]
