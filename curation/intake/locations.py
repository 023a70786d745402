"""Where rows come from: a file, a Hub set, the bundled sample. Each ends as a file on this machine."""

import hashlib
import re
import shutil
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import BinaryIO

from curation.errors import UnreadableSource
from curation.intake import hub, packed
from curation.workspace import Workspace

SAMPLE = "sample"
HUB_PREFIX = "hub:"
ORCA = "hub:Intel/orca_dpo_pairs"

_SAMPLE_FILE = Path(__file__).parent / "sample.jsonl"
_SAMPLE_LICENCE = "Apache-2.0"
_UNSAFE = re.compile(r"[^\w.\- ]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A source that lies ready as a file.

    Attributes:
        kind: file, hub or sample, as in the table source.
        location: what a person calls it: the file's name or NAME[#SPLIT] on the Hub. No folders, because
            releases carry it; sha256 says exactly which file it was.
        revision: commit of a Hub set, "" otherwise.
        sha256: of the file, 64 hexadecimal digits.
        licence: SPDX name where known.
    """

    kind: str
    location: str
    path: Path
    sha256: str
    revision: str = ""
    licence: str = ""


def locate(spec: str, workspace: Workspace, *, watch: hub.Watch | None = None) -> Located:
    """Make a source ready to read.

    Args:
        spec: a path, `hub:NAME[:CONFIGURATION][@REVISION][#SPLIT]`, or `sample`.
        watch: called about ten times a second while a Hub set is fetched; may raise to cancel.

    Raises:
        UnreadableSource: there is no such file, or the Hub set cannot be fetched.
    """
    if spec == SAMPLE:
        return _file(_SAMPLE_FILE, kind="sample", licence=_SAMPLE_LICENCE)
    if spec.startswith(HUB_PREFIX):
        return _fetched(spec.removeprefix(HUB_PREFIX), workspace, watch)
    return _unpacked(_file(Path(spec).expanduser()), workspace)


def keep_upload(workspace: Workspace, name: str, content: BinaryIO) -> Located:
    """Store an uploaded file under uploads/ by what it contains, and locate it.

    Args:
        name: as the browser sent it; only a cleaned last part is used.
        content: read in pieces from where it stands.
    """
    workspace.uploads.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=workspace.uploads, suffix=".tmp", delete=False) as file:
        shutil.copyfileobj(content, file, 1024 * 1024)
    passing = Path(file.name)
    sha256 = _sha256(passing)
    folder = workspace.uploads / sha256[:16]
    folder.mkdir(exist_ok=True)
    kept = folder / _clean(name)
    passing.replace(kept)
    return _unpacked(Located(kind="file", location=kept.name, path=kept, sha256=sha256), workspace)


def _unpacked(located: Located, workspace: Workspace) -> Located:
    """The same source, read from an unpacked copy where it is packed."""
    folder = workspace.uploads / located.sha256[:16]
    return replace(located, path=packed.unpacked(located.path, folder))


def _clean(name: str) -> str:
    last = PurePath(name.replace("\\", "/")).name
    return _UNSAFE.sub("_", last).strip(". ")[-100:] or "upload"


def _file(path: Path, *, kind: str = "file", licence: str = "") -> Located:
    if path.is_dir():
        raise UnreadableSource(
            f"{path} is a folder. Name a file in it, or hub:{path} for a folder of a data set."
        )
    try:
        sha256 = _sha256(path)
    except FileNotFoundError:
        raise UnreadableSource(f"There is no file {path}. Check the path.") from None
    except OSError as error:
        raise UnreadableSource(f"{path} cannot be read: {error.strerror}.") from error
    return Located(kind=kind, location=path.name, path=path, sha256=sha256, licence=licence)


def _fetched(name: str, workspace: Workspace, watch: hub.Watch | None) -> Located:
    name, _, split = name.partition("#")
    name, _, revision = name.partition("@")
    name, _, configuration = name.partition(":")
    fetched = hub.fetch(
        name,
        folder=workspace.uploads,
        configuration=configuration or None,
        revision=revision or None,
        split=split or None,
        watch=watch,
    )
    shown = Path(name).name if Path(name).expanduser().is_dir() else name
    shown = f"{shown}:{configuration}" if configuration else shown
    location = f"{shown}#{fetched.split}" if split else shown
    return Located(
        kind="hub",
        location=location,
        path=fetched.path,
        sha256=_sha256(fetched.path),
        revision=fetched.revision,
        licence=fetched.licence,
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
