"""Where a run computes, chosen on the page Train in a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import Server
from tests.training import run_folders

pytestmark = pytest.mark.browser


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A workspace with a release, on a machine without GPUs."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    run_folders.a_release(tmp_path / "workspace" / "releases" / "tiny")
    return tmp_path / "workspace"


def choose(page: Page, option: str) -> None:
    page.get_by_role("radio", name=option).click()
    expect(page.get_by_role("radio", name=option)).to_be_checked()


def test_several_processes_are_chosen_and_shown_with_what_starts_them(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/train")
    page.get_by_text("Where it computes").click(timeout=60_000)
    choose(page, "Several processes on this machine")
    expect(page.get_by_text("A step of 8 pairs is 2 processes")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("torchrun --standalone --nproc-per-node 2")).to_be_visible()
    expect(page.get_by_text("There is no GPU here, so torchrun starts the processes")).to_be_visible()
    expect(page.get_by_test_id("stCode").filter(has_text="distributed_type: MULTI_GPU")).to_be_visible()
    choose(page, "fsdp")
    expect(page.get_by_test_id("stCode").filter(has_text="distributed_type: FSDP")).to_be_visible()
    processes = page.get_by_role("spinbutton", name="Processes")
    processes.fill("3")
    processes.press("Enter")
    expect(page.get_by_text("cannot be shared equally among 3 processes")).to_be_visible(timeout=30_000)
