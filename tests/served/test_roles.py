"""Every page and every route, as every role and as nobody, against a real server with accounts."""

import importlib
import re

import pytest
from starlette.routing import Route

from curation.labelling.events import Wanted
from curation.model import Role
from curation.workspace import Workspace
from pages.parts import routes_label, routes_team
from tests.browser.serving import ROOT, Server
from tests.served.conftest import NAMES, Arrive
from tests.served.wire import Screen, refused


def frame_rows() -> dict[str, tuple[str, Role]]:
    """Name in the address → title and least role, read from the frame's text: running it needs a server."""
    text = (ROOT / "pages" / "frame.py").read_text(encoding="utf-8")
    rows = re.findall(r'\("(\w+)", "([^"]+)", "\w+", Role\.(\w+)\)', text)
    return {"" if name == "overview" else name: (title, Role[role]) for name, title, role in rows}


def routes() -> list[Route]:
    modules = (path.stem for path in sorted((ROOT / "pages" / "parts").glob("routes_*.py")))
    return [route for name in modules for route in importlib.import_module(f"pages.parts.{name}").routes()]


def label_routes() -> list[tuple[str, str, Role]]:
    """Whatever lies under /api/label is for who labels."""
    found = [route for route in routes() if route.path.startswith("/api/label/")]
    return [
        (
            route.path,
            ("POST " if "POST" in (route.methods or ()) else "") + re.sub(r"{\w+}", "0" * 32, route.path),
            Role.ANNOTATOR,
        )
        for route in found
    ]


PAGES = frame_rows()
WITHOUT_HEADING = {"label"}
# Every route that asks for a role: its path, an address of it, the least role.
GUARDED = [
    *label_routes(),
    ("/download/{name}", "/download/v1.zip?token=", Role.LEAD),
    ("/slice/{name}", "/slice/x.jsonl?token=", Role.REVIEWER),
    ("/refused/{source_id}.jsonl", "/refused/x.jsonl", Role.LEAD),
    ("/team/audit.csv", "audit", Role.LEAD),
    ("/team/backup/{name}", "/team/backup/x.duckdb?token=", Role.LEAD),
]
FOR_NOBODY = {"/command/backup", "/sign-in", "/sign-in/start", "/sign-in/callback", "/invitation/{key}"}
OWN = {"/account", "/account/password", "/account/end", "/account/sign-out"}


def test_this_test_knows_every_page_and_every_route() -> None:
    assert len(PAGES) == len(list((ROOT / "pages").glob("[!_]*.py"))) - 1  # all but the frame
    mounted = set(re.findall(r"\*(routes_\w+)\.routes\(\)", (ROOT / "app.py").read_text(encoding="utf-8")))
    assert mounted == {path.stem for path in (ROOT / "pages" / "parts").glob("routes_*.py")}
    assert FOR_NOBODY | OWN | {path for path, _, _ in GUARDED} == {route.path for route in routes()}


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_pages_and_no_other_by_name_or_by_hash(role: Role, arrive: Arrive) -> None:
    with Screen(arrive("Lea")) as screen:
        hashes = screen.run().pages
    with Screen(arrive(NAMES[role])) as screen:
        for name, (title, least) in PAGES.items():
            for shown in (screen.run(name), screen.run(name, script=hashes[name])):
                assert not shown.exceptions
                assert set(shown.pages) == {page for page, (_, asks) in PAGES.items() if role.includes(asks)}
                if name and name not in WITHOUT_HEADING:
                    assert (title in shown.titles) is role.includes(least), (name, shown.titles)
            if not role.includes(least):
                assert screen.run(name).errors == [
                    f"This is for the role {least}; you are signed in as {role}. Ask a lead of the project."
                ]


def test_nobody_is_shown_the_way_to_the_sign_in_and_gets_no_websocket(arrive: Arrive) -> None:
    nobody = arrive("")
    for name in PAGES:
        answer = nobody.ask(f"/{name}?run=1")
        assert (answer.status, answer.headers["location"]) == (303, f"/sign-in?next=/{name}%3Frun%3D1")
    assert refused(nobody) == 403


@pytest.mark.parametrize("name", ["", *NAMES.values()])
def test_each_route_answers_its_roles_and_nobody_else(
    name: str, arrive: Arrive, server: Server, people: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAIRLOOM_HOME", str(server.home))
    role = {person: role for role, person in NAMES.items()}.get(name)
    visitor, secret = arrive(name), Workspace(home=server.home).secret()
    token = routes_label.issue_token(secret, annotator_id=people.get(name, "ann-x"), role=role or Role.LEAD)
    for _, address, least in GUARDED:
        path = routes_team.audit_link(Wanted()) if address == "audit" else address.removeprefix("POST ")
        form = {"": ""} if address.startswith("POST") else None
        answer = visitor.ask(path, form=form, accept="*/*", x_pairloom_token=token)
        allowed = role is not None and role.includes(least)
        if "token=" in path and "audit" not in path:
            assert answer.status == 403  # the link itself is not signed: a lead needs both
        else:
            assert (answer.status != 403) is allowed, (address, answer.text[:80])


def test_a_token_of_another_person_opens_nothing(
    arrive: Arrive, server: Server, people: dict[str, str]
) -> None:
    secret = Workspace(home=server.home).secret()
    token = routes_label.issue_token(secret, annotator_id=people["Lea"], role=Role.LEAD)
    answer = arrive("Ann").ask("/api/label/next", x_pairloom_token=token)
    assert answer.status == 403
    assert "Somebody else has signed in" in answer.text


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/auth/login", "/auth/logout", "/oauth2callback"])
def test_what_streamlit_opens_for_itself_stays_shut_for_everybody(path: str, arrive: Arrive) -> None:
    assert [arrive(name).ask(path).status for name in ("", "Lea")] == [404, 404]


@pytest.mark.parametrize("path", ["/media/x.png", "/component/x/y.js", "/_stcore/upload_file/a/b"])
def test_files_of_sessions_need_a_sign_in(path: str, arrive: Arrive) -> None:
    assert arrive("").ask(path, accept="*/*").status == 403


def test_the_health_of_the_server_is_there_for_a_proxy(arrive: Arrive) -> None:
    assert arrive("").ask("/_stcore/health").status == 200
