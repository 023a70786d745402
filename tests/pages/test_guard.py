"""No page opens for a role below its own, however it is reached."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.model import Role
from pages.parts import session
from pages.parts.plain import plain

PAGES = Path(__file__).parents[2] / "pages"
NAMES = sorted(path.stem for path in PAGES.glob("*.py") if path.stem not in ("__init__", "frame"))
LEAD_ONLY = {"import_data", "project", "release", "versions", "train", "runs", "evaluate", "team"}
REVIEWER = {"browse", "quality", "review"}


def run(name: str) -> AppTest:
    return AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=60).run()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.usefixtures("home")
def test_a_closed_workspace_shows_one_sentence_and_nothing_else(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(session.ROLE_VARIABLE, "nobody")
    page = run(name)
    assert [error.value for error in page.error] == ["This workspace is closed. Ask its lead to open it."]
    assert len(page.main.children) == 1


@pytest.mark.parametrize("name", sorted(LEAD_ONLY | REVIEWER))
@pytest.mark.usefixtures("home")
def test_an_annotator_is_refused_where_models_and_votes_are_shown(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(session.ROLE_VARIABLE, Role.ANNOTATOR)
    page = run(name)
    assert "you are signed in as annotator" in page.error[0].value
    assert len(page.main.children) == 1


@pytest.mark.parametrize("name", sorted(LEAD_ONLY))
@pytest.mark.usefixtures("home")
def test_a_reviewer_is_refused_what_only_a_lead_may_do(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(session.ROLE_VARIABLE, Role.REVIEWER)
    assert "you are signed in as reviewer" in run(name).error[0].value


@pytest.mark.usefixtures("home")
def test_a_misspelt_role_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(session.ROLE_VARIABLE, "laed")
    page = run("browse")
    assert page.error[0].value.startswith(plain("PAIRLOOM_SOLO_ROLE is 'laed'. Set it to one of:"))
    assert len(page.main.children) == 1


def test_every_page_names_its_role_in_this_test() -> None:
    assert set(NAMES) - LEAD_ONLY - REVIEWER == {"overview", "label"}
