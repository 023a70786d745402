"""Nothing is reached around its guard: every page by its address and every route."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import ROOT, Server

pytestmark = pytest.mark.browser
PAGES = sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem not in ("__init__", "frame"))
FOR_ANNOTATORS = {"overview", "label"}
SECRET_WORDS = "Air molecules scatter short wavelengths"  # an answer of the sample

Serve = Callable[[str], Server]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with the sample in it."""
    home = tmp_path_factory.mktemp("filled") / "workspace"
    subprocess.run(
        [sys.executable, "-m", "curation", "import", "sample"],
        env={**os.environ, "PAIRLOOM_HOME": str(home)}, cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    return home


@pytest.fixture(scope="module")
def serve(filled: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serve]:
    """A server for one role, on a copy of the filled workspace; started once a role."""
    running: dict[str, Server] = {}

    def start(role: str) -> Server:
        if role not in running:
            home = tmp_path_factory.mktemp(role) / role
            shutil.copytree(filled, home)
            running[role] = Server(home, {"PAIRLOOM_SOLO_ROLE": role})
            running[role].start()
        return running[role]

    yield start
    for server in running.values():
        server.stop()


def status(url: str, *, method: str = "GET", host: str | None = None) -> tuple[int, str]:
    request = Request(url, method=method, data=b"[]" if method == "POST" else None)
    if host is not None:
        request.add_header("Host", host)
    try:
        with urlopen(request, timeout=10) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize("name", PAGES)
def test_in_a_closed_workspace_every_address_shows_only_the_refusal(
    name: str, serve: Serve, page: Page
) -> None:
    # Nobody gets as far as the navigation, before which Streamlit would run a file of `pages/` by itself:
    # to each of these addresses the server is as fresh as to the first.
    server = serve("nobody")
    page.goto(f"{server.url}/{name}")
    expect(page.get_by_text("This workspace is closed. Ask its lead to open it.")).to_be_visible()
    expect(page.get_by_role("heading")).to_have_count(0)
    assert SECRET_WORDS not in page.content()


@pytest.mark.parametrize("name", [name for name in PAGES if name not in FOR_ANNOTATORS])
def test_an_annotator_reads_on_each_page_of_others_whose_it_is(name: str, serve: Serve, page: Page) -> None:
    server = serve("annotator")
    page.goto(f"{server.url}/{name}")
    expect(page.get_by_text("you are signed in as annotator. Ask a lead of the project.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_count(0)
    expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
    expect(page.get_by_role("link", name="Train")).to_have_count(0)
    assert SECRET_WORDS not in page.content()


def test_a_lead_reaches_every_page_by_its_address(serve: Serve, page: Page) -> None:
    server = serve("lead")
    for name in PAGES:
        page.goto(f"{server.url}/{name}")
        expect(page.locator("h1, .pair-view[data-state=pair]").first).to_be_visible()
        expect(page.get_by_test_id("stException")).to_have_count(0)


def test_routes_refuse_who_brings_no_token(serve: Serve) -> None:
    server = serve("lead")
    refused = {
        status(f"{server.url}/api/label/next")[0],
        status(f"{server.url}/api/label/pair/{'0' * 32}")[0],
        status(f"{server.url}/api/label/decisions", method="POST")[0],
        status(f"{server.url}/download/v1.zip")[0],
        status(f"{server.url}/download/v1.zip?token=forged")[0],
    }
    assert refused <= {401, 403}


def test_a_name_that_was_made_to_point_here_is_refused(serve: Serve) -> None:
    server = serve("lead")
    assert status(server.url, host="evil.example")[0] == 400
    assert status(f"{server.url}/api/label/next", host="evil.example")[0] == 400


def test_solo_mode_refuses_an_address_that_others_can_reach(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address", "0.0.0.0"],
        env={**os.environ, "PAIRLOOM_HOME": str(tmp_path), "STREAMLIT_SERVER_PORT": "0"},
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "does not listen on 0.0.0.0" in done.stdout + done.stderr


def test_a_second_app_on_the_same_workspace_says_who_holds_it(serve: Serve, page: Page) -> None:
    first = serve("lead")
    page.goto(first.url)
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
    second = Server(first.home, {"PAIRLOOM_SOLO_ROLE": "lead"})
    second.start()
    try:
        page.goto(second.url)
        expect(page.get_by_text(f"is open in process {first.pid} (")).to_be_visible()
    finally:
        second.stop()
