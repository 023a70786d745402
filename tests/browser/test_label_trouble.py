"""What a day brings: no network, a closed lid, a second tab. No decision is lost and none is doubled."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from curation.database import Database
from tests.browser.label_page import (
    decide,
    fill,
    open_screen,
    press,
    shown,
    stored,
    wait_until_saved,
)
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW, a_pair

pytestmark = pytest.mark.browser
BATCH = [a_pair(number) for number in range(30)]
IDS = [pair.id for pair in BATCH]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fill(tmp_path, BATCH)
    return tmp_path


def test_without_a_network_decisions_wait_and_the_screen_says_for_what(page: Page, server: Server) -> None:
    open_screen(page, server)
    decided = [press(page, "f")]
    wait_until_saved(page)
    page.context.set_offline(True)
    decided += [decide(page, key) for key in "jtb"]
    expect(page.locator("#saving")).to_have_text("3 decisions not saved yet: waiting for the network.")
    page.context.set_offline(False)
    wait_until_saved(page)
    expect(page.locator("#saving")).to_have_text("All decisions saved")
    assert sorted(row.pair_id for row in stored(server, IDS)) == sorted(map(str, decided))


def test_a_closed_lid_and_leases_that_ended_meanwhile_lose_nothing(page: Page, server: Server) -> None:
    open_screen(page, server)
    lid = page.context.new_cdp_session(page)
    server.kill()
    decided = [decide(page, key) for key in "fj"]
    here = shown(page)
    lid.send("Page.setWebLifecycleState", {"state": "frozen"})
    end_leases(server.home)
    server.start()
    lid.send("Page.setWebLifecycleState", {"state": "active"})
    wait_until_saved(page)
    assert shown(page) == here
    decided.append(decide(page, "t"))
    wait_until_saved(page)
    assert sorted(row.pair_id for row in stored(server, IDS)) == sorted(map(str, decided))


def end_leases(home: Path) -> None:
    """As if the lid had been closed for hours; while no server is running."""
    database = Database.open(home / "pairloom.duckdb")
    with database.writing() as tx:
        tx.execute("UPDATE lease SET expires = $then", {"then": NOW - timedelta(days=1)})
    database.close()


def test_two_tabs_of_one_person_decide_no_pair_twice(page: Page, server: Server) -> None:
    open_screen(page, server)
    second = page.context.new_page()
    open_screen(second, server)
    decided = []
    for tab, key in ((page, "f"), (second, "j"), (page, "t"), (second, "b"), (second, "f")):
        tab.bring_to_front()
        decided.append(press(tab, key))
        for each in (page, second):
            expect(each.locator(f".pair-view[data-pair='{decided[-1]}']")).to_have_count(0)
    for tab in (page, second):
        wait_until_saved(tab)
        expect(tab.locator("#refused")).to_be_hidden()
    assert len(set(decided)) == 5
    assert sorted(row.pair_id for row in stored(server, IDS)) == sorted(map(str, decided))
