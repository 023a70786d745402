"""A release folder as training sees it: the manifest, and whether the files are still the released ones."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from curation import workspace
from training import documents, errors


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An opened release.

    Attributes:
        train, test: pairs in each split.
        files: relative path → SHA-256 in hexadecimal digits.
    """

    path: Path
    name: str
    fingerprint: str
    train: int
    test: int
    files: dict[str, str]


def find(space: workspace.Workspace, text: str) -> Path:
    """The release folder that was meant: a path, or the name of a release in the workspace, newest first.

    Raises:
        UnusableRelease: there is none.
    """
    for folder in (Path(text).expanduser(), space.releases / text):
        if text and (folder / "manifest.json").is_file():
            return folder.resolve()
    named = [path for path in space.releases.glob("*/manifest.json") if _name(path) == text]
    if not named:
        raise errors.UnusableRelease(
            f"There is no release {text!r}: neither a folder with a manifest nor a name in {space.releases}."
        )
    return max(named, key=lambda path: path.stat().st_mtime).parent.resolve()


def load(path: Path) -> Release:
    """Read the manifest.

    Raises:
        UnusableRelease: the folder holds no manifest that can be read.
    """
    content = documents.read_or_none(path / "manifest.json")
    try:
        if content is None:
            raise KeyError("manifest.json")
        return Release(
            path=path.resolve(),
            name=str(content["name"]),
            fingerprint=str(content["fingerprint"]),
            train=int(content["train"]),
            test=int(content["test"]),
            files=dict(content["files"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise errors.UnusableRelease(
            f"{path} is not a release: its manifest.json lacks {error}. Release the data again."
        ) from None


def differences(release: Release) -> tuple[str, ...]:
    """What no longer equals the manifest, one phrase a file; empty where nothing has changed."""
    found = []
    for name, expected in sorted(release.files.items()):
        path = release.path / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif sha256(path) != expected:
            found.append(f"{name} has changed")
    return tuple(found)


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _name(manifest: Path) -> str | None:
    content = documents.read_or_none(manifest) or {}
    return content.get("name")
