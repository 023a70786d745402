"""Release folders on disk: written under a temporary name, renamed when whole, never changed afterwards."""

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from curation.errors import InvalidInput, PairloomError
from curation.release import fingerprint, verify, write
from curation.workspace import Workspace

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")


def check_name(name: str) -> None:
    """Raises InvalidInput for a name that cannot be a folder's everywhere."""
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"“{name}” cannot name a release. Use 1 to 64 letters, digits, dots, dashes or underscores, "
            "beginning with a letter or digit and not ending with a dot."
        )


@contextmanager
def disk(place: Workspace) -> Iterator[None]:
    """The folder of releases, and what it refuses in a sentence."""
    try:
        place.releases.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        raise PairloomError(
            f"The release could not be written below {place.releases}: {error.strerror}. "
            "Nothing was released; make room or mend the folder, then release again."
        ) from error


@contextmanager
def temporary(releases: Path, name: str) -> Iterator[Path]:
    """An empty folder beside the final one, gone at the end unless it was renamed."""
    mine = f".{name}.{os.getpid()}-{int(psutil.Process().create_time() * 1000)}"
    for left_behind in releases.glob(f".{name}.*"):
        # Only one process at a time can hold the database, so a folder of another one is nobody's.
        if left_behind.name != mine and re.fullmatch(r"\d+-\d+", left_behind.name[len(name) + 2 :]):
            shutil.rmtree(left_behind)
    folder = releases / mine
    try:
        folder.mkdir()
    except FileExistsError as error:
        raise InvalidInput(f"{name} is being released already. Wait until that has ended.") from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settle(folder: Path, final: Path) -> None:
    """Give the folder its name, or find that it holds this release already.

    Raises:
        InvalidInput: another release, or a damaged one, has that name.
    """
    if not final.exists():
        folder.rename(final)
        write.sync_folder(final.parent)
        return
    if not ((final / write.MANIFEST).is_file() and manifest(final) == manifest(folder)):
        raise taken(final.name)
    damage = verify.check(final)
    if damage:
        raise InvalidInput(
            f"There is already a release {final.name}, but {damage[0].message} "
            "Move it away, or take it from a backup."
        )


def taken(name: str) -> InvalidInput:
    return InvalidInput(
        f"There is already a release {name} with another content or other acknowledgements. "
        "Releases do not change: choose another name."
    )


def manifest(folder: Path) -> str:
    """SHA-256 of the manifest, which holds that of every other file: equal for equal folders."""
    return fingerprint.of_file(folder / write.MANIFEST)
