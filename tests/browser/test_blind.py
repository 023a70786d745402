"""An annotator's browser never receives who wrote an answer, which was imported as better, or any vote."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, WebSocket, expect

from curation.database import Database
from curation.labelling import decisions, settlements
from curation.labelling.actions import Action
from curation.model import Decision, Role, Verdict
from curation.people import invitations
from curation.workspace import Workspace
from pages.parts import session
from tests.browser.label_page import press, wait_until_saved
from tests.browser.serving import ROOT, Server

pytestmark = pytest.mark.browser
PASSWORD = "many green lamps"
SECRETS = {
    "model": "Zephyrquill-9B", "other model": "Mangoflint-70B", "file": "gpt-against-llama",
    "comment": "Brambleworth said so", "reason": "Settled by Quorvane", "name": "Otherperson Xu",
}  # fmt: skip
PAIRS = 12


def fill(home: Path) -> str:
    """Pairs with telling models, a prior, votes with comments, a settlement; the other person's pseudonym."""
    place = Workspace(home=home)
    place.create()
    source = home / f"{SECRETS['file']}.jsonl"
    row = {"chosen_model": SECRETS["model"], "rejected_model": SECRETS["other model"]}
    rows = (
        {"prompt": f"Question {n}?", "chosen": f"A good {n}.", "rejected": f"A bad {n}.", **row}
        for n in range(PAIRS)
    )
    source.write_text("".join(json.dumps(each) + "\n" for each in rows), encoding="utf-8")
    mapping = [f"--map={name}={name}" for name in ("prompt", "chosen", "rejected", *row)]
    command = [sys.executable, "-m", "curation", "import", str(source), *mapping]
    environment = {"PAIRLOOM_HOME": str(home), "PATH": ""}
    subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    database, now = Database.open(place.database), session.now()
    people = []
    for name in (SECRETS["name"], "Ann"):
        key = invitations.make(database, Role.ANNOTATOR, by="system", now=now)
        people.append(invitations.accept(database, key, name=name, password=PASSWORD, now=now))
    with database.reading() as cursor:
        telling = "SELECT id FROM pair WHERE $model IN (origin_1, origin_2) AND prior_winner IS NOT NULL"
        rows_told = cursor.execute(telling, {"model": SECRETS["model"]}).fetchall()
    pairs = sorted(pair_id for (pair_id,) in rows_told)
    assert len(pairs) == PAIRS  # else there would be nothing to keep secret
    with database.writing() as tx:
        decisions.record_many(tx, [
            Decision(id=f"{n:032x}", pair_id=pair_id, annotator_id=people[0], verdict=Verdict.ANSWER_1,
                     comment=SECRETS["comment"], left=None, server_time=now)
            for n, pair_id in enumerate(pairs[:4])
        ])  # fmt: skip
    action = Action(id="once", reason=SECRETS["reason"], by=people[0], now=now)
    settlements.settle(database, {pairs[0]: Verdict.TIE}, action)
    database.close()
    return people[0]


class Ear:
    """Everything a browser has received."""

    def __init__(self, page: Page) -> None:
        self.heard: list[tuple[str, bytes]] = []
        page.on("response", self._response)
        page.on("websocket", self._websocket)

    def _response(self, response: Response) -> None:
        if response.status == 200:
            self.heard.append((response.url, response.body()))

    def _websocket(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda data: self.heard.append((socket.url, _bytes(data))))


def _bytes(data: object) -> bytes:
    return data.encode() if isinstance(data, str) else bytes(data)  # type: ignore[call-overload]


def test_no_byte_an_annotator_receives_tells_models_priors_votes_or_people(home: Path, page: Page) -> None:
    other = fill(home)
    server = Server(home, {"PAIRLOOM_SIGN_IN": "accounts"})
    server.start()
    try:
        ear = Ear(page)
        page.goto(server.url)
        page.get_by_label("Name").fill("Ann")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Overview", timeout=20_000)
        for name in ("browse", "team", "account"):
            page.goto(f"{server.url}/{name}")
            expect(page.locator("h1, [data-testid=stAlert]").first).to_be_visible()
        page.goto(f"{server.url}/label")
        for key in "fjtbfju":
            press(page, key)
        wait_until_saved(page)
    finally:
        server.stop()
    answers = [body for url, body in ear.heard if "/api/label/" in url]
    assert any(b"A good" in body for body in answers)  # the ear hears what is sent
    assert any(url.startswith("ws") for url, _ in ear.heard)
    for what, secret in {**SECRETS, "pseudonym": other}.items():
        assert not [url for url, body in ear.heard if secret.encode() in body], what
    assert not [body for body in answers if b"prior" in body or b"origin" in body]
