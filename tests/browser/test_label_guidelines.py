"""The guidelines beside the pair: seen before the first decision, and said when they have changed."""

from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from curation.database import Database
from curation.labelling import guidelines
from tests.browser.label_page import fill, open_screen, press, stored, wait_until_saved
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW, a_pair

pytestmark = pytest.mark.browser


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fill(tmp_path, [a_pair(number) for number in range(12)])
    write(tmp_path, "# Be fair\n\nRead both answers.")
    return tmp_path


def write(home: Path, markdown: str) -> None:
    """A new version, while no server is running."""
    database = Database.open(home / "pairloom.duckdb")
    guidelines.add(database, markdown, changed_by="lead", now=NOW)
    database.close()


def test_a_decision_carries_the_version_that_its_annotator_had_seen(page: Page, server: Server) -> None:
    open_screen(page, server)
    panel = page.locator("#guidelines")
    expect(panel.get_by_role("heading", name="Be fair")).to_be_visible()
    decided = [press(page, "f")]
    page.keyboard.press("g")
    expect(panel).to_be_hidden()
    wait_until_saved(page)
    server.stop()
    write(server.home, "# Be fair\n\nRead both answers to the end.")
    server.start()
    open_screen(page, server)
    expect(page.locator("#changed")).to_contain_text("The guidelines have changed (version 2)")
    decided.append(press(page, "j"))
    page.keyboard.press("g")
    expect(panel.locator("ins")).to_have_text("to the end")
    expect(page.locator("#changed")).to_be_hidden()
    decided.append(press(page, "t"))
    wait_until_saved(page)
    rows = {row.pair_id: row.guideline_version for row in stored(server, [str(pair) for pair in decided])}
    assert [rows[str(pair)] for pair in decided] == [1, 1, 2]


def test_guidelines_and_last_20_stand_beside_the_answers_and_never_on_them(
    page: Page, server: Server
) -> None:
    open_screen(page, server)
    expect(page.locator("#guidelines")).to_be_visible()
    stand_beside(page, "#guidelines")
    page.keyboard.press("p")
    stand_beside(page, "#guidelines", "#side")
    page.keyboard.press("g")
    stand_beside(page, "#side")


def stand_beside(page: Page, *panels: str) -> None:
    for width, height in ((1280, 800), (1920, 1080), (1180, 820), (820, 1180)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(100)
        for panel, pane in product(panels, ("#prompt", "#left", "#right")):
            on, box = page.locator(panel).bounding_box(), page.locator(pane).bounding_box()
            assert on is not None
            assert box is not None
            beside = box["x"] + box["width"] <= on["x"] or box["y"] >= on["y"] + on["height"]
            assert beside, (width, panel, pane)
            assert box["height"] >= 60, (width, panel, pane)
            assert box["width"] >= 300, (width, panel, pane)
