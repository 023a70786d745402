"""What the label screen says when there is no pair to show."""

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from curation.model import Message, Speaker, Verdict
from tests.browser.label_page import fill, open_screen, press, shown, stored, wait_until_saved
from tests.browser.serving import Server
from tests.curation.labelling.a_workspace import a_pair

pytestmark = pytest.mark.browser
BATCH = [a_pair(number) for number in range(3)]


def test_an_empty_project_says_where_pairs_come_from(page: Page, server: Server) -> None:
    open_screen(page, server)
    expect(page.locator("#notice-text")).to_contain_text("There are no pairs yet")


class TestThreePairs:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        fill(tmp_path, BATCH)
        return tmp_path

    def test_the_end_is_said_and_what_was_skipped_can_be_decided_then(
        self, page: Page, server: Server
    ) -> None:
        open_screen(page, server)
        press(page, "f")
        skipped = press(page, "s")
        press(page, "t")
        expect(page.locator("#notice-text")).to_contain_text("Nothing is left for you")
        wait_until_saved(page)
        page.get_by_role("button", name="Show the 1 I skipped").click()
        expect(page.locator(f".pair-view[data-pair='{skipped}']")).to_be_visible()
        press(page, "b")
        wait_until_saved(page)
        expect(page.locator("#project")).to_have_text("Project: 3 of 3 pairs decided")
        rows = stored(server, [str(skipped)])
        assert [row.verdict for row in rows] == [Verdict.SKIP, Verdict.BOTH_BAD]
        assert rows[1].supersedes == rows[0].id

    def test_undo_leads_back_from_the_end(self, page: Page, server: Server) -> None:
        open_screen(page, server)
        for key in "fj":
            press(page, key)
        last = press(page, "t")
        expect(page.locator("#notice-text")).to_contain_text("Nothing is left for you")
        page.keyboard.press("u")
        assert shown(page) == last

    def test_a_server_that_is_away_is_named_and_the_screen_comes_back_by_itself(
        self, page: Page, server: Server
    ) -> None:
        page.route("**/api/label/next*", lambda route: route.abort())
        open_screen(page, server)
        expect(page.locator("#notice-text")).to_contain_text(
            "Waiting for the server. Your decisions are kept"
        )
        page.unroute_all()
        expect(page.locator(".pair-view[data-state='pair']")).to_be_visible()

    def test_an_ended_token_says_to_reload_and_keeps_the_decision(self, page: Page, server: Server) -> None:
        open_screen(page, server)
        spoilt = {"x-pairloom-token": "spoilt"}
        page.route("**/api/label/decisions", lambda route: route.continue_(headers=spoilt))
        decided = press(page, "t")
        expect(page.locator("#saving")).to_contain_text("Reload the page to go on")
        page.unroute_all()
        open_screen(page, server)
        wait_until_saved(page)
        assert [row.verdict for row in stored(server, [str(decided)])] == [Verdict.TIE]


class TestBlanksAtTheEdges:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        fill(tmp_path, [a_pair(0, one=" begins with a blank", other="plain")])
        return tmp_path

    def test_blanks_are_mentioned_for_the_pair_and_shown_at_the_answer_only_by_key(
        self, page: Page, server: Server
    ) -> None:
        open_screen(page, server)
        expect(page.locator("#edges")).to_contain_text("Blanks around an answer are not shown")
        expect(page.locator(".edge")).to_be_hidden()
        page.keyboard.press("w")
        expect(page.locator(".edge")).to_have_text("Begins with ␣")


class TestALongConversation:
    @pytest.fixture
    def home(self, tmp_path: Path) -> Path:
        turns = [
            Message(speaker=speaker, content=f"Turn {number}\n\n" + "More. " * 200)
            for number, speaker in enumerate([Speaker.SYSTEM, Speaker.USER, Speaker.ASSISTANT])
        ]
        fill(tmp_path, [replace(a_pair(0), context=tuple(turns))])
        return tmp_path

    def test_the_turn_that_was_answered_is_in_view(self, page: Page, server: Server) -> None:
        open_screen(page, server)
        turns = page.locator("#prompt .turn")
        assert [words.split("\n")[0] for words in turns.all_inner_texts()] == [
            "System",
            "User",
            "Assistant",
            "User",
        ]
        expect(turns.last.get_by_text("Prompt 0")).to_be_in_viewport()
        expect(turns.first.get_by_text("Turn 0")).not_to_be_in_viewport()
