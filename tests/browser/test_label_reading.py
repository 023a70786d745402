"""What makes two answers easy to compare: marks, folded beginnings, scrolling together, copies of code."""

from collections.abc import Iterator
from dataclasses import replace
from difflib import SequenceMatcher

import pytest
from playwright.sync_api import Page, expect

from curation.model import Message, Pair, Speaker
from pages.parts import word_difference
from tests.browser.label_page import fill, open_screen, shown
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import a_pair

pytestmark = pytest.mark.browser
SAME = "\n\n".join(
    f"Paragraph {number} that both answers share, word for word, sign for sign." for number in range(9)
)
FORMULA = " + ".join(f"a_{{{number}}}" for number in range(60))
PAIRS = {
    "code": a_pair(
        1,
        one="Use **slicing**:\n\n```python\nreturn values[::-1]\n```\n\nIt is new.",
        other="Use **a loop**:\n\n```python\nreturn list(reversed(values))\n```\n\nIt is new.",
    ),
    "alike": a_pair(2, one=f"{SAME}\n\nAnd then left.", other=f"{SAME}\n\nAnd then right."),
    "chinese": a_pair(3, one="北京是中国的首都，人口超过两千万。", other="北京是中国的首都，人口约一千万。"),
    "arabic": a_pair(4, one="القاهرة عاصمة مصر.", other="الإسكندرية عاصمة مصر."),
    "formula": a_pair(5, one=f"$${FORMULA}$$", other="$$x$$"),
    "long": replace(
        a_pair(6, one="a line\n\n" * 200, other="another line\n\n" * 120),
        context=(
            Message(speaker=Speaker.USER, content="First?"),
            Message(speaker=Speaker.ASSISTANT, content="So."),
        ),
    ),
}
STORY = "\n\n".join(f"{number}. {'A sentence of some words. ' * (number % 9 + 1)}" for number in range(120))
PAIRS["very long"] = a_pair(7, one=f"{STORY}\n\n$${FORMULA}$$", other=f"{STORY}\n\n$${FORMULA}$$ So.")
MARKED = """() => [...CSS.highlights.values()].flatMap((marks) => [...marks]).map((mark) => {
    const range = new Range();
    range.setStart(mark.startContainer, mark.startOffset);
    range.setEnd(mark.endContainer, mark.endOffset);
    return range.toString();
})"""

# To the end, past every block.
WALK = """async (pane) => {
    while (pane.scrollTop + pane.clientHeight < pane.scrollHeight - 1) {
        pane.scrollTop += pane.clientHeight;
        await new Promise((done) => requestAnimationFrame(done));
    }
}"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for all of these: nothing here is decided, only skipped."""
    home = tmp_path_factory.mktemp("reading")
    fill(home, list(PAIRS.values()))
    running = Server(home)
    running.start()
    yield running
    running.stop()


def go_to(page: Page, server: Server, name: str) -> Pair:
    """Open the screen with this pair: the others are said to be known already."""
    pair = PAIRS[name]
    others = ",".join(each.id for each in PAIRS.values() if each is not pair)
    page.route(
        "**/api/label/next*",
        lambda route: route.continue_(url=route.request.url.replace("but=", f"but={others}%2C")),
    )
    open_screen(page, server)
    assert shown(page) == pair.id
    return pair


def turn(page: Page, label: str, *, on: bool) -> None:
    """Both toggles are remembered, so what an earlier test left is looked at first."""
    button = page.get_by_role("button", name=label)
    if (button.get_attribute("aria-pressed") == "true") is not on:
        button.click()
    expect(button).to_have_attribute("aria-pressed", "true" if on else "false")


def test_marked_are_the_words_that_one_answer_alone_has_and_the_text_stays(
    page: Page, server: Server
) -> None:
    go_to(page, server, "code")
    turn(page, "Mark differences", on=False)
    before = page.locator("#left").inner_html()
    page.keyboard.press("d")
    marked = set(page.evaluate(MARKED))
    assert {"slicing", "a loop"} < marked
    assert not [words for words in marked if "return" in words or "new" in words or "Copy" in words]
    assert page.locator("#left").inner_html() == before
    page.keyboard.press("d")
    assert page.evaluate(MARKED) == []


@pytest.mark.parametrize("name", ["chinese", "arabic"])
def test_the_same_words_are_marked_as_on_the_review_page(page: Page, server: Server, name: str) -> None:
    pair = go_to(page, server, name)
    turn(page, "Mark differences", on=True)
    one, other = (word_difference._WORD.findall(text) for text in (pair.answer_1, pair.answer_2))
    blocks = SequenceMatcher(None, one, other).get_matching_blocks()
    same = {at for block in blocks for at in range(block.a, block.a + block.size)}
    alone = "".join(word for at, word in enumerate(one) if at not in same)
    marked = page.evaluate(MARKED)
    assert alone.replace(" ", "") in "".join(marked).replace(" ", "")


def test_marks_are_remembered_and_made_before_the_next_pair_is_seen(page: Page, server: Server) -> None:
    open_screen(page, server)
    turn(page, "Mark differences", on=True)
    open_screen(page, server)
    page.wait_for_function("() => CSS.highlights.size === 2")


def test_a_long_beginning_that_both_share_is_folded_and_one_key_shows_it(page: Page, server: Server) -> None:
    go_to(page, server, "alike")
    left = page.locator("#left")
    size = sum(len(block) for block in SAME.split("\n\n")[:-1])
    expect(left.get_by_role("button")).to_contain_text(f"Both answers begin alike: {size} characters folded")
    expect(left.get_by_text("Paragraph 0")).to_be_hidden()
    expect(left.get_by_text("Paragraph 8")).to_be_visible()
    page.keyboard.press("o")
    for pane in ("#left", "#right"):
        expect(page.locator(pane).get_by_text("Paragraph 0")).to_be_visible()
    page.keyboard.press("o")
    expect(left.get_by_text("Paragraph 0")).to_be_hidden()


def test_scrolled_together_both_answers_stay_side_by_side(page: Page, server: Server) -> None:
    go_to(page, server, "long")
    turn(page, "Scroll together", on=True)
    page.locator("#right").evaluate("pane => pane.scrollTop = 700")
    page.wait_for_function("pane => pane.scrollTop === 700", arg=page.locator("#left").element_handle())
    turn(page, "Scroll together", on=False)
    page.locator("#right").evaluate("pane => pane.scrollTop = 100")
    page.wait_for_timeout(100)
    assert page.locator("#left").evaluate("pane => pane.scrollTop") == 700


def test_the_shorter_answer_waits_at_its_end_and_does_not_pull_the_longer_one_back(
    page: Page, server: Server
) -> None:
    pair = go_to(page, server, "long")
    turn(page, "Scroll together", on=True)
    heights = [page.locator(pane).evaluate("pane => pane.scrollHeight") for pane in ("#left", "#right")]
    longer = ("#left", "#right")[heights.index(max(heights))]
    page.locator(longer).evaluate("pane => pane.scrollTop = pane.scrollHeight")
    page.wait_for_timeout(200)
    assert page.locator(longer).evaluate("pane => pane.scrollTop + pane.clientHeight") >= max(heights) - 2
    assert shown(page) == pair.id


def test_code_is_copied_as_it_is_written(page: Page, server: Server) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    go_to(page, server, "code")
    page.locator("#left").get_by_role("button", name="Copy this code").click()
    expect(page.locator("#left .copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied in {"return values[::-1]\n", "return list(reversed(values))\n"}


def test_a_formula_wider_than_its_pane_is_reached_by_keyboard(page: Page, server: Server) -> None:
    go_to(page, server, "formula")
    wide = page.locator(".deck:not(.behind) .math-display.wide")
    assert wide.evaluate("block => block.scrollWidth > block.clientWidth")
    wide.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("block => block.scrollLeft > 0", arg=wide.element_handle())


def test_the_end_of_a_long_answer_is_where_the_scroll_bar_says_and_eased_when_it_is_seen(
    page: Page, server: Server
) -> None:
    go_to(page, server, "very long")
    left, wide = page.locator("#left"), page.locator("#left .math-display")
    told = left.evaluate("pane => pane.scrollHeight")
    assert wide.evaluate("block => !block.checkVisibility({ contentVisibilityAuto: true })")
    left.evaluate(WALK)
    assert left.evaluate("pane => pane.scrollHeight") == pytest.approx(told, rel=0.2)
    expect(wide).to_have_class("math-display wide")
    expect(wide).to_have_attribute("tabindex", "0")


def test_each_script_is_read_in_its_own_direction(page: Page, server: Server) -> None:
    go_to(page, server, "arabic")
    assert page.locator("#left p").evaluate("block => getComputedStyle(block).direction") == "rtl"
    go_to(page, server, "chinese")
    assert page.locator("#left p").evaluate("block => getComputedStyle(block).direction") == "ltr"


def test_nothing_of_the_pair_that_comes_next_can_be_focused_or_read_out(page: Page, server: Server) -> None:
    open_screen(page, server)
    page.wait_for_function(
        "deck => deck.textContent !== ''", arg=page.locator(".deck.behind").element_handle()
    )
    behind = page.locator(".deck.behind")
    assert behind.get_attribute("aria-hidden") == "true"
    assert behind.locator("[tabindex='0'], button:not([tabindex='-1'])").count() == 0
