"""A run at work, looked at on a phone: what appears on its page disturbs nothing that somebody does there."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import Server
from tests.pages import finished_runs
from training import locks, runs
from training.journal import Journal
from training.runs import RunState

pytestmark = pytest.mark.browser


@pytest.fixture
def run(home: Path) -> Iterator[Path]:
    """A run that trains, as far as its files say; the lock is held, as by its supervisor."""
    folder = finished_runs.write(home, state=RunState.RUNNING)
    runs.write_state(folder, replace(runs.read_state(folder), step=20, message="Training."))
    held = locks.try_take(folder / runs.SUPERVISOR_LOCK)
    assert held is not None
    yield folder
    os.close(held)


def test_a_warning_and_the_end_of_a_run_leave_the_log_open_and_what_is_typed_there(
    run: Path, page: Page, server: Server
) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{server.url}/runs")
    expect(page.get_by_test_id("stVegaLiteChart").first).to_be_visible(timeout=60_000)
    page.get_by_text("Log", exact=True).click()
    search = page.get_by_label("Search the whole log")
    search.press_sequentially("STEP 7")
    told = "The chosen answers have become more than 20 % less likely than at the start."
    Journal(run).warning(told, guard="displacement", step=17)
    expect(page.get_by_test_id("stAlert").filter(has_text=f"Step 17: {told}")).to_be_visible()
    expect(search).to_be_focused()
    expect(search).to_have_value("STEP 7")
    runs.write_state(
        run, replace(runs.read_state(run), state=RunState.STOPPED, message="Stopped at step 20.")
    )
    expect(page.get_by_text("Stopped at step 20.")).to_be_visible()
    expect(search).to_have_value("STEP 7")
    search.press_sequentially(" <b>")
    search.press("Enter")
    expect(page.get_by_text("step 7 <b>bold</b>")).to_be_visible()
