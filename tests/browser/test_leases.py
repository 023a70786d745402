"""A pair on a screen is kept for its person, and is free for others as soon as they leave."""

import json
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page

from curation import workspace
from curation.database import Database
from curation.labelling import annotators
from curation.model import Role
from pages.parts import routes_label
from tests.browser.label_page import fill, open_screen, press, wait_until_saved
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW, a_pair

pytestmark = pytest.mark.browser
IDS = [a_pair(number).id for number in range(4)]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Four pairs of one vote, and a colleague."""
    fill(tmp_path, [a_pair(number) for number in range(4)])
    database = Database.open(tmp_path / "pairloom.duckdb")
    annotators.ensure(database, "ann-2", name="Colleague", role=Role.ANNOTATOR, now=NOW)
    database.close()
    return tmp_path


def given_to_a_colleague(server: Server) -> list[str]:
    """What the server gives somebody else now."""
    secret = workspace.Workspace(home=server.home).secret()
    token = routes_label.issue_token(secret, annotator_id="ann-2", role=Role.ANNOTATOR)
    request = Request(f"{server.url}/api/label/next?limit=8", headers={routes_label.HEADER: token})
    with urlopen(request, timeout=20) as answer:
        return [pair["id"] for pair in json.load(answer)["pairs"]]


def test_pairs_are_held_while_the_screen_is_open_and_free_once_it_is_closed(
    page: Page, server: Server
) -> None:
    open_screen(page, server)
    decided = press(page, "f")
    wait_until_saved(page)
    assert given_to_a_colleague(server) == []
    page.goto("about:blank")
    until = time.monotonic() + 20
    while not (free := given_to_a_colleague(server)) and time.monotonic() < until:
        time.sleep(0.2)
    assert set(free) == set(IDS) - {decided}


def test_an_open_screen_asks_again_and_again_to_keep_its_pairs(page: Page, server: Server) -> None:
    page.clock.install()
    open_screen(page, server)
    with page.expect_request("**/api/label/next?limit=0&*") as asked:
        page.clock.fast_forward(121_000)
    assert all(pair_id in asked.value.url for pair_id in IDS)
