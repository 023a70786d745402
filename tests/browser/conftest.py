"""A real server and a real Chromium. `server` is started by the test that asks for it.

A page is given half a minute for what it should show, and a test that fails once more (docs/decisions/0085).
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.browser.serving import CHROMIUM_ARGUMENTS, Server, chromium_path

HERE = Path(__file__).parent
PATIENCE = 30_000  # ms; a busy machine shows late what a broken page shows never
expect.set_options(timeout=PATIENCE)


def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    """Every browser test may run twice, unless it says `once`: the end of the run tells which did."""
    for item in items:
        if item.path.is_relative_to(HERE) and item.get_closest_marker("once") is None:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture
def again(request: pytest.FixtureRequest) -> bool:
    """Whether this is the second attempt: what several tests share may then be as the first one left it."""
    return getattr(request.node, "execution_count", 1) > 1


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
    context.set_default_timeout(PATIENCE)
    yield context.new_page()
    context.close()
