"""The label screen as a person uses it: open, read, press keys; and what the store holds afterwards."""

from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import Page, expect

from curation.database import Database
from curation.labelling import decisions, pairs
from curation.model import Decision, Pair
from pages.parts.pair_view.component import SETTLE_SECONDS
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW

ANNOTATOR = "solo"


def fill(home: Path, batch: Sequence[Pair]) -> None:
    """Put pairs into the workspace of a server that is not running yet."""
    database = Database.open(home / "pairloom.duckdb")
    with database.writing() as tx:
        pairs.add(tx, batch, NOW)
    database.close()


def open_screen(page: Page, server: Server) -> None:
    """Go to the label page and wait for a pair or for the words that stand in its place."""
    page.goto(f"{server.url}/label")
    expect(page.locator(".pair-view:not([data-state='loading'])")).to_be_visible(timeout=30_000)


def shown(page: Page) -> str | None:
    """Id of the pair on the screen."""
    return page.locator(".pair-view").get_attribute("data-pair")


# By the page's own clock: a frame that comes late on a busy machine begins the time anew.
_SEEN = "ms => new Promise(seen => requestAnimationFrame(() => setTimeout(seen, ms)))"


def look(page: Page) -> None:
    """Wait for a pair, and look at it for as long as the screen asks for before it takes a key."""
    page.locator(".pair-view[data-state='pair']").wait_for()
    page.evaluate(_SEEN, SETTLE_SECONDS * 1000 + 20)


def press(page: Page, key: str) -> str | None:
    """Look at the pair, then press once; the pair that was pressed for."""
    look(page)
    pair_id = shown(page)
    page.keyboard.press(key)
    return pair_id


def decide(page: Page, key: str) -> str | None:
    """Press until the next pair is there, as a person would while the server comes and goes.

    Keys decide nothing in the moment in which Streamlit's own dialog about it is there.
    """
    while True:
        pair_id = press(page, key)
        if shown(page) != pair_id:
            return pair_id


def wait_until_saved(page: Page) -> None:
    expect(page.locator(".pair-view")).to_have_attribute("data-unsaved", "0", timeout=60_000)


def stored(server: Server, pair_ids: Sequence[str]) -> list[Decision]:
    """Every row about these pairs, in the order of recording; the server is ended first."""
    server.stop()
    database = Database.open(server.home / "pairloom.duckdb")
    try:
        return [row for pair_id in dict.fromkeys(pair_ids) for row in decisions.history(database, pair_id)]
    finally:
        database.close()
