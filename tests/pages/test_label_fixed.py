"""After a fix of personal data no answer to an annotator's request holds it any more."""

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from curation.database import Database
from curation.labelling import decisions, pairs, undoing
from curation.labelling.actions import Action
from curation.model import Role
from curation.release import fixes
from curation.validation.finding import Severity
from curation.validation.policy import Policy
from pages.parts import routes_history, routes_label, session
from tests.curation.labelling.a_workspace import NOW, a_decision, a_pair

ADDRESS, PLACEHOLDER = "anna.schmidt@gmx.de", "[e-mail address]"
PAIR = a_pair(1, prompt=f"Who is {ADDRESS}?", one=f"Ask {ADDRESS}.", other="I do not know.")


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
