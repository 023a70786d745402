"""A folder against its manifest."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.errors import InvalidInput
from curation.release import verify
from tests.curation.release.conftest import Releasing


@pytest.fixture
def folder(releasing: Releasing, ten_pairs: None) -> Path:
    return releasing().path


def test_an_untouched_release_is_as_its_manifest_says(folder: Path) -> None:
    assert verify.check(folder) == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_flipped_bit_is_found(folder: Path, data: st.DataObject) -> None:
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != "manifest.json")
    path = data.draw(st.sampled_from(files))
    before = path.read_bytes()
    place = data.draw(st.integers(0, len(before) - 1))
    changed = bytearray(before)
    changed[place] ^= 1 << data.draw(st.integers(0, 7))
    path.write_bytes(bytes(changed))
    try:
        assert [each.path for each in verify.check(folder)] == [path.relative_to(folder).as_posix()]
    finally:
        path.write_bytes(before)


def test_a_missing_and_an_added_file_are_named(folder: Path) -> None:
    (folder / "ties.parquet").unlink()
    (folder / "data" / "more.parquet").write_bytes(b"")
    assert [each.message for each in verify.check(folder)] == [
        "ties.parquet is missing.",
        "data/more.parquet was added after the release.",
    ]


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("fingerprint", "0" * 64, "do not give the manifest's fingerprint"),
        ("train", 5, "holds 8 rows, the manifest says 5"),
        ("test", 5, "holds 2 rows, the manifest says 5"),
    ],
)
def test_a_manifest_that_lies_about_its_rows_is_found(
    folder: Path, key: str, value: object, words: str
) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, key: value}), encoding="utf-8")
    (difference,) = verify.check(folder)
    assert words in difference.message


@pytest.mark.parametrize("content", ["", "[]", "{", '{"files": []}', "\xff"], ids=str)
def test_a_damaged_manifest_is_said(folder: Path, content: str) -> None:
    (folder / "manifest.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(InvalidInput, match="not a manifest of Pairloom, or it is damaged"):
        verify.check(folder)


def test_another_folder_is_no_release(tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "absent"):
        with pytest.raises(InvalidInput, match=r"is not a release: it has no manifest\.json"):
            verify.check(place)
