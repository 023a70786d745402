"""The page Versions: none, one, many, a folder that is gone, and what each part says."""

import shutil
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from curation.database import Database
from curation.labelling import events, pairs
from curation.release import releases
from curation.release.layouts import Layout
from curation.validation.policy import Policy
from curation.workspace import Workspace
from pages.parts import session
from tests.curation.labelling.a_workspace import NOW, a_pair

PAGE = Path(__file__).parents[2] / "pages" / "versions.py"


@pytest.fixture
def released(home: Path) -> Path:
    """v1 of 12 pairs, v2 of 14; returns the folder of releases."""
    db = Database.open(home / "pairloom.duckdb")
    for name, numbers in (("v1", range(12)), ("v2", range(12, 14))):
        with db.writing() as tx:
            pairs.add(tx, [a_pair(number) for number in numbers], NOW)
        releases.create(
            db, Workspace(home=home), name=name, policy=Policy(), by="ann-1", now=NOW, accept_all=True
        )
    db.close()
    return home / "releases"


def opened(version: str = "v2", view: str = "About it") -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    page.selectbox(key="version").set_value(version).run()
    return page.segmented_control(key="version-view").set_value(view).run()


def test_without_a_release_the_page_leads_to_the_first_one(home: Path) -> None:
    page = AppTest.from_file(str(PAGE), default_timeout=60).run()
    assert page.info[0].value == "Nothing has been released yet."


def test_a_changed_file_is_named_and_a_whole_release_is_said_to_be(released: Path) -> None:
    page = opened()
    page.button(key="version-verify").click().run()
    assert page.success[0].value == "Every file is the one that was released."
    (released / "v2" / "ties.parquet").write_bytes(b"PAR1")
    page.button(key="version-verify").click().run()
    assert "ties.parquet is not the file that was released" in page.error[0].value.replace("\\", "")


def test_a_folder_that_is_gone_comes_back_byte_for_byte(released: Path) -> None:
    manifest = (released / "v1" / "manifest.json").read_bytes()
    shutil.rmtree(released / "v1")
    page = opened("v1")
    assert "The folder of this release is gone" in page.warning[0].value
    page.button(key="version-reproduce").click().run()
    assert "byte for byte" in page.success[0].value
    assert (released / "v1" / "manifest.json").read_bytes() == manifest


def test_what_came_between_two_versions_is_counted(released: Path) -> None:
    page = opened("v2", "Compare")
    shown = {each.label: each.value for each in page.metric}
    assert (shown["Added"], shown["Removed"]) == ("2", "0")
    listed = page.dataframe[1].value
    ids = {a_pair(number).id for number in (12, 13)}
    assert set(listed["pair"]) == {f"browse?behind=pair&pair={each}#{each[:8]}" for each in ids}
    assert list(listed) == ["what", "pair", "why"]  # nobody has said anything since


def test_a_row_is_traced_by_the_beginning_of_its_id(released: Path) -> None:
    page = opened("v2", "Trace a row")
    page.text_input(key="version-trace").set_value(a_pair(13).id[:8]).run()
    found = a_pair(13).id
    assert f"[{found}](browse?behind=pair&pair={found})" in page.markdown[0].value
    assert page.caption[0].value == "Support: imported, unseen by people."
    page.text_input(key="version-trace").set_value("ffffffff").run()
    assert "No row of v2 has an id" in page.error[0].value


def test_a_layout_is_written_once_and_then_offered(released: Path, home: Path) -> None:
    page = opened("v2", "Other layouts")
    page.selectbox(key="version-layout").set_value(Layout.SHAREGPT).run()
    page.button(key="version-export").click().run()
    (folder,) = (home / "exports").iterdir()
    assert (folder / "dataset_info.json").is_file()
    assert not [each for each in page.button if each.key == "version-export"]
    assert not page.exception


def test_a_push_lists_its_files_and_waits_for_a_token(
    released: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    page = opened("v2", "Push to the Hub")
    page.text_input(key="version-repository").set_value("team/pairs").run()
    assert "9 files" in page.markdown[0].value
    assert page.button(key="version-push").disabled
    assert "set HF\\_TOKEN" in page.info[0].value or "set HF_TOKEN" in page.info[0].value
    assert [each.action for each in events.newest(session.database())] == ["make release", "make release"]
