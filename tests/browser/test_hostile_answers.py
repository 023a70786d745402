"""Every hostile answer shows as harmless text and loads nothing, in a real browser through the real app."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Dialog, Page

from tests.browser.hostile_answers import ANSWERS
from tests.browser.label_page import fill, open_screen, press, shown
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import a_pair

pytestmark = pytest.mark.browser
BATCH = [
    # Hostile as a prompt and as an answer, beside an ordinary one.
    a_pair(number, prompt=answer, one=answer, other=f"Other {number}")
    for number, (answer, _) in enumerate(ANSWERS.values())
]
NAMES = {pair.id: name for pair, name in zip(BATCH, ANSWERS, strict=True)}
FORBIDDEN = (
    "script, style, iframe, object, embed, img, image, svg, video, audio, source, picture, link, meta, "
    "base, form, input, button:not(.copy), textarea, select, a, details, template, maction, annotation-xml, "
    "semantics, mglyph, [href], [src], [srcset], [action], [data-choice], [data-action], [id]"
)


@dataclass
class Seen:
    """What the browser did while every hostile answer was on the screen."""

    texts: dict[str, str] = field(default_factory=dict)
    bad_elements: dict[str, list[str]] = field(default_factory=dict)
    dialogs: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    console: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    harmed: object = None
    origin: str = ""


@pytest.fixture(scope="module")
def seen(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """Go through all of them once; the tests ask what happened."""
    home: Path = tmp_path_factory.mktemp("hostile")
    fill(home, BATCH)
    server = Server(home)
    server.start()
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    report = Seen(origin=server.url)
    watch(page, report)
    try:
        open_screen(page, server)
        while (pair_id := shown(page)) is not None:
            look(page, NAMES[pair_id], report)
            press(page, "s")
            page.locator(".pair-view:not([data-state='loading'])").wait_for()
        report.harmed = page.evaluate("window.harmed ?? null")
        yield report
    finally:
        context.close()
        server.stop()


def watch(page: Page, report: Seen) -> None:
    def dismissed(dialog: Dialog) -> None:
        report.dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    page.on("request", lambda request: report.requests.append(request.url))
    page.on("console", lambda message: report.console.append(message.text))
    page.on("pageerror", lambda error: report.errors.append(str(error)))


def look(page: Page, name: str, report: Seen) -> None:
    for pane in ("#left", "#right"):
        page.hover(pane)
    report.texts[name] = "\n".join(page.locator(pane).inner_text() for pane in ("#left", "#right"))
    report.bad_elements[name] = page.locator(".pair-view :is(.prompt, .answer)").evaluate_all(
        """(panes, forbidden) => panes.flatMap((pane) => [
            ...[...pane.querySelectorAll(forbidden)].map((element) => element.outerHTML.slice(0, 200)),
            ...[...pane.querySelectorAll("*")].flatMap((element) => [...element.attributes]
                .filter((attribute) => attribute.name.startsWith("on")).map((attribute) => attribute.name)),
        ])""",
        FORBIDDEN,
    )


def test_there_are_at_least_forty_and_all_were_shown(seen: Seen) -> None:
    assert len(ANSWERS) >= 40
    assert set(seen.texts) == set(ANSWERS)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_reader_still_sees_what_it_says(seen: Seen, name: str) -> None:
    assert ANSWERS[name][1] in seen.texts[name]


@pytest.mark.parametrize("name", ANSWERS)
def test_it_becomes_no_element_that_acts_or_loads(seen: Seen, name: str) -> None:
    assert seen.bad_elements[name] == []


def test_no_dialog_opens_and_no_script_runs(seen: Seen) -> None:
    assert seen.dialogs == []
    assert seen.harmed is None
    assert seen.errors == []


def test_nothing_is_requested_from_anywhere_but_the_app(seen: Seen) -> None:
    own = (seen.origin, seen.origin.replace("http", "ws", 1), "data:", "blob:")
    assert [url for url in seen.requests if not url.startswith(own)] == []


def test_the_security_policy_never_had_to_step_in(seen: Seen) -> None:
    stepped_in = ("Content Security Policy", "evil.example", "alert")
    assert [words for words in seen.console if any(sign in words for sign in stepped_in)] == []
