"""The page Runs in a real browser, on a phone and with many runs."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import Server
from tests.browser.tables import tick
from tests.pages import finished_runs

pytestmark = pytest.mark.browser
WIDER = "[...document.querySelectorAll('[data-testid=stMain]')].some(e => e.scrollWidth > e.clientWidth + 1)"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A workspace with two hundred runs."""
    for number in range(200):
        finished_runs.write(tmp_path / "workspace", number)
    return tmp_path / "workspace"


def test_two_hundred_runs_are_followed_searched_and_compared_on_a_phone(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/runs")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible(timeout=60_000)
    assert page.evaluate(WIDER) is False
    page.get_by_text("Log", exact=True).click()
    page.get_by_label("Search the whole log").fill("STEP 7 <b>")
    page.get_by_label("Search the whole log").press("Enter")
    expect(page.get_by_text("step 7 <b>bold</b>")).to_be_visible()  # as text, not as a bold word
    page.get_by_text("Compare", exact=True).click()
    expect(page.get_by_role("heading", name="Where the recipes differ")).to_be_visible()
    assert page.evaluate(WIDER) is False


def test_a_click_on_a_row_of_all_runs_opens_that_run(page: Page, server: Server) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(f"{server.url}/runs?view=All+runs")
    table = page.get_by_test_id("stDataFrame")
    expect(table).to_be_visible(timeout=60_000)
    tick(table, 2)  # run 197
    expect(page.get_by_role("combobox", name="Run")).to_have_value(re.compile(" 00c5 "), timeout=20_000)
