"""Writes an old release again from the database, and says whether it is the same to the byte."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from curation.database import Database
from curation.errors import InvalidInput
from curation.release import folders, gate, moment, releases, verify, write
from curation.release.moment import Moment
from curation.release.releases import Progress, Release
from curation.validation import snapshot
from curation.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduction:
    """What writing a release again gave.

    Attributes:
        identical: every file has the bytes that were released.
        differing: files that do not, by path; empty where the folder is gone and cannot be compared file by
            file.
        restored: the folder was gone and is there again.
        kept: where the reproduction lies; None where it was only compared.
        made_with: what decides bytes and has another version now: name → (then, now).
    """

    release: Release
    identical: bool
    differing: tuple[str, ...]
    restored: bool
    kept: Path | None
    made_with: Mapping[str, tuple[str, str]]

    @property
    def sentence(self) -> str:
        """For the screen."""
        if self.restored:
            return f"{self.release.name} was written again, byte for byte; its folder is back."
        if self.identical:
            return f"{self.release.name} can be written again from the database, byte for byte."
        changed = ", ".join(f"{name} {then} → {now}" for name, (then, now) in self.made_with.items())
        because = f" It was made with other versions: {changed}." if changed else ""
        files = ", ".join(self.differing) or "its manifest"
        return f"{self.release.name} comes out otherwise: {files}.{because}"


def reproduce(
    db: Database,
    place: Workspace,
    name: str,
    *,
    into: Path | None = None,
    progress: Progress = lambda _done, _total: None,
) -> Reproduction:
    """Write a release again from the state of the database at its moment.

    Where the folder is gone and the bytes are the released ones, it is put back. A folder that is there is
    compared and left alone.

    Args:
        into: a new folder that keeps the reproduction; None only compares.

    Raises:
        Unknown: there is no such release.
        InvalidInput: the database no longer holds its state, or `into` exists.
    """
    known = releases.get(db, place, name)
    then, released_manifest = releases.moment_of(db, name)
    if into is not None and into.exists():
        raise InvalidInput(f"{into} exists already. Name a folder that does not.")
    with folders.disk(place), folders.temporary(place.releases, f"{name}.again") as folder:
        _write(db, folder, name, then, progress)
        identical = folders.manifest(folder) == released_manifest
        differing = _differing(folder, known.path)
        restored = identical and not known.path.exists()
        if restored:
            folders.settle(folder, known.path)
        elif into is not None:
            folder.rename(into)
    return Reproduction(
        release=known,
        identical=identical,
        differing=differing,
        restored=restored,
        kept=known.path if restored else into,
        made_with=_versions_since(then),
    )


def _write(db: Database, folder: Path, name: str, then: Moment, progress: Progress) -> None:
    accepted = releases.acknowledgements(db, name)
    with snapshot.opened(db, progress) as cursor:
        moment.look_back(cursor, then)
        examination = gate.examined(cursor, then.policy, progress=progress)
        write.files(cursor, folder, examination, accepted, progress)


def _differing(folder: Path, released: Path) -> tuple[str, ...]:
    if not (released / write.MANIFEST).is_file():
        return ()
    ours, theirs = verify.read_manifest(folder).files, verify.read_manifest(released).files
    return tuple(name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name))


def _versions_since(then: Moment) -> dict[str, tuple[str, str]]:
    now = moment.versions()
    return {
        name: (version, now.get(name, "none"))
        for name, version in then.made_with.items()
        if version != now.get(name)
    }
