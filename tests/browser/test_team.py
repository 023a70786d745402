"""Leads look after people in Chromium: a role that is taken away acts at once, and who is removed is gone."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from curation.database import Database
from curation.labelling import annotators, events
from curation.model import Role
from curation.people import invitations
from curation.workspace import Workspace
from pages.parts import session
from tests.browser.serving import Server
from tests.browser.tables import tick

pytestmark = pytest.mark.browser
PASSWORD = "many green lamps"
PATIENCE = 20_000

Enter = Callable[[str], Page]


@pytest.fixture
def team(home: Path) -> Iterator[Server]:
    place = Workspace(home=home)
    place.create()
    database = Database.open(place.database)
    for name in ("Ada", "Bob"):
        key = invitations.make(database, Role.LEAD, by="system", now=session.now())
        invitations.accept(database, key, name=name, password=PASSWORD, now=session.now())
    database.close()
    server = Server(home, {"PAIRLOOM_SIGN_IN": "accounts"})
    server.start()
    yield server
    server.stop()


@pytest.fixture
def enter(team: Server, browser: Browser) -> Iterator[Enter]:
    """A browser of their own for each, signed in and on Team."""
    contexts = []

    def come(name: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1280, "height": 1000}))
        contexts[-1].set_default_timeout(PATIENCE)
        page = contexts[-1].new_page()
        page.goto(f"{team.url}/team")
        page.get_by_label("Name").fill(name)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("button", name="Make an invitation link")).to_be_visible(timeout=PATIENCE)
        return page

    yield come
    for context in contexts:
        context.close()


def test_a_lead_who_is_one_no_more_acts_no_more_and_a_removed_one_is_gone(enter: Enter, team: Server) -> None:
    ada, bob = enter("Ada"), enter("Bob")
    tick(ada.get_by_test_id("stDataFrame"), 1)
    ada.get_by_role("radio", name="Annotator").click()
    expect(ada.get_by_text("Now annotator.")).to_be_visible(timeout=PATIENCE)
    # Bob's page is as it was: the click must be refused before it makes a link.
    bob.get_by_role("button", name="Make an invitation link").click()
    expect(bob.get_by_text("you are signed in as annotator").first).to_be_visible(timeout=PATIENCE)
    expect(bob.get_by_test_id("stCode")).to_have_count(0)
    ada.get_by_role("button", name="Make an invitation link").click()
    link = ada.get_by_test_id("stCode").inner_text().strip()
    ada.get_by_text("Remove", exact=True).first.click()
    ada.get_by_text("Remove this person for good").click()
    ada.get_by_role("button", name="Remove", exact=True).click()
    expect(ada.get_by_text("Removed: the decisions stay")).to_be_visible(timeout=PATIENCE)
    bob.reload()
    expect(bob.get_by_role("heading", name="Sign in")).to_be_visible(timeout=PATIENCE)
    bob.goto(link)
    expect(bob.get_by_role("heading", name="Welcome to Pairloom")).to_be_visible(timeout=PATIENCE)
    team.stop()
    database = Database.open(team.home / "pairloom.duckdb")
    assert [person.name for person in annotators.everyone(database) if person.active] == ["Ada"]
    made = [line for line in events.newest(database) if line.action == "make invitation"]
    assert [line.actor for line in made][:1] == [annotators.everyone(database)[0].id]
    assert len(made) == 3  # two before the server started, one by Ada
    database.close()
