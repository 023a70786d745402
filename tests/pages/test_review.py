"""A reviewer settles pairs with a reason, one by one or by their votes, and takes it back."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from curation.database import Database
from curation.labelling import decisions, edits, golds, mends, pairs, placements, settlements
from curation.labelling.desk import Reason
from curation.labelling.mends import Mend
from curation.labelling.placements import Place
from curation.model import Role, Verdict
from pages.parts import review_actions, session
from tests.curation.labelling.a_workspace import NOW, a_decision, a_pair, an_action

PAGE = Path(__file__).parents[2] / "pages" / "review.py"
ONE, TWO = Verdict.ANSWER_1, Verdict.ANSWER_2
VOTES = [[ONE, TWO], [ONE, TWO], [TWO, TWO, ONE], [ONE]]  # the import names answer 1 of every pair
BATCH = [a_pair(number) for number in range(len(VOTES))]


@pytest.fixture
def page(home: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Review, opened by a reviewer: two contested pairs and one against the import."""
    monkeypatch.setenv(session.ROLE_VARIABLE, Role.REVIEWER)
    monkeypatch.setattr(review_actions, "LOOK_SECONDS", 0.0)  # a test presses faster than a person reads
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


def words(page: AppTest) -> list[str]:
    return [each.value for each in page.markdown]


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
    assert page.info[0].value == "No pair is left under “Contested”."
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
    monkeypatch.setattr(review_actions, "LOOK_SECONDS", 60.0)
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
    assert "1 pair as **Answer 2**  \n2 pairs without a majority would stay as they are." in words(page)
    assert "The first 1 of 1 pair:" in captions(page)
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
    assert "People have acted since you looked" in page.error[0].value
    assert settled(2) == []
    assert any(each.startswith("2 pairs as **Answer 2**") for each in words(page))


def button_of(page: AppTest, start: str) -> Button:
    """The button of whatever pair is shown."""
    (button,) = (each for each in page.button if str(each.key).startswith(start))
    return button


def placed(place: int) -> list[Place | None]:
    return [each.place for each in placements.history(session.database(), BATCH[place].id)]


def test_a_pair_is_set_aside_with_a_reason_and_put_back(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    button_of(page, "aside-").click().run()
    assert "1 of 2 pairs" in captions(page)
    page.pills(key="review-reason").set_value(Reason.ASIDE).run()
    assert BATCH[0].id in captions(page)
    button_of(page, "back-").click().run()
    assert not page.exception
    assert placed(0) == [Place.ASIDE, None]


def test_a_pair_sent_back_waits_until_somebody_else_has_judged_it(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("The guidelines are unclear here")
    button_of(page, "send-").click().run()
    assert "1 of 2 pairs" in captions(page)
    vote = a_decision(BATCH[0].id, id="third", annotator_id="ann-7", verdict=TWO)
    decisions.record(session.database(), vote)
    page.run()
    assert "1 of 3 pairs" in captions(page)
    assert placed(0) == [Place.SENT_BACK]


def test_waiting_for_a_vote_can_be_given_up(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    button_of(page, "send-").click().run()
    page.pills(key="review-reason").set_value(Reason.WAITING).run()
    button_of(page, "home-").click().run()
    assert placed(0) == [Place.SENT_BACK, None]


def test_an_edit_makes_a_new_pair_and_sets_the_old_one_aside(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    page.toggle(key="review-edits").set_value(True).run()
    page.text_area(key=f"edit-answer_1-{BATCH[0].id}").set_value("Mended")
    button_of(page, "FormSubmitter").click().run()
    assert not page.exception
    assert placed(0) == [Place.ASIDE]
    (edit,) = edits.about(session.database(), BATCH[0].id)
    assert "Mended" in (
        pairs.get(session.database(), edit.pair_id).answer_1,
        pairs.get(session.database(), edit.pair_id).answer_2,
    )
    page.button(key="settle-undo").click().run()
    assert placed(0) == [Place.ASIDE, None]
    assert placements.history(session.database(), edit.pair_id)[-1].place is Place.ASIDE


def test_an_edit_that_changes_nothing_says_so(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    page.toggle(key="review-edits").set_value(True).run()
    button_of(page, "FormSubmitter").click().run()
    assert "Nothing was changed" in page.error[0].value


@pytest.mark.parametrize(
    ("deed", "said", "where"),
    [
        ("send_back", "3 pairs would wait for one more vote", Place.SENT_BACK),
        ("set_aside", "3 pairs would leave", Place.ASIDE),
    ],
)
def test_many_are_placed_after_a_look_and_undone_together(
    page: AppTest, deed: str, said: str, where: Place
) -> None:
    page.button_group(key="bulk-deed").set_value(deed).run()
    page.button(key="bulk-preview").click().run()
    assert any(each.startswith(said) for each in words(page))
    page.text_input(key="bulk-why").set_value("A batch that went wrong")
    page.button(key="bulk-settle").click().run()
    assert not page.exception
    assert [placed(place) for place in range(4)] == [[where], [where], [where], []]
    page.button(key="settle-undo").click().run()
    assert [placed(place) for place in range(3)] == [[where, None]] * 3


def test_what_happened_to_a_pair_is_told_in_its_history(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    button_of(page, "send-").click().run()
    page.pills(key="review-reason").set_value(Reason.WAITING).run()
    told = page.dataframe[0].value
    assert list(told["said"])[-1] == "sent back for another vote"
    assert list(told["comment"])[-1] == "Checked the facts"


def test_an_empty_queue_says_so(home: Path) -> None:
    # Through the frame: the page links to another, which needs the navigation.
    page = AppTest.from_file(str(PAGE.with_name("frame.py")), default_timeout=60).run()
    page.switch_page("review.py").run()
    assert not page.exception
    assert "Nothing needs a review" in page.info[0].value


def test_a_lead_marks_a_pair_as_gold_and_takes_it_back_and_a_reviewer_cannot(
    page: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not [each for each in page.get("button_group") if str(each.key).startswith("gold-")]
    monkeypatch.setenv(session.ROLE_VARIABLE, Role.LEAD)
    page.run()
    (gold,) = (each for each in page.button_group if str(each.key).startswith("gold-"))
    pair_id = str(gold.key).split("-")[1]
    gold.set_value(Verdict.TIE).run()
    assert golds.of(session.database(), pair_id) is Verdict.TIE
    (gold,) = (each for each in page.button_group if str(each.key).startswith("gold-"))
    gold.set_value(None).run()
    assert not page.exception
    assert golds.of(session.database(), pair_id) is None


def test_a_pair_that_waits_for_a_vote_nobody_can_give_says_so(page: AppTest) -> None:
    page.selectbox(key="review-why").set_value("Checked the facts")
    page.button(key=f"send-{BATCH[0].id}").click().run()
    page.pills(key="review-reason").set_value(Reason.WAITING).run()
    assert not page.exception
    assert not page.warning  # whoever runs this workspace has not met it
    decisions.record(
        session.database(), a_decision(BATCH[0].id, id="skip", annotator_id="solo", verdict=Verdict.SKIP)
    )
    page.run()
    assert "no vote can come" in page.warning[0].value


def test_the_form_of_an_edit_holds_what_a_fix_has_left(page: AppTest) -> None:
    page.toggle(key="review-edits").set_value(True).run()
    fixed = Mend(pair_id=BATCH[0].id, context="[]", prompt="Who?", answer_1="Ask [1].", answer_2="No.")
    mends.mend(session.database(), [fixed], "V27", an_action())
    page.run()
    assert [each.value for each in page.text_area] == ["Who?", "Ask [1].", "No."]
