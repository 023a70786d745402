"""After a fix of personal data no answer to an annotator's request holds it any more."""

from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from curation import text
from curation.database import Database
from curation.labelling import decisions, mends, pairs, undoing
from curation.labelling.actions import Action
from curation.model import Message, Role, Speaker
from curation.release import fixes
from curation.validation.finding import Severity
from curation.validation.policy import Policy
from pages.parts import routes_history, routes_label, session
from tests.curation.labelling.a_workspace import NOW, a_decision, a_pair

ADDRESS, PLACEHOLDER = "anna.schmidt@gmx.de", "[e-mail address]"
PAIR = replace(
    a_pair(1, prompt=f"Who is {ADDRESS}?", one=f"Ask {ADDRESS}.", other="I do not know."),
    context=(Message(speaker=Speaker.SYSTEM, content=f"Mail goes to {ADDRESS}."),),
)


@pytest.fixture
def ask(home: Path) -> TestClient:
    """The routes of the label screen over one pair with an address in its prompt and in one answer."""
    with session.database().writing() as tx:
        pairs.add(tx, [PAIR], NOW)
    app = Starlette(routes=[*routes_label.routes(), *routes_history.routes()])
    token = routes_label.issue_token(session.secret(), annotator_id="solo", role=Role.ANNOTATOR)
    return TestClient(app, headers={routes_label.HEADER: token})


def fix(db: Database) -> None:
    action = Action(id="a", reason="Nobody needs it", by="lead", now=NOW)
    assert fixes.apply(db, Policy(), "V27", Severity.WARNING, action) == 1


def test_a_fixed_pair_is_given_out_with_the_placeholder_and_as_imported_after_the_undo(
    ask: TestClient,
) -> None:
    assert ADDRESS in ask.get("/api/label/next").text
    fix(session.database())
    for path in ("next", f"pair/{PAIR.id}", f"text/{PAIR.id}"):
        answer = ask.get(f"/api/label/{path}")
        assert answer.status_code == 200
        assert PLACEHOLDER in answer.text
        assert ADDRESS not in answer.text
    undoing.undo(session.database(), "a", by="lead", now=NOW)
    assert ADDRESS in ask.get("/api/label/next").text


def test_the_vote_stays_with_the_pair_and_a_persons_past_names_the_fixed_prompt(ask: TestClient) -> None:
    db = session.database()
    decisions.record(db, a_decision(PAIR.id, annotator_id="solo"))
    fix(db)
    past = ask.get("/api/label/past")
    assert past.json()["recent"][0]["prompt"] == f"Who is {PLACEHOLDER}?"
    assert ask.get(f"/api/label/pair/{PAIR.id}").json()["decision"]["id"] == a_decision(PAIR.id).id
    assert ADDRESS not in past.text


def test_a_screen_that_was_open_is_told_of_a_fix_and_gets_the_fixed_texts(ask: TestClient) -> None:
    before = ask.get("/api/label/next").json()
    assert ask.get("/api/label/next", params={"but": PAIR.id}).json()["fixes"] == before["fixes"]
    fix(session.database())
    assert ask.get("/api/label/next", params={"limit": 0, "but": PAIR.id}).json()["fixes"] > before["fixes"]
    again = ask.get("/api/label/again", params={"pairs": f"{PAIR.id}:1"})
    assert ADDRESS not in again.text
    (shown,) = again.json()["pairs"]
    assert (shown["round"], shown["left_answer"]) == (1, text.left_answer("solo", PAIR.id, 1))
    assert shown["text"] != before["pairs"][0]["text"] == ""


def test_a_decision_says_which_texts_were_on_the_screen(ask: TestClient) -> None:
    (imported,) = ask.get("/api/label/next").json()["pairs"]
    fix(session.database())
    for number, seen in enumerate((imported["text"], ask.get(f"/api/label/pair/{PAIR.id}").json()["text"])):
        entry = {
            "id": f"{number:032x}", "pair": PAIR.id, "choice": "tie", "left": imported["left_answer"],
            "round": 0, "guideline": 0, "seconds_shown": 1, "seconds_active": 1, "text_seen": seen,
        }  # fmt: skip
        assert ask.post("/api/label/decisions", json={"entries": [entry]}).json()["refused"] == []
    db = session.database()
    with db.reading() as cursor:
        now = mends.present(cursor, [PAIR.id])[PAIR.id].text_id
    assert [each.text_seen for each in decisions.history(db, PAIR.id)] == ["", now]
