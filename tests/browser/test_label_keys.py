"""The table of keys in use: shown, changed, kept for the person, never two actions on one key."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from curation.model import Verdict
from tests.browser.label_page import fill, open_screen, press, shown, stored, wait_until_saved
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import a_pair

pytestmark = pytest.mark.browser
BATCH = [a_pair(number) for number in range(12)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fill(tmp_path, BATCH)
    return tmp_path


def row(page: Page, action: str) -> Locator:
    return page.locator(f"#help [data-action='{action}']")


def change(page: Page, action: str, key: str) -> None:
    row(page, action).click()
    page.keyboard.press(key)


def test_a_changed_key_decides_after_a_reload_and_the_old_one_does_nothing(
    page: Page, server: Server
) -> None:
    open_screen(page, server)
    page.keyboard.press("?")
    change(page, "tie", "k")
    expect(page.locator("#help-hint")).to_have_text("“Tie” is now on K.")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Tie K")).to_be_visible()
    open_screen(page, server)
    assert press(page, "t") == shown(page)
    decided = press(page, "k")
    wait_until_saved(page)
    assert [row.verdict for row in stored(server, [str(decided)])] == [Verdict.TIE]


def test_a_key_that_is_taken_or_needed_is_refused_in_one_sentence(page: Page, server: Server) -> None:
    open_screen(page, server)
    page.keyboard.press("?")
    change(page, "tie", "b")
    expect(page.locator("#help-hint")).to_have_text(
        "B is the key of “Both bad”. Choose another key, or give that one another first."
    )
    page.keyboard.press("ArrowDown")
    expect(page.locator("#help-hint")).to_contain_text("needed to move around")
    page.keyboard.press("Escape")
    expect(row(page, "tie")).to_have_text("TieT")


def test_no_key_decides_while_the_help_is_open(page: Page, server: Server) -> None:
    open_screen(page, server)
    before = shown(page)
    page.keyboard.press("?")
    press(page, "f")
    assert shown(page) == before
    page.keyboard.press("?")
    expect(page.locator("#help")).to_be_hidden()
    assert press(page, "f") == before != shown(page)


def test_in_every_set_each_action_has_a_key_of_its_own(page: Page, server: Server) -> None:
    open_screen(page, server)
    page.keyboard.press("?")
    for hands in ("Two hands", "Left hand alone", "Right hand alone"):
        page.locator("#help-set").select_option(hands)
        keys = page.locator("#help .key-row kbd").all_inner_texts()
        assert "none" not in keys, hands
        assert len(set(keys)) == len(keys) >= 8, hands
