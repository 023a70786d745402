"""What a reviewer reads about quality, and what is said where nothing can be said yet."""

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.intake import votes
from curation.intake.locations import locate
from curation.workspace import Workspace
from pages.parts import quality_agreement

PAGE = Path(__file__).parents[2] / "pages" / "quality.py"
NOW = datetime(2026, 11, 22, 9, 0)


def imported(home: Path, *rows: tuple[str, str, str]) -> None:
    """Votes as (item, annotator, verdict) in the workspace that the page will open."""
    path = home / "votes.jsonl"
    line = '{{"prompt":"q","answer_1":"a","answer_2":"bb","item":"{}","annotator":"{}","verdict":"{}"}}\n'
    path.write_text("".join(line.format(*row) for row in rows), encoding="utf-8")
    database = Database.open(home / "pairloom.duckdb")
    votes.take(database, locate(str(path), Workspace(home=home)), by="lead", now=NOW)
    database.close()


def opened(tab: str = "Agreement") -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.session_state["quality-tab"] = tab
    page.run()
    assert not page.exception
    return page


def words(page: AppTest) -> str:
    return " ".join([*(each.value for each in page.markdown), *(each.value for each in page.caption)])


def test_without_votes_the_page_says_so(home: Path) -> None:
    # Through the frame: the page links to another, which needs the navigation.
    page = AppTest.from_file(str(PAGE.with_name("frame.py")), default_timeout=60).run()
    page.switch_page("quality.py").run()
    assert not page.exception
    assert "Nobody has judged a pair yet" in page.info[0].value
    assert not page.metric


def test_one_persons_votes_are_counted_and_agreement_is_not_yet(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"), ("2", "ann", "tie"))
    page = opened()
    assert {each.label: each.value for each in page.metric} == {
        "Pairs judged": "2",
        "Judged by two or more": "0",
        "Two people agree": "not yet",
        "On preferences": "not yet",
    }
    assert "no two people have judged the same pair" in words(page)


def test_two_people_are_read_in_words(home: Path) -> None:
    rows = [(str(item), who, "answer_1" if item % 2 else "answer_2") for item in range(20) for who in "ab"]
    imported(home, *rows[:-1], ("19", "b", "answer_2"))
    page = opened()
    # 19 of 20 agree: e = (1 - √(0.9)) / 2 = 0.0257, 1 in 39
    assert "About 1 in 39 labels is probably wrong (2.6%)." in words(page)
    assert "Measured on 20 shared pairs: 200 say more." in words(page)
    assert page.metric[2].value == "95.0%"


def test_two_people_who_share_nothing_have_no_confusion(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"), ("2", "bob", "tie"))
    assert "no two people have judged the same pair" in words(opened("People"))


def test_the_confusion_is_told_from_the_side_of_whoever_is_chosen(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"), ("1", "bob", "tie"), ("2", "cyd", "tie"), ("2", "bob", "tie"))
    page = opened("People")
    assert [box.value for box in page.selectbox] == ["imported-1", "imported-2"]
    page.selectbox(key="quality-one").select("imported-3").run()
    assert not page.exception
    assert "cyd (rows) and bob (columns). Pairs judged by both: 1." in words(page)


def test_names_of_people_cannot_draw_on_the_page(home: Path) -> None:
    imported(home, ("1", "**ann** ![x](http://example.org/x.png)", "answer_1"), ("1", "bob", "tie"))
    said = words(opened("People"))
    assert "![x](http" not in said
    assert r"\*\*ann\*\*" in said


def test_imported_votes_say_nothing_about_the_side_of_the_screen(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"))
    said = words(opened("Bias"))
    assert "Not yet: no preference is known with its sides" in said
    assert "Preferences looked at: 1. 50 are needed to say more." in said


@pytest.mark.parametrize(
    ("share", "said"), [(None, "not yet"), (0.0, "0.0%"), (1.0, "100.0%")], ids=["undefined", "zero", "one"]
)
def test_undefined_is_said_and_zero_is_zero(share: float | None, said: str) -> None:
    assert quality_agreement.percent(share) == said
