"""Uploads are kept by content, under a name that cannot leave their folder."""

import io
from pathlib import Path

import pytest

from curation.intake import locations
from curation.workspace import Workspace


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("pairs.jsonl", "pairs.jsonl"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\pairs.csv", "pairs.csv"),
        ("..", "upload"),
        ("", "upload"),
        ("a\0b\nc?.csv", "a_b_c_.csv"),
        ("名前.json", "名前.json"),
        ("x" * 300 + ".json", "x" * 95 + ".json"),
    ],
)
def test_the_name_of_an_upload_is_shown_but_cannot_leave_its_folder(
    tmp_path: Path, name: str, kept: str
) -> None:
    workspace = Workspace(home=tmp_path)
    located = locations.keep_upload(workspace, name, io.BytesIO(b"content"))
    assert located.location == kept
    assert located.path.parent.parent == workspace.uploads
    assert located.path.read_bytes() == b"content"


def test_the_same_content_is_kept_once_and_nothing_half_written_stays(tmp_path: Path) -> None:
    workspace = Workspace(home=tmp_path)
    one, other = (locations.keep_upload(workspace, "a.csv", io.BytesIO(b"same")) for _ in range(2))
    assert one == other
    assert [path for path in workspace.uploads.rglob("*") if path.is_file()] == [one.path]
