"""A lead gives one person a quota and a rest, on the page Team."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.labelling import annotators, pauses, quotas
from curation.labelling.quotas import Quota
from curation.model import Role
from pages.parts import session


def the_form_of_ada() -> None:
    from curation.labelling import annotators
    from pages.parts import session, team_quotas

    db = session.database()
    team_quotas.show(db, next(each for each in annotators.everyone(db) if each.id == "ada"))


@pytest.fixture
def page(home: Path) -> AppTest:
    home.mkdir(parents=True, exist_ok=True)
    annotators.ensure(session.database(), "ada", name="Ada", role=Role.ANNOTATOR, now=session.now())
    return AppTest.from_function(the_form_of_ada, default_timeout=60).run()


def test_a_quota_is_in_effect_once_it_is_saved_and_taken_away_by_a_zero(page: AppTest) -> None:
    page.number_input(key="quota-day-ada").set_value(40)
    page.number_input(key="quota-total-ada").set_value(900).run()
    assert "ada" not in quotas.everyone(session.database())
    page.button(key="quota-save").click().run()
    assert not page.exception
    assert quotas.everyone(session.database())["ada"] == Quota(per_day=40, in_total=900)
    page.number_input(key="quota-day-ada").set_value(0)
    page.button(key="quota-save").click().run()
    assert quotas.everyone(session.database())["ada"] == Quota(in_total=900)


def test_one_button_lets_a_person_rest_and_go_on(page: AppTest) -> None:
    assert page.button(key="quota-pause").label == "Pause"
    page.button(key="quota-pause").click().run()
    assert pauses.resting(session.database()) == {"ada"}
    assert page.button(key="quota-pause").label == "Go on"
    page.button(key="quota-pause").click().run()
    assert pauses.resting(session.database()) == set()
