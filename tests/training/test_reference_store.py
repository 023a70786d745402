"""What is kept of the reference on disk: found under the same key only, and not believed when damaged."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from training import reference_store
from training.reference_store import Key

KEY = Key(
    release="f" * 64, model="m" * 64, template="t", max_length=512, weights="float32",
    arithmetic={"device": "cpu"},
)  # fmt: skip
ROWS = {bytes([number]) * 16: (-1.5 * number, -2.25 * number) for number in range(1, 5)}


def the_file(place: Path) -> Path:
    (path,) = place.glob("*.pairs")
    return path


def test_what_was_added_is_read_again_to_the_last_digit(tmp_path: Path) -> None:
    reference_store.add(tmp_path, KEY, ROWS, seconds=0.25)
    assert reference_store.read(tmp_path, KEY) == reference_store.Known(rows=ROWS, seconds=0.25)


@pytest.mark.parametrize(
    "other",
    [
        {"release": "e" * 64}, {"model": "n" * 64}, {"template": "u"}, {"max_length": 511},
        {"weights": "nf4"}, {"arithmetic": {"device": "gpu"}},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_a_key_that_differs_in_anything_finds_nothing(tmp_path: Path, other: dict[str, str]) -> None:
    reference_store.add(tmp_path, KEY, ROWS, seconds=None)
    assert reference_store.read(tmp_path, replace(KEY, **other)).rows == {}  # type: ignore[arg-type]


@pytest.mark.parametrize("spoil", ["cut", "flipped", "emptied", "of another key"])
def test_a_damaged_file_is_not_believed_and_said(tmp_path: Path, spoil: str) -> None:
    reference_store.add(tmp_path, KEY, ROWS, seconds=None)
    path = the_file(tmp_path)
    whole = path.read_bytes()
    spoilt = {"cut": whole[:-24], "flipped": whole[:-1] + bytes([whole[-1] ^ 1]), "emptied": b""}
    path.write_bytes(spoilt.get(spoil, whole.replace(b'"nf4"', b'"int8"').replace(b"512", b"513")))
    found = reference_store.read(tmp_path, KEY)
    assert found.rows == {}
    assert (
        found.problem
        == f"{path.name}, log-probabilities of the reference, is damaged; they are computed again."
    )
    reference_store.add(tmp_path, KEY, ROWS, seconds=None)
    assert reference_store.read(tmp_path, KEY).rows == ROWS


def test_what_is_no_number_is_not_kept(tmp_path: Path) -> None:
    reference_store.add(tmp_path, KEY, ROWS | {b"x" * 16: (float("nan"), 0.0)}, seconds=None)
    assert reference_store.read(tmp_path, KEY).rows == ROWS


def test_runs_that_add_at_the_same_time_lose_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from training import reference_store as store;"
        "from tests.training.test_reference_store import KEY; n = int(sys.argv[2]);"
        "[store.add(Path(sys.argv[1]), KEY, {bytes([n, m]) * 8: (n, m)}, seconds=None) for m in range(10)]"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), str(n)]) for n in range(3)]
    assert [writer.wait(timeout=120) for writer in writers] == [0, 0, 0]
    assert len(reference_store.read(tmp_path, KEY).rows) == 30


def test_the_file_unused_longest_goes_first_when_there_is_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = [replace(KEY, max_length=length) for length in (64, 65, 66)]
    for age, key in zip((3, 2, 1), keys[:2], strict=False):
        reference_store.add(tmp_path, key, ROWS, seconds=None)
        path = tmp_path / f"{key.name}.pairs"
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 1000 * age))
    reference_store.read(tmp_path, keys[0])  # now the second one is unused longest
    monkeypatch.setenv(reference_store.BYTES_VARIABLE, str(int(2.5 * path.stat().st_size)))
    reference_store.add(tmp_path, keys[2], ROWS, seconds=None)
    assert [bool(reference_store.read(tmp_path, key).rows) for key in keys] == [True, False, True]


def test_clearing_leaves_nothing_and_says_how_much_it_was(tmp_path: Path) -> None:
    assert reference_store.clear(tmp_path / "never made") == 0
    reference_store.add(tmp_path, KEY, ROWS, seconds=None)
    before = reference_store.size(tmp_path)
    assert reference_store.clear(tmp_path) == before > 0
    assert reference_store.read(tmp_path, KEY) == reference_store.Known()


def test_a_release_adds_two_rows_a_pair_and_never_more_than_may_be_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert reference_store.bytes_of(1000) == 2 * 1000 * 24
    monkeypatch.setenv(reference_store.BYTES_VARIABLE, "100")
    assert reference_store.bytes_of(1000) == 100
