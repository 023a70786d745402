"""A server with accounts, one person a role, and data that no annotator may see."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from curation.database import Database
from curation.model import Role
from curation.people import invitations
from curation.workspace import Workspace
from pages.parts import session
from tests.browser.serving import ROOT, Server
from tests.served.wire import Visitor

PASSWORD = "many green lamps"
ENVIRONMENT = {"PAIRLOOM_SIGN_IN": "accounts"}
NAMES = {Role.ANNOTATOR: "Ann", Role.REVIEWER: "Rev", Role.LEAD: "Lea"}

Arrive = Callable[[str], Visitor]


def fill(home: Path) -> dict[str, str]:
    """The sample and one person a role; name → pseudonym."""
    place = Workspace(home=home)
    place.create()
    database = Database.open(place.database)
    people = {}
    for role, name in NAMES.items():
        key = invitations.make(database, role, by="system", now=session.now())
        people[name] = invitations.accept(database, key, name=name, password=PASSWORD, now=session.now())
    database.close()
    subprocess.run(
        [sys.executable, "-m", "curation", "import", "sample"],
        env={"PAIRLOOM_HOME": str(home), "PATH": ""}, cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return people


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return {}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, people: dict[str, str]) -> Iterator[Server]:
    """One server for all tests of a module; tests that change people make their own."""
    home = tmp_path_factory.mktemp("served") / "workspace"
    people.update(fill(home))
    running = Server(home, ENVIRONMENT)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def arrive(server: Server) -> Arrive:
    """Somebody of this name, signed in; nobody for ""."""

    def come(name: str) -> Visitor:
        visitor = Visitor(server.url)
        if name:
            assert visitor.sign_in(name, PASSWORD).status == 303
        return visitor

    return come
