"""A release folder as training sees it: the manifest, and whether the files are still the released ones."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from curation import workspace
from curation.release import members
from training import documents, errors

_MANIFEST = "manifest.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """An opened release.

    Attributes:
        name: the folder's, which is a release's only name.
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
    """The release folder that was meant: a path, or the name of a release in the workspace.

    Raises:
        UnusableRelease: there is none.
    """
    for folder in (Path(text).expanduser(), space.releases / text):
        if text and (folder / _MANIFEST).is_file():
            return folder.resolve()
    raise errors.UnusableRelease(
        f"There is no release {text!r}: neither a folder with a manifest nor a name in {space.releases}."
    )


def load(path: Path) -> Release:
    """Read the manifest.

    Raises:
        UnusableRelease: the folder holds no manifest that can be read, or one that names files elsewhere.
    """
    content = documents.read_or_none(path / _MANIFEST)
    try:
        if content is None:
            raise KeyError(_MANIFEST)
        release = Release(
            path=path.resolve(),
            name=path.resolve().name,
            fingerprint=str(content["fingerprint"]),
            train=int(content["train"]),
            test=int(content["test"]),
            files=dict(content["files"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise errors.UnusableRelease(
            f"{path} is not a release: its manifest lacks {error}. Release the data again."
        ) from None
    outside = [name for name in release.files if not members.is_member(name)]
    if outside:
        raise errors.UnusableRelease(
            f"{path} names {outside[0]!r}, which lies outside of the release. Do not use this folder."
        )
    return release


def differences(release: Release) -> tuple[str, ...]:
    """What no longer equals the manifest, one phrase a file; empty where nothing has changed.

    A file that was added under data/ counts: loading the folder would read its rows too.
    """
    found = []
    for name, expected in sorted(release.files.items()):
        path = release.path / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif sha256(path) != expected:
            found.append(f"{name} has changed")
    present = (path.relative_to(release.path).as_posix() for path in release.path.glob("data/*"))
    return (*found, *(f"{name} was added" for name in sorted(present) if name not in release.files))


def sha256(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
