"""A mark of a picture opens the pairs behind it, in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from curation.database import Database
from curation.model import Verdict
from curation.quality import agreement
from tests.browser.serving import Server
from tests.pages import a_team

pytestmark = pytest.mark.browser


@pytest.fixture
def home(home: Path) -> Path:
    a_team.work(home, people=3, votes=90, pairs_made=40)
    return home


@pytest.fixture
def won(home: Path) -> int:
    """Pairs of which more than half say that answer 1 is better."""
    db = Database.open(home / "pairloom.duckdb")
    found = agreement.measured(db).majority[Verdict.ANSWER_1]
    db.close()
    return found


def test_a_bar_opens_its_pairs_and_the_way_back_ends_in_the_same_tab(
    won: int, server: Server, page: Page
) -> None:
    page.goto(f"{server.url}/quality")
    bars = page.locator("path[aria-roledescription=bar][aria-label*='Answer 1']")
    expect(bars).to_have_count(1, timeout=30_000)
    bars.click()
    expect(page).to_have_url(f"{server.url}/browse?behind=majority&verdict=answer_1")
    expect(page.get_by_text("more than half say Answer 1")).to_be_visible(timeout=30_000)
    expect(page.get_by_text(f"1 to {min(won, 25)} of {won} pairs")).to_be_visible()

    page.goto(f"{server.url}/quality?quality-tab=Bias")
    expect(page.get_by_role("tab", name="Bias")).to_have_attribute("aria-selected", "true")
    page.locator("path[aria-roledescription=point][aria-label*='Ada']").first.click()
    expect(page.get_by_text("Ada took the answer on the left")).to_be_visible(timeout=30_000)
    page.go_back()
    expect(page.get_by_role("tab", name="Bias")).to_have_attribute("aria-selected", "true")
