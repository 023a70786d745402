"""What a person does on the pages in the story tests: import, label, release, train."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from curation import text
from curation.model import Answer, Message, Speaker
from tests.browser.label_page import open_screen, press, shown, wait_until_saved
from tests.browser.serving import ROOT, Server

SAMPLE = ROOT / "curation" / "intake" / "sample.jsonl"
MINUTES = 60_000


def import_sample(page: Page, server: Server) -> None:
    page.goto(f"{server.url}/import_data")
    page.get_by_role("button", name="Import", exact=True).click()


def import_file(page: Page, server: Server, path: Path) -> None:
    page.goto(f"{server.url}/import_data")
    page.get_by_text("A file on the server").click()
    page.get_by_label("Path on the server").fill(str(path))
    page.get_by_label("Path on the server").press("Enter")
    page.get_by_role("button", name="Import", exact=True).click()


def winners(path: Path) -> dict[str, Answer]:
    """Pair id → the better answer, as the file says: the person of this story agrees with it."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    found = {}
    for row in rows:
        system = (Message(speaker=Speaker.SYSTEM, content=row["system"]),) if row["system"] else ()
        sides = row.get("chosen", row.get("chatgpt")), row.get("rejected", row.get("llama2-13b-chat"))
        pair_id, place = text.canonical(system, row["question"], *sides)
        found[pair_id] = place
    return found


def label_twelve_and_undo_one(page: Page, server: Server, better: dict[str, Answer]) -> None:
    """Ten preferences, a tie and a skip by keyboard; the last preference is taken back."""
    open_screen(page, server)
    for number in range(12):
        pair_id = str(shown(page))
        side = "f" if text.left_answer("solo", pair_id, 0) is better[pair_id] else "j"
        last = press(page, {3: "t", 5: "s"}.get(number, side))
    page.keyboard.press("u")
    assert shown(page) == last
    wait_until_saved(page)


def release(page: Page, server: Server, name: str) -> Path:
    page.goto(f"{server.url}/release")
    button = page.get_by_role("button", name="Release", exact=True)
    # Once all rules are checked; it stands below the boxes, so they are all there.
    expect(button).to_be_visible(timeout=MINUTES)
    for box in page.get_by_role("checkbox").all():
        box.locator("xpath=ancestor::label").click()
        expect(box).to_be_checked()
    page.get_by_label("Name of the release").fill(name)
    page.get_by_label("Name of the release").press("Enter")
    button.click()
    expect(page.get_by_text(f"Released {name}:")).to_be_visible()
    return server.home / "releases" / name


def train(page: Page, server: Server, *, steps: int | None = None) -> Path:
    known = set((server.home / "runs").glob("2*"))
    page.goto(f"{server.url}/train")
    expect(page.get_by_role("button", name="Start training")).to_be_visible()
    if steps is not None:
        for name, value in {"Steps": steps, "Warm-up": 2}.items():
            if name == "Warm-up":
                page.get_by_text("Expert settings").click()
            field = page.get_by_label(name, exact=True)
            field.fill(str(value))
            field.press("Enter")
            expect(field).to_have_value(str(value))
    page.get_by_role("button", name="Start training").click()
    expect(page.get_by_role("heading", name="Runs", level=1)).to_be_visible(timeout=2 * MINUTES)
    expect(page.get_by_text("Completed", exact=True).first).to_be_visible(timeout=6 * MINUTES)
    return max(set((server.home / "runs").glob("2*")) - known)
