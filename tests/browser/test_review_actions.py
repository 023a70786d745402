"""Every action of a reviewer in a real browser, and the way from a number to its pairs; one server."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, expect

from curation.database import Database
from curation.labelling import decisions
from curation.model import Verdict
from tests.browser.label_page import fill
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW, a_decision, a_pair

pytestmark = pytest.mark.browser
BATCH = [a_pair(number) for number in range(6)]


def fill_contested(home: Path) -> None:
    fill(home, BATCH)
    db = Database.open(home / "pairloom.duckdb")
    with db.writing() as tx:
        tx.execute(
            "INSERT INTO source (id, kind, location, layout, accepted, imported_by, imported)"
            " VALUES ('s', 'file', 'f.jsonl', 'orca', 6, 'lead', $now)",
            {"now": NOW},
        )
    for pair in BATCH:
        for person, verdict in (("ann-1", Verdict.ANSWER_1), ("ann-2", Verdict.ANSWER_2)):
            decisions.record(
                db, a_decision(pair.id, id=person + pair.id, annotator_id=person, verdict=verdict)
            )
    db.close()


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Six contested pairs; each test leaves them as it found them."""
    running = Server(tmp_path_factory.mktemp("review") / "workspace")
    fill_contested(running.home)
    running.start()
    yield running
    running.stop()


@pytest.fixture
def server(shared: Server, again: bool) -> Server:
    """The one of all tests; filled anew for a second attempt, because the first ended somewhere midway."""
    if again:
        shared.stop()
        shutil.rmtree(shared.home)
        fill_contested(shared.home)
        shared.start()
    return shared


@pytest.fixture
def review(page: Page, server: Server) -> Page:
    """The review page with a reason chosen."""
    page.goto(f"{server.url}/review")
    expect(page.get_by_text("1 of 6 pairs")).to_be_visible(timeout=30_000)
    why = page.get_by_label("Reason", exact=True)
    why.fill("Checked the facts")
    why.press("Enter")
    expect(why).to_have_value("Checked the facts")
    return page


def undo(page: Page, said: str) -> None:
    page.get_by_role("button", name=said).click()
    expect(page.get_by_text("1 of 6 pairs")).to_be_visible()


def test_a_pair_is_set_aside_and_put_back(review: Page) -> None:
    review.get_by_role("button", name="Set aside", exact=True).click()
    expect(review.get_by_text("1 of 5 pairs")).to_be_visible()
    review.get_by_role("radio", name="Set aside 1").click()
    review.get_by_role("button", name="Put back").click()
    expect(review.get_by_text("No pair is left under “Set aside”.")).to_be_visible()
    review.get_by_role("radio", name="Contested 6").click()
    expect(review.get_by_text("1 of 6 pairs")).to_be_visible()


def test_a_pair_is_sent_back_and_the_wait_is_undone(review: Page) -> None:
    review.get_by_role("button", name="Send back", exact=True).click()
    expect(review.get_by_text("1 of 5 pairs")).to_be_visible()
    expect(review.get_by_role("radio", name="Waiting for a vote 1")).to_be_visible()
    undo(review, "Undo: 1 pair sent back")


def test_an_edit_makes_a_new_pair_and_is_undone(review: Page) -> None:
    review.get_by_text("Edit the texts").click()
    review.get_by_label("Answer 1", exact=True).fill("A mended answer")
    review.get_by_label("Answer 1", exact=True).press("Tab")
    review.get_by_role("button", name="Make the corrected pair").click()
    expect(review.get_by_text("1 of 5 pairs")).to_be_visible()
    undo(review, "Undo: 1 pair edited")


def test_many_are_set_aside_after_a_preview_and_undone_as_one(review: Page) -> None:
    review.get_by_text("Do one thing to all open pairs").click()
    review.get_by_role("radio", name="Set aside", exact=True).click()
    review.get_by_role("button", name="Show what would happen").click()
    expect(review.get_by_text("6 pairs would leave the queue")).to_be_visible()
    expect(review.get_by_text("The first 5 of 6 pairs:")).to_be_visible()
    review.get_by_role("button", name="Set aside 6 pairs").click()
    expect(review.get_by_text("Say why in Reason for all of them")).to_be_in_viewport()
    review.get_by_label("Reason for all of them").fill("A batch that went wrong")
    review.get_by_label("Reason for all of them").press("Enter")
    review.get_by_role("button", name="Set aside 6 pairs").click()
    expect(review.get_by_text("Every pair here is dealt with.")).to_be_visible()
    undo(review, "Undo: 6 pairs set aside")


def test_a_number_leads_to_its_pairs_and_the_list_survives_a_reload(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/quality")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="By two or more").click(timeout=30_000)
    pairs = opened.value
    expect(pairs.get_by_text("1 to 6 of 6 pairs")).to_be_visible(timeout=30_000)
    assert pairs.url == f"{server.url}/browse?behind=shared"
    pairs.reload()
    expect(pairs.get_by_text("Pairs behind a figure: judged by two or more.")).to_be_visible(timeout=30_000)
    pairs.goto(f"{server.url}/browse?behind=majority&verdict=tie")
    expect(pairs.get_by_text("No pair matches.")).to_be_visible(timeout=30_000)
    pairs.get_by_role("button", name="Show all").click()
    expect(pairs.get_by_text("1 to 6 of 6 pairs")).to_be_visible()


def test_a_slice_is_saved_opened_by_its_address_acted_on_exported_and_the_action_undone(
    page: Page, server: Server
) -> None:
    page.goto(f"{server.url}/browse")
    search = page.get_by_role("textbox", name="Search")
    search.fill("Prompt 3")
    search.press("Enter")
    expect(page.get_by_text("1 to 1 of 1 pair")).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Slices").click()
    page.get_by_label("Save this filter as").fill("Threes")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("button", name="Threes")).to_be_visible()

    page.goto(f"{server.url}/browse?slice=Threes")
    expect(page.get_by_text("1 to 1 of 1 pair")).to_be_visible(timeout=30_000)
    expect(search).to_have_value("Prompt 3")
    page.get_by_text("Do one thing to all pairs of this list").click()
    expect(page.get_by_role("button", name="Show what would happen")).to_be_visible()
    page.get_by_role("radio", name="Settle as tie").click()
    expect(page.get_by_role("radio", name="Settle as tie")).to_be_checked()
    page.get_by_role("button", name="Show what would happen").click()
    expect(page.get_by_text("1 pair as Tie")).to_be_visible(timeout=20_000)
    page.get_by_label("Reason for all of them").fill("Equally good")
    page.get_by_label("Reason for all of them").press("Enter")
    page.get_by_role("button", name="Settle as tie: 1 pair").click()
    expect(page.get_by_role("button", name="Undo: 1 pair settled")).to_be_visible(timeout=20_000)
    assert [(row["pair_id"], row["winner"]) for row in exported(page)] == [(BATCH[3].id, "tie")]

    page.get_by_role("button", name="Undo: 1 pair settled").click()
    expect(page.get_by_role("button", name="Undo: 1 pair settled")).to_be_hidden(timeout=20_000)
    assert [(row["pair_id"], row["winner"]) for row in exported(page)] == [(BATCH[3].id, None)]


def exported(page: Page) -> list[dict[str, object]]:
    """The rows of a file that is written and downloaded now."""
    page.get_by_role("button", name="Export").click()
    link = page.get_by_role("link", name="Download")
    before = str(link.get_attribute("href")) if link.count() else ""
    page.get_by_role("button", name="Write 1 pair").click()
    expect(link).to_be_visible(timeout=20_000)
    expect(link).not_to_have_attribute("href", before)
    address = str(link.get_attribute("href"))
    said = page.request.get(urljoin(page.url, address)).text()
    page.keyboard.press("Escape")
    return [json.loads(line) for line in said.splitlines()]
