"""A reviewer settles what people could not, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from curation.database import Database
from curation.labelling import browse, decisions, review
from curation.model import Tier, Verdict
from pages.parts import review_actions
from tests.browser.label_page import fill
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW, a_decision, a_pair

pytestmark = pytest.mark.browser
CODE = "```python\nprint('{}')\n```"
CONTESTED = a_pair(1, prompt="Greet me", one=CODE.format("hello"), other=CODE.format("<b>hullo</b>"))
OTHER = a_pair(2)


@pytest.fixture
def home(home: Path) -> Path:
    """Two pairs, each with two votes that disagree."""
    fill(home, [CONTESTED, OTHER])
    db = Database.open(home / "pairloom.duckdb")
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, accepted, imported_by, imported)"
            " VALUES ('s', 'file', 'f.jsonl', 'orca', 2, 'lead', $now)",
            {"now": NOW},
        )
    for pair in (CONTESTED, OTHER):
        for person, verdict in (("ann-1", Verdict.ANSWER_1), ("ann-2", Verdict.ANSWER_2)):
            decisions.record(
                db, a_decision(pair.id, id=person + pair.id, annotator_id=person, verdict=verdict)
            )
    db.close()
    return home


def open_review(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/review")
    # The first page of a fresh server takes its time.
    expect(page.get_by_text(CONTESTED.id)).to_be_visible(timeout=30_000)


def test_a_contested_pair_is_settled_by_one_key_and_is_gold_afterwards(server: Server, page: Page) -> None:
    open_review(page, server)
    page.get_by_label("Reason", exact=True).fill("Checked the facts")
    page.get_by_label("Reason", exact=True).press("Enter")
    expect(page.get_by_label("Reason", exact=True)).to_have_value("Checked the facts")
    page.get_by_role("heading", name="Review").click()  # a key pressed in a field is typing
    page.wait_for_timeout(review_actions.LOOK_SECONDS * 1000 + 100)
    page.keyboard.press("2")
    expect(page.get_by_text("1 of 1 pair", exact=True)).to_be_visible()
    expect(page.get_by_text(OTHER.id)).to_be_visible()
    expect(page.get_by_text(CONTESTED.id)).to_have_count(0)

    page.goto(f"{server.url}/browse")
    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Settled").click()
    expect(page.get_by_text("1 to 1 of 1 pair")).to_be_visible()

    server.stop()
    db = Database.open(server.home / "pairloom.duckdb")
    row = browse.row(db, CONTESTED.id)
    left = [entry.row.pair_id for entry in review.page(db, size=9).entries]
    db.close()
    assert (row.tier, row.winner, row.votes) == (Tier.GOLD, Verdict.ANSWER_2, 2)
    assert left == [OTHER.id]


def test_the_difference_view_marks_words_and_runs_nothing_of_an_answer(server: Server, page: Page) -> None:
    open_review(page, server)
    expect(page.locator("pre.code")).to_have_count(2)
    page.get_by_text("Mark the words that differ").click()
    expect(page.locator("mark").filter(has_text="hello")).to_have_count(1)
    expect(page.locator("mark").filter(has_text="hullo")).to_have_count(1)
    expect(page.get_by_text("<b>hullo</b>")).to_be_visible()
    expect(page.locator("mark b")).to_have_count(0)


def test_code_in_an_opened_pair_stays_inside_its_box(server: Server, page: Page) -> None:
    open_review(page, server)
    boxes = page.locator("pre.code")
    expect(boxes).to_have_count(2)
    label, code = boxes.first.locator(".language"), boxes.first.locator("code")
    above, below = label.bounding_box(), code.bounding_box()
    assert above is not None
    assert below is not None
    assert above["y"] + above["height"] <= below["y"] + 1
    assert boxes.first.evaluate("box => getComputedStyle(box).overflowX") == "auto"
