"""Labelling by keyboard in a real browser against a real server that dies and comes back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from curation import text
from curation.model import Verdict
from tests.browser.label_page import (
    ANNOTATOR,
    decide,
    fill,
    look,
    open_screen,
    press,
    shown,
    stored,
    wait_until_saved,
)
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import a_pair

pytestmark = pytest.mark.browser
BATCH = [a_pair(number) for number in range(60)]
DISPATCH = "init => document.body.dispatchEvent(new KeyboardEvent('keydown', init))"
IDS = [pair.id for pair in BATCH]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    fill(tmp_path, BATCH)
    return tmp_path


def test_each_key_records_which_answer_won_and_moves_on(page: Page, server: Server) -> None:
    open_screen(page, server)
    pressed = {key: press(page, key) for key in ("f", "j", "t", "b", "s")}
    wait_until_saved(page)
    assert len({*pressed.values(), shown(page)}) == 6
    rows = {row.pair_id: row for row in stored(server, IDS)}
    assert len(rows) == 5
    for key, pair_id in pressed.items():
        left = text.left_answer(ANNOTATOR, str(pair_id), 0)
        meant = {"f": left.value, "j": left.other.value, "t": "tie", "b": "both_bad", "s": "skip"}[key]
        assert rows[str(pair_id)].verdict == meant
        assert rows[str(pair_id)].left is left
        assert 0.2 <= (rows[str(pair_id)].seconds_shown or 0) < 60


def test_the_left_pane_shows_the_answer_that_is_recorded_as_left(page: Page, server: Server) -> None:
    open_screen(page, server)
    pair = next(pair for pair in BATCH if pair.id == shown(page))
    left = text.left_answer(ANNOTATOR, pair.id, 0)
    assert page.locator("#left").inner_text() == pair.text_of(left)
    assert page.locator("#right").inner_text() == pair.text_of(left.other)


def test_undo_goes_back_to_the_same_pair_and_takes_the_decision_back(page: Page, server: Server) -> None:
    open_screen(page, server)
    first = press(page, "f")
    second = press(page, "j")
    waiting = shown(page)
    page.keyboard.press("u")
    assert shown(page) == second
    page.keyboard.press("u")
    assert shown(page) == first
    press(page, "t")
    assert shown(page) == second
    press(page, "b")
    assert shown(page) == waiting
    wait_until_saved(page)
    verdicts = [row.verdict for row in stored(server, [str(first), str(second)])]
    one, two = text.left_answer(ANNOTATOR, str(first), 0), text.left_answer(ANNOTATOR, str(second), 0).other
    assert verdicts == [Verdict(one), None, Verdict.TIE, Verdict(two), None, Verdict.BOTH_BAD]


def test_undo_works_after_a_reload(page: Page, server: Server) -> None:
    open_screen(page, server)
    pair_id = press(page, "f")
    wait_until_saved(page)
    open_screen(page, server)
    assert shown(page) != pair_id
    page.keyboard.press("u")
    expect(page.locator(f".pair-view[data-pair='{pair_id}']")).to_be_visible()
    wait_until_saved(page)
    assert [row.verdict is None for row in stored(server, [str(pair_id)])] == [False, True]


def test_a_burst_of_presses_never_decides_a_pair_nobody_saw(page: Page, server: Server) -> None:
    open_screen(page, server)
    press(page, "f")
    for _ in range(40):
        page.keyboard.press("j")
    expect(page.locator("#note")).to_contain_text("Too quick")
    wait_until_saved(page)
    counted = page.locator("#counts").inner_text()
    rows = stored(server, IDS)
    assert f"{len(rows)} today" in counted
    assert len({row.pair_id for row in rows}) == len(rows) < 40
    assert all((row.seconds_shown or 0) >= 0.2 for row in rows)


def test_after_twenty_decisions_the_screen_says_how_long_one_takes(page: Page, server: Server) -> None:
    open_screen(page, server)
    for _ in range(19):
        press(page, "f")
    expect(page.locator("#counts")).to_contain_text("You: 19 today")
    expect(page.locator("#counts")).not_to_contain_text("each")
    press(page, "j")
    expect(page.locator("#counts")).to_contain_text(
        re.compile(r"You: 20 today, 20 in all · about \d+ s each")
    )


def test_a_killed_and_restarted_server_loses_nothing_and_doubles_nothing(page: Page, server: Server) -> None:
    open_screen(page, server)
    decided = [press(page, key) for key in "fjt"]
    wait_until_saved(page)
    server.kill()
    decided += [decide(page, key) for key in "fjfb"]
    expect(page.locator("#saving")).to_have_text("4 decisions not saved yet: waiting for the server.")
    server.start()
    wait_until_saved(page)
    decided += [decide(page, key) for key in "jj"]
    wait_until_saved(page)
    rows = stored(server, IDS)
    assert sorted(row.pair_id for row in rows) == sorted(map(str, decided))


def test_the_pair_stays_in_sight_and_can_be_decided_while_the_server_is_away(
    page: Page, server: Server
) -> None:
    open_screen(page, server)
    with page.expect_console_message(lambda said: "server is not responding" in said.text, timeout=60_000):
        server.kill()  # some seconds later Streamlit opens its dialog
    expect(page.get_by_role("dialog")).to_have_count(0)
    before = shown(page)
    assert press(page, "f") == before != shown(page)
    expect(page.locator("#saving")).to_have_text("1 decision not saved yet: waiting for the server.")


def test_keys_decide_nothing_while_a_dialog_hides_the_pair(page: Page, server: Server) -> None:
    open_screen(page, server)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<div role=dialog>Read this first</div>')")
    before = press(page, "f")
    assert shown(page) == before
    page.get_by_role("dialog").evaluate("dialog => dialog.remove()")
    assert press(page, "f") == before != shown(page)


def test_what_is_not_saved_survives_a_reload(page: Page, server: Server) -> None:
    open_screen(page, server)
    page.route("**/api/label/decisions", lambda route: route.abort())
    decided = [press(page, key) for key in "fjb"]
    open_screen(page, server)
    expect(page.locator("#saving")).to_contain_text("3 decisions not saved yet")
    assert shown(page) not in decided
    expect(page.locator("#counts")).to_contain_text("3 today")
    page.unroute_all()
    wait_until_saved(page)
    assert sorted(row.pair_id for row in stored(server, IDS)) == sorted(map(str, decided))


def test_a_lost_acknowledgement_doubles_nothing(page: Page, server: Server) -> None:
    lost = []

    def lose_the_answer(route: Route) -> None:
        lost.append(route.fetch().status)
        route.abort()

    open_screen(page, server)
    page.route("**/api/label/decisions", lose_the_answer, times=2)
    decided = [press(page, key) for key in "fj"]
    wait_until_saved(page)
    assert lost[0] == 200
    assert sorted(row.pair_id for row in stored(server, IDS)) == sorted(map(str, decided))


def test_a_key_with_a_modifier_decides_nothing(page: Page, server: Server) -> None:
    open_screen(page, server)
    before = shown(page)
    for chord in ("Control+f", "Alt+f", "Meta+f", "Shift+f"):
        press(page, chord)
    assert shown(page) == before
    assert stored(server, IDS) == []


def test_keys_that_are_typed_held_or_composed_decide_nothing(page: Page, server: Server) -> None:
    open_screen(page, server)
    before = shown(page)
    page.evaluate("document.body.append(Object.assign(document.createElement('input'), {id: 'typing'}))")
    page.locator("#typing").focus()
    press(page, "f")
    assert page.locator("#typing").input_value() == "f"
    page.evaluate("document.activeElement.blur()")
    for extra in ({"repeat": True}, {"isComposing": True}):
        page.evaluate(DISPATCH, {"code": "KeyF", "bubbles": True, "composed": True, **extra})
    assert shown(page) == before
    assert stored(server, IDS) == []


def test_a_held_key_decides_once(page: Page, server: Server) -> None:
    open_screen(page, server)
    for _ in range(5):
        look(page)
        page.keyboard.down("f")  # the second and later ones are repeats
    look(page)
    page.keyboard.up("f")
    wait_until_saved(page)
    assert len(stored(server, IDS)) == 1


def test_nothing_that_reaches_the_browser_names_a_model_or_a_prior(page: Page, server: Server) -> None:
    bodies: list[str] = []
    page.on("response", lambda answer: bodies.append(answer.text()) if "/api/label/" in answer.url else None)
    open_screen(page, server)
    press(page, "f")
    wait_until_saved(page)
    sent = "".join(bodies) + page.locator(".pair-view").inner_html()
    assert "Answer A of" in sent
    assert not [word for word in ("model-secret", "prior", "imported", "origin") if word in sent]
    assert "model-secret" not in page.content()


def test_the_buttons_decide_like_the_keys_and_say_their_keys(page: Page, server: Server) -> None:
    open_screen(page, server)
    buttons = page.locator(".actions button:visible")
    assert [label.split() for label in buttons.all_inner_texts()] == [
        ["Left", "is", "better", "F"],
        ["Tie", "T"],
        ["Both", "bad", "B"],
        ["Skip", "S"],
        ["Cannot", "judge", "X"],
        ["Undo", "U"],
        ["Redo", "R"],
        ["Right", "is", "better", "J"],
    ]
    look(page)
    pair_id = shown(page)
    page.get_by_role("button", name="Both bad").click()
    wait_until_saved(page)
    assert [(row.pair_id, row.verdict) for row in stored(server, IDS)] == [(pair_id, Verdict.BOTH_BAD)]
