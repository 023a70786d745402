"""The label screen for people who see little, use no mouse, sit at a tablet, or sit there for long."""

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from curation.database import Database
from curation.labelling import guidelines
from tests.browser.label_page import fill, look, open_screen, press, shown
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW, a_pair

pytestmark = pytest.mark.browser
WIDE = "| " + " | ".join(f"column {number}" for number in range(30)) + " |"
RICH = f"""## A heading

Text with `code`, **weight** and $x^2$.

```python
def answer() -> int:  # {"long " * 40}
    return 42
```

{WIDE}
{WIDE.replace("column", "---").replace(" 0", "")}
{WIDE}

$$a = b + c$$
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these; what they decide disturbs no other."""
    home = tmp_path_factory.mktemp("access")
    fill(home, [a_pair(number, one=f"{RICH}\n{number}", other=f"Short. {number}") for number in range(80)])
    database = Database.open(home / "pairloom.duckdb")
    guidelines.add(database, "# Be fair\n\n- Read both answers.", changed_by="lead", now=NOW)
    database.close()
    running = Server(home)
    running.start()
    yield running
    running.stop()


def faults(page: Page) -> list[str]:
    """What axe-core calls serious or critical, with the element it means.

    Streamlit's own list of pages has faults that are not ours to mend; ours lies in a shadow root, which axe
    says by a path of several selectors.
    """
    found: dict[str, Any] = Axe().run(page).response
    looked_at = [node["target"][0] for each in found["passes"] for node in each["nodes"]]
    assert any(isinstance(target, list) for target in looked_at)
    return [
        f"{each['id']}: {node['target']} {node['html'][:120]}"
        for each in found["violations"]
        if each["impact"] in {"serious", "critical"}
        for node in each["nodes"]
        if isinstance(node["target"][0], list)
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_whatever_is_open(browser: Browser, server: Server, scheme: Any) -> None:
    context = browser.new_context(
        viewport={"width": 1280, "height": 800}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    try:
        open_screen(page, server)
        found = {"first": faults(page)}
        for name, key in (("guidelines", "g"), ("marks", "d"), ("details", "e"), ("help", "?")):
            page.keyboard.press(key)
            page.wait_for_timeout(300)
            found[name] = faults(page)
        assert found == {"first": [], "guidelines": [], "marks": [], "details": [], "help": []}
    finally:
        context.close()


def test_every_button_is_reached_with_tab_and_shows_that_it_has_the_focus(page: Page, server: Server) -> None:
    open_screen(page, server)
    page.locator("#prompt").focus()
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.evaluate(
            """() => {
                let at = document.activeElement;
                while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
                if (!(at.getRootNode() instanceof ShadowRoot)) return [null, true];
                const style = getComputedStyle(at);
                return [at.dataset.choice ?? at.dataset.action ?? at.id, style.outlineStyle !== "none"];
            }"""
        )
        assert focused[1], focused
        reached.add(focused[0])
    wanted = {
        "left",
        "right",
        "tie",
        "both_bad",
        "skip",
        "undo",
        "difference",
        "together",
        "guidelines",
        "help",
    }
    assert wanted <= reached


def test_a_screen_reader_hears_what_was_decided_and_what_comes(page: Page, server: Server) -> None:
    open_screen(page, server)
    press(page, "t")
    expect(page.locator("#spoken")).to_have_text(
        "Tie: noted. Next pair. " + page.locator("#prompt .text").inner_text()
    )


@pytest.mark.parametrize(("width", "height"), [(820, 1180), (1180, 820)])
def test_on_a_tablet_everything_is_in_view_and_large_enough_for_a_finger(
    browser: Browser, server: Server, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=True, is_mobile=True)
    page = context.new_page()
    try:
        open_screen(page, server)
        for strength in (False, True):
            page.locator(".pair-view").evaluate(
                "(view, on) => view.toggleAttribute('data-strength', on)", strength
            )
            for button in page.locator(".pair-view button:visible").all():
                box = button.bounding_box()
                assert box is not None
                assert box["height"] >= 44, button.inner_text()
                assert box["x"] >= 0, button.inner_text()
                assert box["x"] + box["width"] <= width, button.inner_text()
                words = button.evaluate("button => button.scrollWidth - button.clientWidth")
                assert words <= 0, f"{button.inner_text()} runs out of its button"
        for pane in ("#left", "#right"):
            box = page.locator(pane).bounding_box()
            assert box is not None
            assert box["height"] >= 150
        before = shown(page)
        look(page)
        page.locator("[data-choice='tie']").tap()
        assert shown(page) != before
    finally:
        context.close()


def test_a_break_is_proposed_after_a_long_time_at_work_and_can_be_put_off(page: Page, server: Server) -> None:
    page.clock.install()
    open_screen(page, server)
    line = page.locator("#break")
    for _ in range(51):
        page.mouse.move(300 + _, 300)
        page.clock.run_for(60_000)
    expect(line).to_contain_text("a short break keeps the eye fresh")
    assert press(page, "f") != shown(page)
    line.get_by_role("button", name="Later").click()
    expect(line).to_be_hidden()
