"""A reviewer settles pairs with a reason, one by one or by their votes, and takes it back."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.labelling import decisions, pairs, settlements
from curation.labelling.review import Reason
from curation.model import Role, Verdict
from pages.parts import review_form, session
from tests.curation.labelling.a_workspace import NOW, a_decision, a_pair

PAGE = Path(__file__).parents[2] / "pages" / "review.py"
ONE, TWO = Verdict.ANSWER_1, Verdict.ANSWER_2
VOTES = [[ONE, TWO], [ONE, TWO], [TWO, TWO, ONE], [ONE]]  # the import names answer 1 of every pair
BATCH = [a_pair(number) for number in range(len(VOTES))]


@pytest.fixture
def page(home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Review, opened by a reviewer: two contested pairs and one against the import."""
    monkeypatch.setenv(session.ROLE_VARIABLE, Role.REVIEWER)
    monkeypatch.setattr(review_form, "LOOK_SECONDS", 0.0)  # a test presses faster than a person reads
    db = Database.open(home / "pairloom.duckdb")
    with db.writing() as tx:
        pairs.add(tx, BATCH, NOW)
    for pair, votes in zip(BATCH, VOTES, strict=True):
        for person, verdict in enumerate(votes):
            name = f"ann-{person}"
            decisions.record(
                db, a_decision(pair.id, id=f"{name}-{pair.id}", annotator_id=name, verdict=verdict)
            )
    db.close()
    return AppTest.from_file(str(PAGE), default_timeout=60).run()


def press(page: AppTest, verdict: str) -> None:
    """The settle button of whatever pair is shown."""
    (button,) = (each for each in page.button if str(each.key).startswith(f"settle-{verdict}-"))
    button.click().run()


def settled(place: int) -> list[Verdict | None]:
    return [each.verdict for each in settlements.history(session.database(), BATCH[place].id)]


def captions(page: AppTest) -> str:
    return " ".join(each.value for each in page.caption)


def test_a_settled_pair_leaves_the_queue_and_the_next_one_comes(page: AppTest) -> None:
    assert "1 of 3 pairs" in captions(page)
    page.selectbox(key="review-why").set_value("Checked the facts")
    press(page, "answer_2")
    assert not page.exception
    assert settled(0) == [TWO]
    assert "1 of 2 pairs" in captions(page)
    assert BATCH[1].id in captions(page)


def test_without_a_reason_nothing_is_settled(page: AppTest) -> None:
    press(page, "tie")
    assert "Say why" in page.error[0].value
    assert settled(0) == []


def test_the_chosen_reason_stays_while_its_pairs_are_settled(page: AppTest) -> None:
    page.pills(key="review-reason").set_value(Reason.CONTESTED).run()
    page.selectbox(key="review-why").set_value("Checked the facts")
    press(page, "answer_1")
    press(page, "answer_1")
    assert not page.exception
    assert page.info[0].value == "Every pair here is settled."
    assert (settled(0), settled(1), settled(2)) == ([ONE], [ONE], [])


def test_the_last_settling_is_undone_by_one_button(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    press(page, "both_bad")
    page.button(key="settle-undo").click().run()
    assert settled(0) == [Verdict.BOTH_BAD, None]
    assert "1 of 3 pairs" in captions(page)


def test_a_settled_pair_can_be_opened_again(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    press(page, "tie")
    page.pills(key="review-reason").set_value(Reason.SETTLED).run()
    page.button(key="settle-back").click().run()
    assert not page.exception
    assert settled(0) == [Verdict.TIE, None]


def test_a_key_held_down_settles_no_pair_that_has_just_appeared(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    press(page, "tie")
    monkeypatch.setattr(review_form, "LOOK_SECONDS", 60.0)
    press(page, "tie")
    assert "too soon" in page.toast[0].value
    assert (settled(0), settled(1)) == ([Verdict.TIE], [])


def test_next_and_back_go_through_the_queue(page: AppTest) -> None:
    page.button(key="review-next").click().run()
    assert "2 of 3 pairs" in captions(page)
    assert BATCH[1].id in captions(page)
    page.button(key="review-back").click().run()
    assert BATCH[0].id in captions(page)


def test_settling_the_last_pair_of_the_queue_goes_back_to_those_before(page: AppTest) -> None:
    page.button(key="review-next").click().run()
    page.button(key="review-next").click().run()
    page.selectbox(key="review-why").set_value("Checked the facts")
    press(page, "answer_2")
    assert not page.exception
    assert settled(2) == [TWO]
    assert "2 of 2 pairs" in captions(page)


def test_many_are_settled_by_their_votes_after_a_look_and_undone_together(page: AppTest) -> None:
    page.button(key="bulk-preview").click().run()
    assert "1 pair as **Answer 2**" in [each.value for each in page.markdown]
    assert "2 pairs without a majority would stay as they are." in captions(page)
    page.text_input(key="bulk-why").set_value("The import was wrong")
    page.button(key="bulk-settle").click().run()
    assert not page.exception
    assert (settled(0), settled(1), settled(2)) == ([], [], [TWO])
    page.button(key="settle-undo").click().run()
    assert settled(2) == [TWO, None]


def test_a_vote_after_the_preview_is_not_overlooked(page: AppTest) -> None:
    page.button(key="bulk-preview").click().run()
    page.text_input(key="bulk-why").set_value("The import was wrong")
    vote = a_decision(BATCH[0].id, id="late", annotator_id="ann-9", verdict=TWO)
    decisions.record(session.database(), vote)
    page.button(key="bulk-settle").click().run()
    assert "People have voted since you looked" in page.error[0].value
    assert settled(2) == []
    assert "2 pairs as **Answer 2**" in [each.value for each in page.markdown]


def test_an_empty_queue_says_so(home: Path) -> None:
    # Through the frame: the page links to another, which needs the navigation.
    page = AppTest.from_file(str(PAGE.with_name("frame.py")), default_timeout=60).run()
    page.switch_page("review.py").run()
    assert not page.exception
    assert "Nothing needs a review" in page.info[0].value
