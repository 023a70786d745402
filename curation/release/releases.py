"""Makes releases and lists them. The only writer of the tables release and acknowledgement.

A release is written under a temporary name, renamed, and then recorded in one transaction with its
acknowledgements and its line in the audit. A kill before the rename leaves a temporary folder that the
next release of that name removes; a kill between rename and record leaves a folder that it adopts.
"""

import os
import re
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psutil

from curation.database import Database
from curation.errors import InvalidInput, PairloomError, Unknown
from curation.labelling import events
from curation.release import gate, verify, write
from curation.release.gate import Acknowledgement, Examination
from curation.validation import snapshot
from curation.validation.exclusion import Cursor
from curation.validation.policy import Policy
from curation.workspace import Workspace

Progress = Callable[[int, int], None]
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A release as the workspace knows it.

    Attributes:
        path: its folder; immutable.
        released: naive UTC.
    """

    name: str
    fingerprint: str
    path: Path
    train: int
    test: int
    excluded: int
    ties: int
    released_by: str
    released: datetime


def create(
    db: Database,
    place: Workspace,
    *,
    name: str,
    policy: Policy,
    by: str,
    now: datetime,
    accept: Collection[str] = (),
    accept_all: bool = False,
    progress: Progress = lambda _done, _total: None,
) -> Release:
    """Validate, and write the release folder. The same state under the same name changes nothing.

    Args:
        name: becomes the folder's name: letters, digits, dot, dash, underscore; at most 64.
        by: pseudonym of the person who releases and acknowledges.
        accept: rules whose warnings that person has seen and accepts.
        accept_all: accept every warning.

    Raises:
        ReleaseBlocked: the message lists everything that stands in the way.
        InvalidInput: an unsafe name, a name that holds another release, or an unknown rule.
        PairloomError: the disk is full or the folder cannot be written.
    """
    _check_name(name)
    with _disk(place), snapshot.opened(db, progress) as cursor, _temporary(place.releases, name) as folder:
        examination = gate.examined(cursor, policy, progress=progress)
        accepted = gate.acknowledged(examination, accept=accept, accept_all=accept_all, by=by)
        fingerprint = write.files(cursor, folder, examination, accepted, progress)
        made = _release(place.releases / name, fingerprint, examination, by, now)
        _refuse_other(db, place, made, accepted)
        _settle(folder, made.path)
    return _record(db, place, made, accepted)


def listed(db: Database, place: Workspace) -> tuple[Release, ...]:
    """Every release, newest first."""
    with db.reading() as cursor:
        rows = cursor.execute(
            """
            SELECT name, fingerprint, train, test, excluded, ties, released_by, released
            FROM release ORDER BY released DESC, name
            """
        ).fetchall()
    return tuple(_from_row(row, place) for row in rows)


def get(db: Database, place: Workspace, name: str) -> Release:
    """One release by its name.

    Raises:
        Unknown: there is none of that name.
    """
    found = [release for release in listed(db, place) if release.name == name]
    if not found:
        raise Unknown(f"There is no release {name}.")
    return found[0]


def acknowledgements(db: Database, name: str) -> tuple[Acknowledgement, ...]:
    """What was accepted for a release, by rule."""
    with db.reading() as cursor:
        return _acknowledgements(cursor, name)


def _check_name(name: str) -> None:
    if not _NAME.fullmatch(name):
        raise InvalidInput(
            f"“{name}” cannot name a release. Use 1 to 64 letters, digits, dots, dashes or underscores, "
            "beginning with a letter or digit and not ending with a dot."
        )


@contextmanager
def _disk(place: Workspace) -> Iterator[None]:
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
def _temporary(releases: Path, name: str) -> Iterator[Path]:
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


def _refuse_other(
    db: Database, place: Workspace, made: Release, accepted: tuple[Acknowledgement, ...]
) -> None:
    """A name that stands for another release stays taken, even where its folder is gone."""
    known = [release for release in listed(db, place) if release.name == made.name]
    if known and (known[0].fingerprint, acknowledgements(db, made.name)) != (made.fingerprint, accepted):
        raise _taken(made.name)


def _taken(name: str) -> InvalidInput:
    return InvalidInput(
        f"There is already a release {name} with another content or other acknowledgements. "
        "Releases do not change: choose another name."
    )


def _settle(folder: Path, final: Path) -> None:
    """Give the folder its name, or find that it holds this release already."""
    if not final.exists():
        folder.rename(final)
        write.sync_folder(final.parent)
        return
    if not ((final / write.MANIFEST).is_file() and _manifest(final) == _manifest(folder)):
        raise _taken(final.name)
    damage = verify.check(final)
    if damage:
        raise InvalidInput(
            f"There is already a release {final.name}, but {damage[0].message} "
            "Move it away, or take it from a backup."
        )


def _manifest(folder: Path) -> bytes:
    return (folder / write.MANIFEST).read_bytes()


def _release(final: Path, fingerprint: str, examination: Examination, by: str, now: datetime) -> Release:
    return Release(
        name=final.name,
        fingerprint=fingerprint,
        path=final,
        train=examination.train,
        test=examination.test,
        excluded=examination.excluded,
        ties=examination.ties,
        released_by=by,
        released=now,
    )


def _record(
    db: Database, place: Workspace, release: Release, accepted: tuple[Acknowledgement, ...]
) -> Release:
    """Enter the folder into the workspace; where it stands there already, as it was entered first."""
    with db.writing() as tx:
        known = tx.execute(
            """
            SELECT name, fingerprint, train, test, excluded, ties, released_by, released
            FROM release WHERE name = $name
            """,
            {"name": release.name},
        ).fetchone()
        if known is not None:
            return _from_row(known, place)
        _insert(tx, release)
        for each in accepted:
            tx.execute(
                """
                INSERT INTO acknowledgement (release_name, rule, count, acknowledged_by, acknowledged)
                VALUES ($name, $rule, $count, $by, $now)
                """,
                {
                    "name": release.name,
                    "rule": each.rule,
                    "count": each.count,
                    "by": each.by,
                    "now": release.released,
                },
            )
        events.record(
            tx,
            actor=release.released_by,
            action="make release",
            subject=release.name,
            detail={
                "fingerprint": release.fingerprint,
                "train": release.train,
                "test": release.test,
                "accepted": [each.rule for each in accepted],
            },
            now=release.released,
        )
    return release


def _insert(tx: Cursor, release: Release) -> None:
    tx.execute(
        """
        INSERT INTO release (name, fingerprint, path, train, test, excluded, ties, released_by, released)
        VALUES ($name, $fingerprint, $path, $train, $test, $excluded, $ties, $by, $now)
        """,
        {
            "name": release.name,
            "fingerprint": release.fingerprint,
            # In words of the workspace, so that it may be moved.
            "path": f"releases/{release.name}",
            "train": release.train,
            "test": release.test,
            "excluded": release.excluded,
            "ties": release.ties,
            "by": release.released_by,
            "now": release.released,
        },
    )


def _acknowledgements(cursor: Cursor, name: str) -> tuple[Acknowledgement, ...]:
    rows = cursor.execute(
        "SELECT rule, count, acknowledged_by FROM acknowledgement WHERE release_name = $name ORDER BY rule",
        {"name": name},
    ).fetchall()
    return tuple(Acknowledgement(rule=row[0], count=row[1], by=row[2]) for row in rows)


def _from_row(row: tuple[str, str, int, int, int, int, str, datetime], place: Workspace) -> Release:
    return Release(
        name=row[0],
        fingerprint=row[1],
        path=place.releases / row[0],
        train=row[2],
        test=row[3],
        excluded=row[4],
        ties=row[5],
        released_by=row[6],
        released=row[7],
    )
