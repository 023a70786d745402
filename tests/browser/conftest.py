"""A real server and a real Chromium. `server` is started by the test that asks for it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.serving import CHROMIUM_ARGUMENTS, Server, chromium_path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The workspace of this test's server; fill it before asking for `server`."""
    return tmp_path / "workspace"


@pytest.fixture
def server(home: Path) -> Iterator[Server]:
    """The app, running on `home`; ended by its pid afterwards, whatever happened."""
    running = Server(home)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One headless Chromium for all tests."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A fresh browser profile with one tab of 1280 x 800."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def demo_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first story that trains leaves its demo model, so that no other need make it again."""
    own = tmp_path_factory.getbasetemp()
    everybody = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    return everybody / "demo-models"
