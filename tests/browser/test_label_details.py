"""What a decision holds beyond its verdict, given by keyboard, in a real browser against a real server."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from playwright.sync_api import Page, expect

from curation import text
from curation.database import Database
from curation.labelling import projects
from curation.model import Verdict
from curation.release import write
from tests.browser.label_page import ANNOTATOR, fill, open_screen, press, shown, stored, wait_until_saved
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import NOW, a_pair

pytestmark = pytest.mark.browser
BATCH = [a_pair(number) for number in range(12)]
IDS = [pair.id for pair in BATCH]


@pytest.fixture
def home(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    fill(tmp_path, BATCH)
    settings: dict[str, Any] = getattr(request, "param", {})
    change: Callable[[projects.Project], projects.Project] = lambda before: replace(before, **settings)  # noqa: E731
    database = Database.open(tmp_path / "pairloom.duckdb")
    projects.change(database, change, actor="lead", now=NOW)
    database.close()
    return tmp_path


def won(pair_id: str | None, side: str) -> Verdict:
    left = text.left_answer(ANNOTATOR, str(pair_id), 0)
    return Verdict((left if side == "left" else left.other).value)


@pytest.mark.parametrize("home", [{"strength": True}], indirect=True)
def test_one_key_says_which_side_and_how_much_better(page: Page, server: Server) -> None:
    open_screen(page, server)
    pressed = {key: press(page, key) for key in "afvnjlt"}
    wait_until_saved(page)
    rows = {row.pair_id: row for row in stored(server, IDS)}
    said = {key: (rows[str(pair)].verdict, rows[str(pair)].strength) for key, pair in pressed.items()}
    expected = {"a": ("left", 3), "f": ("left", 2), "v": ("left", 1), "n": ("right", 1), "j": ("right", 2)}
    for key, (side, strength) in {**expected, "l": ("right", 3)}.items():
        assert said[key] == (won(pressed[key], side), strength)
    assert said["t"] == (Verdict.TIE, None)


def test_keys_of_strength_mean_nothing_where_it_is_not_asked(page: Page, server: Server) -> None:
    open_screen(page, server)
    before = shown(page)
    for key in "avnl":
        press(page, key)
    assert shown(page) == before
    assert stored(server, IDS) == []


@pytest.mark.parametrize("home", [{"reasons": ("Clearer", "Safer"), "reasons_required": True}], indirect=True)
def test_a_required_reason_takes_one_more_key_and_a_tie_none(page: Page, server: Server) -> None:
    open_screen(page, server)
    first = press(page, "f")
    expect(page.locator("#chooser")).to_be_visible()
    assert shown(page) == first
    page.keyboard.press("2")
    assert shown(page) != first
    second = press(page, "t")
    wait_until_saved(page)
    rows = {row.pair_id: row for row in stored(server, IDS)}
    assert (rows[str(first)].verdict, rows[str(first)].reasons) == (won(first, "left"), ("Safer",))
    assert (rows[str(second)].verdict, rows[str(second)].reasons) == (Verdict.TIE, ())


@pytest.mark.parametrize("home", [{"reasons": ("Clearer", "Safer")}], indirect=True)
def test_details_go_with_the_pair_in_front_and_one_key_still_decides(page: Page, server: Server) -> None:
    open_screen(page, server)
    first = shown(page)
    page.keyboard.press("e")
    page.keyboard.press("1")
    page.locator("#details-comment").fill("<img src=x onerror=alert(1)>")
    page.locator("#details-flag").fill("Holds a name.")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#details")).to_be_hidden()
    assert press(page, "j") == first
    wait_until_saved(page)
    (row,) = stored(server, IDS)
    assert (row.verdict, row.reasons, row.flag) == (won(first, "right"), ("Clearer",), "Holds a name.")
    assert row.comment == "<img src=x onerror=alert(1)>"


def test_the_last_decision_is_rewritten_and_the_pair_in_front_stays(page: Page, server: Server) -> None:
    open_screen(page, server)
    first = press(page, "f")
    front = shown(page)
    page.keyboard.press("m")
    better = next(pair for pair in BATCH if pair.id == first).text_of(
        text.left_answer(ANNOTATOR, str(first), 0)
    )
    field = page.locator("#details-rewrite")
    expect(field).to_have_value(better)
    field.fill("Said better.")
    page.keyboard.press("Control+Enter")
    assert shown(page) == front
    wait_until_saved(page)
    rows = stored(server, [str(first)])
    assert [(row.rewrite, row.supersedes) for row in rows] == [(None, None), ("Said better.", rows[0].id)]


def test_what_was_rewritten_by_keyboard_is_released_as_chosen_over_the_original(
    page: Page, server: Server
) -> None:
    open_screen(page, server)
    press(page, "f")
    page.keyboard.press("m")
    field = page.locator("#details-rewrite")
    expect(field).to_have_value(re.compile("Answer"))
    original = field.input_value()
    field.fill("Said better.")
    page.keyboard.press("Control+Enter")
    wait_until_saved(page)

    page.goto(f"{server.url}/release")
    button = page.get_by_role("button", name="Release", exact=True)
    expect(button).to_be_visible(timeout=30_000)  # it stands below the boxes, so they are all there
    expect(page.get_by_role("switch", name="Release rewritten answers")).to_be_checked()
    for box in page.get_by_role("checkbox", name="I have seen the warnings").all():
        box.locator("xpath=ancestor::label").click()
        expect(box).to_be_checked()
    button.click()
    expect(page.get_by_text("Released v1:")).to_be_visible(timeout=30_000)
    table = pq.read_table(server.home / "releases" / "v1" / write.TRAIN)
    rows = [row for row in table.to_pylist() if row["chosen"][0]["content"] == "Said better."]
    assert [row["rejected"] for row in rows] == [[{"role": "assistant", "content": original}]]


def test_who_cannot_judge_says_so_with_one_key(page: Page, server: Server) -> None:
    open_screen(page, server)
    first = press(page, "x")
    wait_until_saved(page)
    assert [(row.pair_id, row.verdict) for row in stored(server, IDS)] == [(first, Verdict.CANNOT_JUDGE)]


def test_the_fifth_last_decision_is_changed_from_the_list(page: Page, server: Server) -> None:
    open_screen(page, server)
    decided = [press(page, key) for key in "fjtbf"]
    front = shown(page)
    page.keyboard.press("p")
    page.locator(".recent-row").nth(4).click()
    expect(page.locator("#standing")).to_have_text("You decided: Left is better. Esc leaves it so.")
    assert press(page, "t") == decided[0]
    assert shown(page) == front
    wait_until_saved(page)
    expect(page.locator("#counts")).to_contain_text("5 today")
    rows = stored(server, [str(decided[0])])
    assert [row.verdict for row in rows] == [won(decided[0], "left"), Verdict.TIE]
    assert rows[1].supersedes == rows[0].id


def test_undo_and_redo_work_across_a_reload(page: Page, server: Server) -> None:
    open_screen(page, server)
    first, second = press(page, "f"), press(page, "t")
    page.keyboard.press("u")
    page.keyboard.press("u")
    wait_until_saved(page)
    open_screen(page, server)
    page.wait_for_function("document.querySelector('[data-testid=stMain]') !== null")
    press(page, "r")
    expect(page.locator("#note")).to_have_text("Done again: Left is better.")
    page.keyboard.press("r")
    expect(page.locator("#note")).to_have_text("Done again: Tie.")
    page.keyboard.press("r")
    expect(page.locator("#note")).to_have_text("There is nothing to redo.")
    wait_until_saved(page)
    rows = [row.verdict for row in stored(server, [str(first), str(second)])]
    left = won(first, "left")
    assert rows == [left, None, left, Verdict.TIE, None, Verdict.TIE]


@pytest.mark.parametrize("home", [{"reasons": ("Clearer",), "reasons_required": True}], indirect=True)
def test_a_reason_that_comes_after_undo_decides_nothing(page: Page, server: Server) -> None:
    open_screen(page, server)
    first = press(page, "t")
    second = press(page, "f")
    page.keyboard.press("u")
    expect(page.locator(f".pair-view[data-pair='{first}']")).to_be_visible()
    expect(page.locator("#chooser")).to_be_hidden()
    page.keyboard.press("1")
    wait_until_saved(page)
    assert stored(server, [str(second)]) == []
