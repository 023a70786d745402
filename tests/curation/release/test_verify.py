"""A folder against its manifest."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from curation.errors import InvalidInput
from curation.release import verify, write
from tests.curation.release.conftest import Releasing
from training import release_folder
from training.errors import UnusableRelease


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


@pytest.mark.parametrize(
    "name", ["../secret.key", "/etc/hostname", "data/../../x", "..\\x", "", "a\0b"], ids=repr
)
def test_a_manifest_that_names_a_file_outside_of_its_folder_is_refused(folder: Path, name: str) -> None:
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**manifest, "files": {name: "0" * 64}}), encoding="utf-8")
    with pytest.raises(InvalidInput, match="lies outside of the release"):
        verify.check(folder)
    with pytest.raises(UnusableRelease, match="lies outside of the release"):
        release_folder.load(folder)


def rewrite(folder: Path, name: str, content: bytes) -> None:
    """Put another file in place of a released one, and its digest into the manifest."""
    (folder / name).write_bytes(content)
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    digests = {**manifest["files"], name: hashlib.sha256(content).hexdigest()}
    path.write_text(json.dumps({**manifest, "files": digests}), encoding="utf-8")


def test_rows_that_unpack_to_more_than_a_release_holds_are_refused_before_they_are_unpacked(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify, "LARGEST_GROUP", 1 << 20)
    packed = tmp_path / "packed.parquet"
    zeros = pa.table({"zeros": pa.array(np.zeros(1 << 20))})  # 8 MiB, which zstd makes 1 kB of
    with pq.ParquetWriter(packed, zeros.schema, compression="zstd", use_dictionary=False) as writer:
        writer.write_table(zeros)
    rewrite(folder, write.TRAIN, packed.read_bytes())
    (difference,) = verify.check(folder)
    assert difference.message.endswith("8 MiB of rows are packed into one group.")


def test_a_file_that_is_no_parquet_is_said_whatever_the_manifest_says(folder: Path) -> None:
    rewrite(folder, write.TRAIN, b"PAR1 but nothing more")
    (difference,) = verify.check(folder)
    assert difference.message.startswith(f"{write.TRAIN} cannot be read: ")
