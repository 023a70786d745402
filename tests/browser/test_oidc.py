"""Sign-in by a real OpenID provider on this machine, in Chromium: in by role, out, refused in a sentence."""

import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import Server

pytestmark = pytest.mark.browser
SURE = {"email_verified": True}
PEOPLE = [
    {"sub": "lea", "name": "Lea Lead", "email": "lea@example.org", **SURE, "groups": ["bosses"]},
    {"sub": "ann", "name": "Ann", "email": "ann@example.org", **SURE, "groups": ["labellers"]},
    {"sub": "eve", "name": "Eve", "email": "eve@evil.example", **SURE, "groups": ["bosses"]},
    {"sub": "bob", "name": "Bob", "email": "bob@example.org", **SURE, "groups": ["cooks"]},
    {"sub": "mal", "name": "Mal", "email": "lea@example.org", "email_verified": False, "groups": ["bosses"]},
]  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[str]:
    """The address of a provider that knows these people; its own process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    known = [part for person in PEOPLE for part in ("--user-claims", json.dumps(person))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *known]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        _wait(url)
        yield url
        process.terminate()


@pytest.fixture(scope="module")
def project(provider: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("oidc") / "workspace", {
        "PAIRLOOM_SIGN_IN": "oidc",
        "PAIRLOOM_OIDC_METADATA": f"{provider}/.well-known/openid-configuration",
        "PAIRLOOM_OIDC_CLIENT_ID": "pairloom",
        "PAIRLOOM_OIDC_CLIENT_SECRET": "secret",
        "PAIRLOOM_OIDC_NAME": "Example",
        "PAIRLOOM_OIDC_DOMAINS": "example.org",
        "PAIRLOOM_OIDC_ROLE_CLAIM": "groups",
        "PAIRLOOM_OIDC_ROLE_ANNOTATOR": "labellers",
        "PAIRLOOM_OIDC_ROLE_LEAD": "bosses",
        "NO_PROXY": "127.0.0.1",
    })  # fmt: skip
    server.environment["PAIRLOOM_URL"] = server.url
    server.start()
    yield server
    server.stop()


def sign_in(page: Page, server: Server, who: str, path: str = "/") -> None:
    page.goto(server.url + path)
    page.get_by_role("link", name="Continue with Example").click()
    page.get_by_role("button", name=who, exact=True).first.click()


def opened(page: Page, title: str) -> None:
    # The first page of a fresh server takes seconds where the machine is busy.
    expect(page.get_by_role("heading", level=1)).to_have_text(title, timeout=20_000)


def test_the_claim_makes_a_lead_who_signs_out_again(project: Server, page: Page) -> None:
    sign_in(page, project, "lea")
    opened(page, "Overview")
    page.get_by_role("link", name="Team").click()
    opened(page, "Team")
    page.get_by_role("link", name="Account and sign-out").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_have_text("You are signed out.")
    page.goto(f"{project.url}/team")
    expect(page.get_by_role("link", name="Continue with Example")).to_be_visible()


def test_the_claim_makes_an_annotator_who_sees_no_page_of_leads(project: Server, page: Page) -> None:
    sign_in(page, project, "ann")
    opened(page, "Overview")
    expect(page.get_by_role("link", name="Team")).to_have_count(0)


@pytest.mark.parametrize(
    ("who", "sentence"),
    [("eve", "eve@evil.example is not of a domain"), ("bob", "gives you no role"), ("mal", "does not vouch")],
)
def test_who_is_not_of_the_project_reads_one_sentence(
    who: str, sentence: str, project: Server, page: Page
) -> None:
    sign_in(page, project, who)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    expect(page.get_by_role("link", name="Continue with Example")).to_be_visible()


def test_who_declines_at_the_provider_may_try_again(project: Server, page: Page) -> None:
    page.goto(project.url)
    page.get_by_role("link", name="Continue with Example").click()
    page.get_by_role("button", name="Deny").click()
    expect(page.get_by_role("alert")).to_have_text("The sign-in was interrupted. Try again.")


def test_an_answer_that_this_browser_never_asked_for_lets_nobody_in(project: Server, page: Page) -> None:
    page.goto(f"{project.url}/sign-in/callback?code=stolen&state=made-up")
    expect(page.get_by_role("alert")).to_have_text("The sign-in was interrupted. Try again.")


def _wait(url: str) -> None:
    for _ in range(200):
        try:
            with urlopen(f"{url}/.well-known/openid-configuration", timeout=2):
                return
        except (URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError("the provider did not answer")
