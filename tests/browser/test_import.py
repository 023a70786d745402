"""An import as a person does it: look, choose another layout, end it, mend what was refused; one server."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from curation.database import Database
from curation.intake import sources
from curation.labelling import pairs
from tests.browser.serving import Server

pytestmark = pytest.mark.browser

# Whole dialogues by their look, and texts to be taken as they stand by the person's choice.
ROWS = [
    {"prompt": f"\n\nHuman: Question {number}?\n\nAssistant:", "chosen": f"good {number}", "rejected": "bad"}
    for number in range(4)
]


def look_at(page: Page, path: Path) -> None:
    page.get_by_label("Path on the server").fill(str(path))
    page.get_by_label("Path on the server").press("Enter")
    expect(page.get_by_text(f"{path.name}: JSON lines")).to_be_visible()


def choose_layout(page: Page, title: str) -> None:
    layout = page.get_by_role("combobox", name="Layout")
    layout.click()
    page.get_by_role("option", name=title).click()
    expect(layout).to_have_value(title)


def bring_in(page: Page) -> None:
    page.get_by_role("button", name="Import", exact=True).click()


def counted(page: Page, name: str) -> Locator:
    return page.get_by_test_id("stMetric").filter(has_text=name).get_by_test_id("stMetricValue")


def test_a_file_is_previewed_mended_and_cancelled_without_a_trace(
    page: Page, server: Server, tmp_path: Path
) -> None:
    lines = [json.dumps(row) for row in ROWS]
    damaged = write(tmp_path / "damaged.jsonl", [lines[0], lines[1][:-1], *lines[2:]])
    page.goto(f"{server.url}/import_data")
    page.get_by_text("A file on the server").click()

    look_at(page, damaged)
    expect(page.get_by_text("Row 2: The row is not valid JSON")).to_be_visible()
    choose_layout(page, "TRL preference rows: prompt, chosen, rejected as text or as messages")
    bring_in(page)
    expect(counted(page, "New pairs")).to_have_text("3")
    expect(counted(page, "Rows refused")).to_have_text("1")

    report = page.get_by_role("link", name="Download them all with their text").get_attribute("href")
    (refused,) = [json.loads(line) for line in page.request.get(f"{server.url}{report}").text().splitlines()]
    assert (refused["line"], refused["original"]) == (2, lines[1][:-1])
    page.get_by_role("button", name="Done").click()
    look_at(page, write(tmp_path / "mended.jsonl", [lines[0], refused["original"] + "}", *lines[2:]]))
    choose_layout(page, "TRL preference rows: prompt, chosen, rejected as text or as messages")
    bring_in(page)
    expect(counted(page, "Duplicate pairs")).to_have_text("3")
    expect(counted(page, "New pairs")).to_have_text("1")
    page.get_by_role("button", name="Done").click()

    look_at(page, write(tmp_path / "large.jsonl", map(conversation, range(100_000))))
    bring_in(page)
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Cancel the import").click()
    expect(page.get_by_text("The import of large.jsonl was cancelled. Nothing was kept.")).to_be_visible()

    server.stop()
    assert kept(server) == (4, ["damaged.jsonl", "mended.jsonl"])


def write(path: Path, lines: "list[str] | map[str]") -> Path:
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def conversation(number: int) -> str:
    """A row of messages: read one by one, so that there is time to end the import."""
    return json.dumps(
        {
            "prompt": [{"role": "user", "content": f"Question {number}?"}],
            "chosen": [{"role": "assistant", "content": "good " * 20}],
            "rejected": [{"role": "assistant", "content": "bad"}],
        }
    )


def kept(server: Server) -> tuple[int, list[str]]:
    """How many pairs there are, and which files were imported."""
    database = Database.open(server.home / "pairloom.duckdb")
    names = sorted(source.location for source in sources.newest(database))
    count = pairs.count(database)
    database.close()
    return count, names
