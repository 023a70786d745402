"""What people do on the pages to find out whether training helped: let answer, judge, read the verdict."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, expect

from curation import text
from curation.model import Message, Speaker
from tests.browser.label_page import open_screen, press, shown, wait_until_saved
from tests.browser.serving import Server
from tests.browser.story_steps import MINUTES
from training import demo_corpus, metrics, runs
from training.evaluating import contents

PASSWORD = "many green lamps"


def enter(browser: Browser, server: Server, name: str) -> Page:
    """A browser of their own for each person, signed in."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    context.set_default_timeout(20_000)
    page = context.new_page()
    page.goto(server.url)
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    return page


def ask_the_models(page: Page, server: Server, prompts: list[str]) -> Path:
    """Write the regression set and let the tuned model and its base answer it; the evaluation's folder."""
    page.goto(f"{server.url}/evaluate")
    page.get_by_text("The regression set", exact=True).click()
    field = page.get_by_role("textbox", name="Prompts that every model is asked")
    field.fill("\n".join(prompts))
    field.press("Control+Enter")
    page.get_by_role("button", name="Keep this set").click()
    expect(page.get_by_text(f"Kept: {len(prompts)} prompts.")).to_be_visible()
    set_number(page, "At once", 1)
    set_number(page, "Longest answer, tokens", 96)
    before = evaluations(server)
    page.get_by_role("button", name="Let them answer").click()
    expect(page.get_by_role("button", name="Stop and save")).to_be_visible(timeout=MINUTES)
    return (evaluations(server) - before).pop()


def stop_and_resume(page: Page, server: Server, evaluation: Path) -> Path:
    """Stop it by the button once answers are there, then let it go on; the folder that it ends in."""
    for _ in range(600):
        if contents.made(evaluation):
            break
        page.wait_for_timeout(100)
    page.get_by_role("button", name="Stop and save").click()
    expect(page.get_by_text("Stopped, can be resumed")).to_be_visible(timeout=MINUTES)
    before = evaluations(server)
    page.get_by_role("button", name="Resume", exact=True).click()
    expect(page.get_by_role("button", name="Ask people")).to_be_visible(timeout=2 * MINUTES)
    return (evaluations(server) - before).pop()


def judge(page: Page, server: Server, evaluation: Path, name: str) -> int:
    """Answer everything the comparison asks of this person, who likes answers that come to the point."""
    open_screen(page, server)
    plain = {**preferred(evaluation)}
    judged = 0
    while (pair_id := shown(page)) in plain:
        better = plain[pair_id]
        side = "f" if text.left_answer(name, pair_id, 0).value == better else "j"
        press(page, "t" if better is None else side)
        expect(page.locator(".pair-view:not([data-state='loading'])")).to_be_visible()
        judged += 1
    wait_until_saved(page)
    return judged


def preferred(evaluation: Path) -> dict[str, str | None]:
    """Pair id → the answer without a chatty opener; None where both or neither has one."""
    found: dict[str, str | None] = {}
    for row in metrics.read(evaluation / contents.COMPARISON):
        turns = tuple(Message(speaker=Speaker(t["role"]), content=t["content"]) for t in row["prompt"])
        sides = (row["answer_1"], row["answer_2"])
        pair_id, place = text.canonical(turns[:-1], turns[-1].content, *sides)
        chatty = [demo_corpus.is_chatty(side) for side in sides]
        first = None if chatty[0] == chatty[1] else not chatty[0]
        found[pair_id] = None if first is None else (place if first else place.other).value
    return found


def evaluations(server: Server) -> set[Path]:
    return {folder for folder in runs_of(server) if runs.read_request(folder).evaluation is not None}


def runs_of(server: Server) -> list[Path]:
    return [path.parent for path in (server.home / "runs").glob("2*/request.json")]


def set_number(page: Page, name: str, value: int) -> None:
    field = page.get_by_label(name, exact=True)
    field.fill(str(value))
    field.press("Enter")
    expect(field).to_have_value(str(value))


def verdict(page: Page) -> Locator:
    return page.get_by_test_id("stAlert").filter(has_text=re.compile("Better|No difference shown"))


def picture(page: Page, folder: Path, name: str) -> None:
    """The whole page as it is now, for a person to look at."""
    folder.mkdir(parents=True, exist_ok=True)
    page.set_viewport_size({"width": 1280, "height": 2400})
    page.wait_for_timeout(700)
    page.screenshot(path=folder / f"{name}.png")
    page.set_viewport_size({"width": 1280, "height": 800})
