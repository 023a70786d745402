"""What a lead sets on the page Project is what the people who label are asked."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.labelling import golds, guidelines, projects, shares
from curation.model import Arm
from curation.validation import limits, protected
from curation.validation.policy import Policy
from pages.parts import session

PAGE = str(Path(__file__).parents[2] / "pages" / "project.py")


@pytest.fixture
def page(home: Path) -> AppTest:
    return AppTest.from_file(PAGE, default_timeout=60).run()


def test_what_is_switched_on_and_saved_is_in_effect(page: AppTest) -> None:
    page.toggle(key="answers-strength").set_value(True)
    page.multiselect(key="answers-reasons").set_value(["Clearer"]).run()
    page.toggle(key="answers-reasons_required").set_value(True)
    page.button(key="answers-save").click().run()
    assert not page.exception
    project = projects.current(session.database())
    assert (project.strength, project.reasons, project.reasons_required) == (True, ("Clearer",), True)


def test_nothing_is_in_effect_before_it_is_saved(page: AppTest) -> None:
    page.toggle(key="answers-comments").set_value(False).run()
    assert projects.current(session.database()).comments


def test_a_save_of_the_guidelines_is_a_new_version_with_its_author(page: AppTest) -> None:
    page.text_area(key="guidelines-text").set_value("Be *fair*.").run()
    page.button(key="guidelines-save").click().run()
    assert not page.exception
    newest = guidelines.current(session.database())
    assert (newest.version, newest.markdown, newest.changed_by) == (1, "Be *fair*.", "solo")
    assert page.selectbox(key="guidelines-version").value == newest


def test_guidelines_that_somebody_else_saved_meanwhile_are_not_overwritten(page: AppTest) -> None:
    page.text_area(key="guidelines-text").set_value("Mine.").run()
    guidelines.add(session.database(), "Theirs.", changed_by="other", now=session.now())
    page.button(key="guidelines-save").click().run()
    assert "Version 1 was saved while you were writing" in page.error[0].value
    assert guidelines.current(session.database()).markdown == "Theirs."


def test_votes_and_the_mix_are_saved_each_by_its_own_button(page: AppTest) -> None:
    page.number_input(key="queue-votes").set_value(3)
    page.toggle(key="queue-more").set_value(True)
    page.button(key="queue-votes-save").click().run()
    page.number_input(key="queue-mix-gold").set_value(20.0)
    page.button(key="queue-mix-save").click().run()
    assert not page.exception
    project = projects.current(session.database())
    assert (project.votes_per_pair, project.one_more_on_disagreement) == (3, True)
    assert shares.current(session.database())[Arm.GOLD] == 20
    page.button(key="queue-mix-usual").click().run()
    assert shares.current(session.database()) == shares.USUAL


def test_a_changed_threshold_is_in_effect_for_the_next_validation(page: AppTest) -> None:
    page.number_input(key="rules-loop_lines-0").set_value(0.5)
    page.button(key="rules-save").click().run()
    assert not page.exception
    assert limits.current(session.database()).policy.loop_lines == 0.5
    page.button(key="rules-usual").click().run()
    assert limits.current(session.database()).policy == Policy()


def test_thresholds_that_contradict_each_other_are_refused(page: AppTest) -> None:
    page.number_input(key="rules-leak_warning-0").set_value(0.95)
    page.button(key="rules-save").click().run()
    assert "warning ≤ error" in page.error[0].value
    assert limits.current(session.database()).version == 0


def test_a_benchmark_file_is_protected_and_listed(page: AppTest) -> None:
    exam = b'{"question": "Is it three?"}\n{"question": "Is it four?"}\n'
    page.file_uploader(key="protected-file").set_value(("exam.jsonl", exam, "application/json")).run()
    page.button(key="protected-keep").click().run()
    assert not page.exception
    with session.database().reading() as cursor:
        assert protected.supplied(cursor) == {"exam.jsonl": 2}


def test_a_gold_file_is_looked_at_before_its_pairs_are_marked(page: AppTest) -> None:
    lines = (
        b'{"prompt": "Capital?", "answer_1": "Paris", "answer_2": "Lyon", "verdict": "answer_1"}\n'
        b'{"prompt": "Capital?", "answer_1": "Paris", "answer_2": "Lyon", "verdict": "skip"}\n'
    )
    page.file_uploader(key="gold-file").set_value(("gold.jsonl", lines, "application/json")).run()
    assert "**1 pair** with a known winner, **1** refused." in [each.value for each in page.markdown]
    assert golds.count(session.database()) == 0
    page.button(key="gold-take").click().run()
    assert not page.exception
    assert golds.count(session.database()) == 1
