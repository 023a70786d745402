"""What a reviewer reads about quality, and what is said where nothing can be said yet."""

from datetime import datetime
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.intake import votes
from curation.intake.locations import locate
from curation.quality import agreement
from curation.workspace import Workspace
from pages.parts import quality_words

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
    assert [each.value for each in page.metric] == ["2", "2", "0", "not yet", "not yet"]
    assert page.metric[0].label == "[Pairs judged](browse?behind=judged)"
    assert "no two people have judged the same pair" in words(page)


def test_two_people_are_read_in_words(home: Path) -> None:
    rows = [(str(item), who, "answer_1" if item % 2 else "answer_2") for item in range(20) for who in "ab"]
    imported(home, *rows[:-1], ("19", "b", "answer_2"))
    page = opened()
    # 19 of 20 agree: e = (1 - √(0.9)) / 2 = 0.0257, 1 in 39
    assert "About 1 in 39 labels is probably wrong (2.6%)." in words(page)
    assert "Measured on 20 shared pairs: 200 say more." in words(page)
    assert page.metric[3].value == "95.0%"


def test_two_people_who_share_nothing_have_no_confusion(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"), ("2", "bob", "tie"))
    assert "no two people have judged the same pair" in words(opened("People"))


def test_the_confusion_is_told_from_the_side_of_whoever_is_chosen(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"), ("1", "bob", "tie"), ("2", "cyd", "tie"), ("2", "bob", "tie"))
    page = opened("People")
    assert [box.value for box in page.selectbox] == ["imported-1", "imported-2"]
    page.selectbox(key="quality-one").select("imported-3").run()
    assert not page.exception
    assert "cyd (rows) and bob (columns). Pairs judged by both: [1](browse?behind=cell&" in words(page)


def test_names_of_people_cannot_draw_on_the_page(home: Path) -> None:
    imported(home, ("1", "**ann** ![x](http://example.org/x.png)", "answer_1"), ("1", "bob", "tie"))
    said = words(opened("People"))
    assert "![x](http" not in said
    assert r"\*\*ann\*\*" in said


def test_imported_votes_say_nothing_about_the_side_of_the_screen(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"))
    said = words(opened("Bias"))
    assert "Not yet: no preference is known with its sides" in said
    assert "Preferences looked at: [1](browse?behind=format). 50 are needed to say more." in said


@pytest.mark.parametrize(
    ("share", "said"), [(None, "not yet"), (0.0, "0.0%"), (1.0, "100.0%")], ids=["undefined", "zero", "one"]
)
def test_undefined_is_said_and_zero_is_zero(share: float | None, said: str) -> None:
    assert quality_words.percent(share) == said


def rows(page: AppTest, column: str) -> list[dict[str, object]]:
    """The first table that has this column."""
    found = next(each.value for each in page.dataframe if column in each.value)
    return [{str(name): said for name, said in row.items()} for row in found.to_dict("records")]


def test_every_share_of_a_person_leads_to_its_pairs_and_undefined_is_said(home: Path) -> None:
    imported(home, *[(str(item), who, "answer_1") for item in range(3) for who in ("ann", "bob")])
    (ann, _) = rows(opened("People"), "against the others")
    assert ann["votes"] == "browse?behind=judged&who=imported-1#3"
    assert ann["against the others"] == "browse?behind=against&who=imported-1#0%25%20of%203"
    assert ann["known winners missed"] is None
    assert ann["same side the second time"] is None


def test_what_was_never_measured_about_people_is_said(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"))
    said = words(opened("People"))
    assert "Not yet: nobody has met a pair whose winner is known." in said
    assert "Not yet: nobody has met a pair a second time." in said
    assert "Not yet: no vote was timed." in said


def test_agreement_by_person_is_of_the_pairs_that_person_judged(home: Path) -> None:
    agreed = [(item, who, "answer_1") for item, people in (("1", "ab"), ("2", "bc")) for who in people]
    imported(home, *agreed, ("3", "a", "tie"), ("3", "b", "answer_1"))
    page = opened()
    page.button_group(key="agreement-by").set_value(agreement.Slice.PERSON).run()
    assert not page.exception
    shares = {row["person"]: str(row["two people agree"]).split("#")[1] for row in rows(page, "person")}
    assert shares == {"a": "50.0%25", "b": "66.7%25", "c": "100.0%25"}


def test_over_time_needs_votes_that_can_be_held_against_something(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"))
    assert "Not yet: no vote can be compared with a known winner or with others." in words(
        opened("Over time")
    )


def test_over_time_says_how_far_it_is_from_an_alarm(home: Path) -> None:
    imported(home, ("1", "ann", "answer_1"), ("1", "bob", "answer_1"))
    page = opened("Over time")
    assert "Not yet: nobody has 50 votes that can be compared." in words(page)
    assert "Too early for an alarm: 1 of 50 votes." in words(page)


def test_three_people_are_shown_with_each_other(home: Path) -> None:
    verdicts = {"a": "answer_1", "b": "answer_1", "c": "tie"}
    imported(
        home,
        *[(str(item), who, said if item else "tie") for item in range(4) for who, said in verdicts.items()],
    )
    found = {
        (row["one"], row["another"]): row["Cohen's kappa"] for row in rows(opened("People"), "Cohen's kappa")
    }
    assert str(found["a", "b"]).endswith("#1.000")
    assert len(found) == 3
